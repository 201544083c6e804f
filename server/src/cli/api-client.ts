import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { defineErrors } from "../platform/errors.ts";

export const cliErrors = defineErrors({
  server_unreachable: { status: 503, retryable: true, title: "Server unreachable" },
  request_refused: { status: 400, retryable: false, title: "Request refused" },
});

const problemSchema = z.looseObject({ code: z.string(), detail: z.string() });

/** Talks to a running server; answers are parsed by the caller's schema. */
export interface ApiClient {
  readonly url: string;
  get<Result>(path: string, schema: z.ZodType<Result>): Promise<Result>;
  getText(path: string): Promise<string>;
  send<Result>(
    method: "POST" | "PUT" | "DELETE",
    path: string,
    body: unknown,
    schema: z.ZodType<Result>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Result>;
  /** Calls `changed` whenever the server says that something changed; ends with the signal. */
  follow(changed: () => void, signal: AbortSignal): Promise<void>;
}

/**
 * A client for `COURSEWRIGHT_URL`. Its token comes from `COURSEWRIGHT_TOKEN` or the 0600 file in the data folder.
 * Every call throws AppError `server_unreachable`, or `request_refused` with the server's own sentence.
 */
export function createApiClient(settings: {
  readonly url: string;
  readonly token: string | undefined;
  readonly home: string;
}): ApiClient {
  const base = settings.url.replace(/\/+$/, "");
  const token = settings.token ?? readToken(settings.home);

  async function call(method: string, route: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
    let response: Response;
    try {
      response = await fetch(`${base}/api/v1${route}`, { ...init, method, headers });
    } catch (error) {
      throw cliErrors.create(
        "server_unreachable",
        `No server answers at ${base}. Start it with "npm start", or name another with COURSEWRIGHT_URL.`,
        { cause: error },
      );
    }
    if (!response.ok) throw await refusal(response);
    return response;
  }

  return {
    url: base,
    async get(route, schema) {
      return schema.parse(await (await call("GET", route)).json());
    },
    async getText(route) {
      return (await call("GET", route)).text();
    },
    async send(method, route, body, schema, headers = {}) {
      const init =
        body === undefined
          ? { headers }
          : { headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body) };
      const text = await (await call(method, route, init)).text();
      return schema.parse(text === "" ? undefined : JSON.parse(text));
    },
    async follow(changed, signal) {
      const response = await call("GET", "/events", { signal });
      if (response.body === null) return;
      for await (const _chunk of response.body) changed();
    },
  };
}

function readToken(home: string): string | undefined {
  try {
    return readFileSync(path.join(home, "cli-token"), "utf8").trim();
  } catch {
    // No token file: until accounts exist the server on this machine asks for none.
    return undefined;
  }
}

async function refusal(response: Response) {
  const text = await response.text();
  const parsed = problemSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    return cliErrors.create(
      "request_refused",
      `The server answered ${response.status}: ${text.slice(0, 200)}`,
    );
  }
  return cliErrors.create("request_refused", `${parsed.data.detail} (${parsed.data.code})`, {
    details: parsed.data,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's own page, for example: shown as it is.
    return undefined;
  }
}
