import type { z } from "zod";
import { AppError } from "../../../platform/errors.ts";
import { loadedSecrets } from "../../../platform/redaction.ts";
import { hostAndPort } from "../../../platform/safe-address.ts";
import { createSafeFetch, type SafeFetch, type SafeResponse } from "../../../platform/safe-fetch.ts";
import { type PrefectErrorCode, prefectErrors } from "../errors.ts";
import { authorizationHeader, type PrefectAuthentication } from "./authorization.ts";
import type { RequestBudget } from "./request-budget.ts";

export interface TransportOptions {
  /**
   * Prefect's API, such as `http://127.0.0.1:4200/api`. Its host may be a private one: an administrator chose this very host
   * and port, and no redirect leads elsewhere. A cloud's metadata service is refused all the same.
   */
  readonly apiUrl: string;
  readonly authentication: PrefectAuthentication;
  readonly budget: RequestBudget;
  /** From sending to the last byte, in ms; waiting for the budget does not count. Default 10,000. */
  readonly timeoutMs?: number;
  /** Largest answer in bytes. Default 16 MiB. */
  readonly maxBytes?: number;
}

export interface PrefectCall<Schema extends z.ZodType> {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below the API's URL, beginning with a slash. */
  readonly path: string;
  readonly body?: unknown;
  readonly answer: Schema;
  readonly signal?: AbortSignal | undefined;
}

export interface PrefectAnswer<Answer> {
  readonly status: number;
  readonly body: Answer;
}

export interface PrefectTransport {
  /** @throws AppError with a code of `prefectErrors`; the signal's reason when the caller aborts. */
  send<Schema extends z.ZodType>(call: PrefectCall<Schema>): Promise<PrefectAnswer<z.output<Schema>>>;
  close(): Promise<void>;
}

const defaultTimeoutMs = 10_000;
const defaultMaxBytes = 16 * 1024 * 1024;
const longestHoldBackMs = 60_000;
const reasonLength = 500;

/** One HTTP request to Prefect, and what its answer means. */
export function createTransport(options: TransportOptions): PrefectTransport {
  const apiUrl = new URL(options.apiUrl);
  const safe: SafeFetch = createSafeFetch({
    allowedPrivateHosts: [hostAndPort(apiUrl)],
    timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
    maxBytes: options.maxBytes ?? defaultMaxBytes,
  });
  const base = apiUrl.href.replace(/\/+$/, "");
  const authorization = authorizationHeader(options.authentication);

  return {
    async send(call) {
      await options.budget.take(call.signal);
      const response = await fetchAnswer(safe, base, authorization, call);
      if (response.status === 429) options.budget.holdBack(retryAfterMs(response));
      const body = readAnswer(response, base);
      const parsed = call.answer.safeParse(body);
      if (!parsed.success) throw unusable(call.path, parsed.error);
      return { status: response.status, body: parsed.data };
    },
    close: () => safe.close(),
  };
}

async function fetchAnswer(
  safe: SafeFetch,
  base: string,
  authorization: string | null,
  call: PrefectCall<z.ZodType>,
): Promise<SafeResponse> {
  try {
    return await safe.fetch(`${base}${call.path}`, {
      method: call.method,
      // Without a Prefect user agent and version header, so that the server applies no rule meant for its own client.
      headers: {
        accept: "application/json",
        ...(call.body === undefined ? {} : { "content-type": "application/json" }),
        ...(authorization === null ? {} : { authorization }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
      followsRedirects: false,
    });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw prefectErrors.create(codeOfFetchError[error.code] ?? "prefect_unreachable", error.message, {
      cause: error,
    });
  }
}

const codeOfFetchError: Readonly<Record<string, PrefectErrorCode>> = {
  remote_timeout: "prefect_too_slow",
  remote_answer_too_large: "prefect_answer_too_large",
};

/** The answer's JSON, or the error that the status stands for. */
function readAnswer(response: SafeResponse, base: string): unknown {
  const { status } = response;
  if (status === 401 || status === 403) {
    throw prefectErrors.create("prefect_auth_failed", `Prefect answered ${status}: check the credentials.`);
  }
  if (status === 429) {
    throw prefectErrors.create("prefect_rate_limited", "Prefect asks for fewer requests.", {
      details: { retry_after_ms: retryAfterMs(response) },
    });
  }
  if (status >= 300 && status < 400) {
    const target = loadedSecrets.text(response.headers.location ?? "another address");
    throw notAnApi(`${base} redirects to ${target}. Enter the address of the API itself.`, {
      redirects_to: target,
    });
  }
  const body = parseJson(response);
  // A gateway in front of a Prefect that is down answers 502 or 503 with a page of its own.
  if (status >= 500) {
    throw prefectErrors.create(
      "prefect_failed",
      `Prefect answered ${status}: ${reasonOf(body) ?? "no reason"}.`,
      { details: { http_status: status } },
    );
  }
  if (body === undefined) {
    throw notAnApi(
      `${base} answered ${describeContent(response)} instead of JSON. Prefect's API usually ends in /api.`,
    );
  }
  if (status === 404) {
    throw prefectErrors.create("prefect_not_found", reasonOf(body) ?? "Prefect answered 404.");
  }
  if (status >= 400) {
    throw prefectErrors.create("prefect_refused", reasonOf(body) ?? `Prefect answered ${status}.`, {
      details: { http_status: status },
    });
  }
  return body;
}

/** Undefined when it is no JSON; null for an answer without a body. */
function parseJson(response: SafeResponse): unknown {
  const text = response.body.toString("utf8");
  if (response.status === 204 || text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describeContent(response: SafeResponse): string {
  const type = (response.headers["content-type"] ?? "").split(";")[0]?.trim();
  return type === "text/html" ? "a web page" : type === "" || type === undefined ? "something" : type;
}

/** Prefect's words: `detail` (text, or FastAPI's list of problems), or `exception_message` and `exception_detail`. */
function reasonOf(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const { detail, exception_message, exception_detail } = body as Readonly<Record<string, unknown>>; // Each is checked before use.
  const problems = [detail, exception_detail].find(Array.isArray);
  const words = [detail, exception_message].filter((part) => typeof part === "string");
  if (problems !== undefined) words.push(problems.map(describeProblem).join("; "));
  return words.length === 0 ? undefined : loadedSecrets.text(words.join(" ")).slice(0, reasonLength);
}

function describeProblem(problem: unknown): string {
  if (typeof problem !== "object" || problem === null) return String(problem);
  const { loc, msg } = problem as Readonly<Record<string, unknown>>; // Each is checked before use.
  const place = Array.isArray(loc) ? loc.filter((part) => part !== "body").join(".") : "";
  return place === "" ? String(msg) : `${place}: ${String(msg)}`;
}

function retryAfterMs(response: SafeResponse): number {
  const text = response.headers["retry-after"] ?? "";
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1_000;
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds * 1_000, 0), longestHoldBackMs) : 1_000;
}

function notAnApi(message: string, details: Readonly<Record<string, unknown>> = {}) {
  return prefectErrors.create("prefect_not_an_api", message, { details });
}

function unusable(path: string, cause: z.ZodError) {
  const [issue] = cause.issues;
  const place = issue === undefined ? "" : ` at ${issue.path.join(".") || "its root"}: ${issue.message}`;
  return prefectErrors.create(
    "prefect_answer_invalid",
    `Prefect's answer to ${path} is unexpected${place}.`,
    {
      cause,
    },
  );
}
