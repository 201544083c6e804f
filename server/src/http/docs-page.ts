import { Hono } from "hono";
import { html, raw } from "hono/html";
import type { ErrorDefinition } from "../platform/errors.ts";
import { docsStyle } from "./docs-style.ts";
import type { HttpEnvironment } from "./environment.ts";

/** The parts of an OpenAPI document that the page shows. */
export interface ApiDocument {
  readonly info: { readonly title: string; readonly version: string };
  readonly paths?: Readonly<Record<string, object>> | undefined;
}

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: unknown;
  readonly responses?: Readonly<Record<string, { readonly description?: string }>>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: unknown;
}

const methods = new Set(["get", "post", "put", "patch", "delete"]);

/**
 * `/docs` and `/docs/errors`: rendered on the server from the document and the error tables themselves, without a
 * script and without anything from elsewhere.
 */
export function createDocsRoutes(
  readDocument: () => ApiDocument,
  errors: Readonly<Record<string, ErrorDefinition>>,
) {
  return new Hono<HttpEnvironment>()
    .get("/docs", (context) => context.html(apiPage(readDocument())))
    .get("/docs/errors", (context) => context.html(errorsPage(errors)))
    .get("/docs/style.css", (context) =>
      context.body(docsStyle, 200, {
        "content-type": "text/css; charset=utf-8",
        "cache-control": "no-cache",
      }),
    );
}

function page(title: string, content: ReturnType<typeof html>) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<header><a href="/">Coursewright</a><nav><a href="/docs">API</a><a href="/docs/errors">Errors</a><a href="/openapi.json">openapi.json</a></nav></header>
<main>${content}</main>
</body>
</html>`;
}

function apiPage(document: ApiDocument) {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => methods.has(method))
      // Written by our own route definitions, whose shape this is.
      .map(([method, operation]) => ({ path, method, operation: operation as Operation })),
  );
  const groups = Map.groupBy(operations, ({ path }) => path.replace(/^\/api\/v1/, "").split("/")[1] ?? "");
  return page(
    document.info.title,
    html`<h1>${document.info.title} <small>${document.info.version}</small></h1>
    <p>Lists answer plain arrays; the next page stands in the <code>Link</code> header, the total in <code>Total-Count</code>. Times are ISO 8601 UTC, money is <code>cost_usd</code> with <code>null</code> for unknown, failures are <a href="/docs/errors">problems</a> (RFC 9457) with a stable code.</p>
    ${[...groups].map(
      ([group, members]) =>
        html`<h2 id="${group}">${group}</h2>${members.map(({ path, method, operation }) => section(path, method, operation))}`,
    )}`,
  );
}

function section(path: string, method: string, operation: Operation) {
  const parameters = operation.parameters ?? [];
  return html`<details><summary><b class="${method}">${method.toUpperCase()}</b> <code>${path}</code> <span>${operation.summary ?? ""}</span></summary>
  ${operation.description === undefined ? "" : html`<p>${operation.description}</p>`}
  ${
    parameters.length === 0
      ? ""
      : html`<table><thead><tr><th>Parameter</th><th>In</th><th>Type</th><th>Meaning</th></tr></thead><tbody>${parameters.map(
          (parameter) =>
            html`<tr><td><code>${parameter.name}</code>${parameter.required ? " (required)" : ""}</td><td>${parameter.in}</td><td><code>${JSON.stringify(parameter.schema ?? {})}</code></td><td>${parameter.description ?? ""}</td></tr>`,
        )}</tbody></table>`
  }
  ${operation.requestBody === undefined ? "" : html`<h3>Body</h3><pre>${JSON.stringify(operation.requestBody, null, 2)}</pre>`}
  <h3>Answers</h3><table><tbody>${Object.entries(operation.responses ?? {}).map(
    ([status, response]) =>
      html`<tr><td><code>${status}</code></td><td>${response.description ?? ""}</td></tr>`,
  )}</tbody></table></details>`;
}

function errorsPage(errors: Readonly<Record<string, ErrorDefinition>>) {
  const rows = Object.entries(errors).sort(([left], [right]) => left.localeCompare(right));
  return page(
    "Errors",
    html`<h1>Errors</h1><p>Every failure is an RFC 9457 problem. <code>detail</code> says what to do; <code>code</code> is stable.</p>
    <table><thead><tr><th>Code</th><th>Status</th><th>Title</th><th>Trying again helps</th></tr></thead><tbody>${rows.map(
      ([code, { status, title, retryable }]) =>
        html`<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${title}</td><td>${raw(retryable ? "yes" : "no")}</td></tr>`,
    )}</tbody></table>`,
  );
}
