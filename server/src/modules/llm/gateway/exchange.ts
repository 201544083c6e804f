import { AsyncLocalStorage } from "node:async_hooks";
import {
  createOriginFetch,
  type OriginAnswer,
  type OriginFetch,
} from "../../../platform/safe-origin-fetch.ts";

/** What one HTTP attempt sends, before it is sent. */
export interface OutgoingRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

export type ExchangeFailure =
  /** The caller's signal; `sent` is false when it was aborted before the call left. */
  | { readonly kind: "aborted"; readonly sent: boolean }
  | { readonly kind: "first_byte_timeout"; readonly limit_ms: number }
  | { readonly kind: "idle_timeout"; readonly limit_ms: number }
  | { readonly kind: "too_large"; readonly limit_bytes: number }
  /** `sent` is false when no connection was made, so the provider cannot have charged for it. */
  | { readonly kind: "network"; readonly sent: boolean; readonly code: string; readonly error: unknown };

/** One HTTP attempt as it happened. Times are ms from `started_ms`, which is of `performance.now()`. */
export interface Exchange {
  readonly request: OutgoingRequest;
  readonly started_ms: number;
  status: number | null;
  headers: Headers | null;
  bytes: Uint8Array;
  first_byte_ms: number | null;
  duration_ms: number;
  failure: ExchangeFailure | null;
}

/** Limits of one HTTP attempt. */
export interface ExchangeLimits {
  readonly first_byte_ms: number;
  readonly idle_ms: number;
  readonly bytes: number;
}

/** The attempt that the running code belongs to. */
export interface AttemptScope {
  readonly limits: ExchangeLimits;
  /** Sent instead of what the client library wrote. */
  readonly body?: string | undefined;
  /** Commits the attempt's row; returns its id. What it throws ends the attempt unsent. */
  open(request: OutgoingRequest): Promise<string>;
  /** What `open` threw. */
  refusal: { readonly error: unknown } | null;
  exchange: Exchange | null;
}

const scopes = new AsyncLocalStorage<AttemptScope>();

/** Runs the work so that its HTTP call belongs to the scope. */
export function withinScope<Result>(scope: AttemptScope, work: () => Promise<Result>): Promise<Result> {
  return scopes.run(scope, work);
}

class ExchangeFailed extends Error {
  override readonly name = "ExchangeFailed";
}

/**
 * The `fetch` that every provider client gets: commits the request's row first, sends the row's id as
 * `x-client-request-id`, asks no other origin than that of `baseUrl` and follows no redirect, so the key goes nowhere else;
 * reads the whole answer under the scope's limits and keeps all of it.
 */
export function createRecordingFetch(options: {
  readonly baseUrl: string;
  readonly removesAuthorization: boolean;
}): typeof globalThis.fetch {
  const { baseUrl, removesAuthorization } = options;
  const originFetch = createOriginFetch(baseUrl);
  return async (input, init) => {
    const scope = scopes.getStore();
    if (scope === undefined) throw new Error("A provider was called outside the gateway");
    if (scope.exchange !== null) throw new Error("A second HTTP call was made within one attempt");
    const headers = new Headers(init?.headers);
    if (removesAuthorization) headers.delete("authorization");
    if (typeof init?.body !== "string") throw new Error("A provider's request body is not text");
    const body = scope.body ?? init.body;
    const request = { method: init.method ?? "GET", url: String(input), headers, body };
    try {
      headers.set("x-client-request-id", await scope.open(request));
    } catch (error) {
      scope.refusal = { error };
      throw error;
    }
    const exchange = startExchange(request);
    scope.exchange = exchange;
    return await send(originFetch, exchange, scope.limits, init.signal ?? undefined);
  };
}

function startExchange(request: OutgoingRequest): Exchange {
  return {
    request,
    started_ms: performance.now(),
    status: null,
    headers: null,
    bytes: new Uint8Array(),
    first_byte_ms: null,
    duration_ms: 0,
    failure: null,
  };
}

async function send(
  originFetch: OriginFetch,
  exchange: Exchange,
  limits: ExchangeLimits,
  outer: AbortSignal | undefined,
): Promise<Response> {
  const startedMs = exchange.started_ms;
  const ending = new AbortController();
  const end = (failure: ExchangeFailure) => {
    exchange.failure ??= failure;
    ending.abort(new ExchangeFailed(failure.kind));
  };
  const onAbort = () => end({ kind: "aborted", sent: true });
  if (outer?.aborted === true) end({ kind: "aborted", sent: false });
  outer?.addEventListener("abort", onAbort, { once: true });
  let timer = setTimeout(end, limits.first_byte_ms, {
    kind: "first_byte_timeout",
    limit_ms: limits.first_byte_ms,
  });
  const restartIdleTimer = () => {
    clearTimeout(timer);
    timer = setTimeout(end, limits.idle_ms, { kind: "idle_timeout", limit_ms: limits.idle_ms });
  };
  const { method, url, headers, body } = exchange.request;
  try {
    const response = await originFetch(url, { method, headers, body, signal: ending.signal });
    exchange.first_byte_ms = performance.now() - startedMs;
    exchange.status = response.status;
    exchange.headers = response.headers;
    restartIdleTimer();
    await readBody(response, exchange, limits, restartIdleTimer, end);
    // A status such as 204 or 304 may carry no body.
    const answer = exchange.bytes.length === 0 ? null : exchange.bytes.slice();
    return new Response(answer, { status: readableStatus(response.status), headers: response.headers });
  } catch (error) {
    exchange.failure ??= networkFailure(error);
    throw new ExchangeFailed(exchange.failure.kind, { cause: error });
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener("abort", onAbort);
    exchange.duration_ms = performance.now() - startedMs;
  }
}

async function readBody(
  response: OriginAnswer,
  exchange: Exchange,
  limits: ExchangeLimits,
  onPart: () => void,
  end: (failure: ExchangeFailure) => void,
): Promise<void> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of response.body ?? []) {
      onPart();
      parts.push(part);
      size += part.length;
      if (size > limits.bytes) {
        end({ kind: "too_large", limit_bytes: limits.bytes });
        throw new ExchangeFailed("too_large");
      }
    }
  } finally {
    exchange.bytes = Buffer.concat(parts);
  }
}

/** `new Response` takes 200 to 599 only; what a server sends outside of it is no success either way. */
function readableStatus(status: number): number {
  return status >= 200 && status <= 599 ? status : 502;
}

const unsentCodes = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "ERR_INVALID_URL",
  "address_refused",
  "ERR_ADDRESS_REFUSED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "CERT_HAS_EXPIRED",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

function networkFailure(error: unknown): ExchangeFailure {
  const code = findCode(error);
  return { kind: "network", sent: !unsentCodes.has(code), code, error };
}

function findCode(error: unknown): string {
  for (
    let current = error, depth = 0;
    current instanceof Error && depth < 5;
    current = current.cause, depth += 1
  ) {
    if (current instanceof AggregateError && current.errors.length > 0) return findCode(current.errors[0]);
    if ("code" in current && typeof current.code === "string") return current.code;
  }
  return "network_error";
}
