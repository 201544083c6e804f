import { Agent, type Dispatcher, request } from "undici";
import { isMetadataAddress, isPublicAddress } from "./public-address.ts";
import {
  addressRules,
  createCheckedLookup,
  type ResolveName,
  refused,
  refusedCode,
  safeFetchErrors,
} from "./safe-address.ts";

export interface SafeFetchOptions {
  /** `host` or `host:port` that may be private, such as `127.0.0.1:4200`. Without a port: each port. */
  readonly allowedPrivateHosts?: readonly string[];
  /** Largest answer in bytes. Default 10 MiB. */
  readonly maxBytes?: number;
  /** From the first look-up to the last byte, over all redirects, in ms. Default 30,000. */
  readonly timeoutMs?: number;
  /** Asks the names of hosts. Default: the system's own way. */
  readonly resolve?: ResolveName;
}

export interface SafeRequest {
  readonly method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
  readonly maxBytes?: number;
  readonly timeoutMs?: number;
  /** False: a redirect is an answer like any other. Default true. */
  readonly followsRedirects?: boolean;
}

export interface SafeResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Where the answer came from, after redirects. */
  readonly url: string;
}

export interface SafeFetch {
  /**
   * Requests a URL that a user gave. The address is checked at the moment of connecting, so a name that changes
   * its address in between gains nothing. Follows at most 5 redirects, each checked again; across origins only
   * harmless headers go along and never a body. An answer with any HTTP status is an answer. What comes compressed
   * stays so: nothing is unpacked, and the limit holds for what is read.
   *
   * @throws AppError `address_refused`, `remote_unreachable`, `remote_timeout`, `remote_answer_too_large`,
   *   `remote_redirect_refused`; the signal's reason when the caller aborts.
   */
  fetch(url: string, request?: SafeRequest): Promise<SafeResponse>;
  close(): Promise<void>;
}

const maxRedirects = 5;
const defaultMaxBytes = 10 * 1024 * 1024;
const defaultTimeoutMs = 30_000;
// Whatever else a caller sends may be a credential under some name.
const headersForEverybody = new Set(["accept", "accept-language", "content-type", "user-agent"]);

/** Makes the only way to a URL that a user gave. */
export function createSafeFetch(options: SafeFetchOptions = {}): SafeFetch {
  const rules = addressRules(options.allowedPrivateHosts);
  const { resolve } = options;
  const checked = new Agent({ connect: { lookup: createCheckedLookup(isPublicAddress, resolve) } });
  const allowed = new Agent({
    connect: { lookup: createCheckedLookup((address) => !isMetadataAddress(address), resolve) },
  });

  const dispatcherFor = (url: URL): Dispatcher => (rules.isAllowedPrivate(url) ? allowed : checked);

  async function follow(first: URL, firstRequest: SafeRequest, signal: AbortSignal): Promise<SafeResponse> {
    const maxBytes = firstRequest.maxBytes ?? options.maxBytes ?? defaultMaxBytes;
    let url = first;
    let current = firstRequest;
    for (let hop = 0; hop <= maxRedirects; hop += 1) {
      const answer = await request(url, {
        method: current.method ?? "GET",
        headers: { ...current.headers },
        body: current.body ?? null,
        dispatcher: dispatcherFor(url),
        signal,
      });
      const location = singleHeader(answer.headers.location);
      const isFinal = answer.statusCode < 300 || answer.statusCode > 399 || location === undefined;
      if (isFinal || firstRequest.followsRedirects === false) {
        const body = await readBody(answer.body, maxBytes, url);
        return { status: answer.statusCode, headers: flatten(answer.headers), body, url: url.href };
      }
      await answer.body.dump();
      const next = parseUrl(location, url);
      current = requestAfterRedirect(current, answer.statusCode, url, next);
      url = next;
    }
    throw redirectRefused(`${first.origin} redirects more than ${maxRedirects} times.`);
  }

  return {
    async fetch(address, safeRequest = {}) {
      const timeoutMs = safeRequest.timeoutMs ?? options.timeoutMs ?? defaultTimeoutMs;
      const timeout = AbortSignal.timeout(timeoutMs);
      const signal = safeRequest.signal ? AbortSignal.any([safeRequest.signal, timeout]) : timeout;
      const url = parseUrl(address);
      try {
        return await unlessAborted(follow(url, safeRequest, signal), signal);
      } catch (error) {
        throw translate(error, url, safeRequest.signal, timeout, timeoutMs);
      }
    },
    async close() {
      await Promise.all([checked.close(), allowed.close()]);
    },
  };
}

/** While a connection is being made, the client library answers an abort only when that has come to its end. */
async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  // What comes of it once nobody waits is nobody's any more.
  work.catch(() => undefined);
  signal.throwIfAborted();
  const ended = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true, signal: ended.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    ended.abort();
  }
}

function requestAfterRedirect(before: SafeRequest, status: number, from: URL, to: URL): SafeRequest {
  if (from.protocol === "https:" && to.protocol === "http:") {
    throw redirectRefused(`${from.origin} redirects to ${to.origin}, which is not encrypted.`);
  }
  const method = before.method ?? "GET";
  const becomesGet =
    status === 303 ? method !== "HEAD" : (status === 301 || status === 302) && method === "POST";
  const sameOrigin = from.origin === to.origin;
  if (!sameOrigin && !becomesGet && before.body !== undefined) {
    throw redirectRefused(`${from.origin} redirects a request with a body to ${to.origin}.`);
  }
  const { headers = {}, body: _body, method: _method, ...rest } = before;
  const kept = Object.entries(headers).filter(([name]) => {
    const lower = name.toLowerCase();
    if (becomesGet && lower.startsWith("content-")) return false;
    return sameOrigin || headersForEverybody.has(lower);
  });
  const bodyAndMethod = becomesGet
    ? {}
    : { method, ...(before.body === undefined ? {} : { body: before.body }) };
  return { ...rest, ...bodyAndMethod, headers: Object.fromEntries(kept) };
}

async function readBody(body: AsyncIterable<Uint8Array>, maxBytes: number, url: URL): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw safeFetchErrors.create(
        "remote_answer_too_large",
        `${url.origin} answered more than ${maxBytes} bytes.`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseUrl(address: string, base?: URL): URL {
  const url = URL.parse(address, base?.href);
  if (!url) throw safeFetchErrors.create("address_refused", "This is not an address that can be fetched.");
  return url;
}

function singleHeader(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
}

function redirectRefused(message: string) {
  return safeFetchErrors.create("remote_redirect_refused", message);
}

function translate(
  error: unknown,
  url: URL,
  caller: AbortSignal | undefined,
  timeout: AbortSignal,
  timeoutMs: number,
) {
  if (caller?.aborted) return caller.reason;
  if (timeout.aborted) {
    return safeFetchErrors.create("remote_timeout", `${url.origin} took longer than ${timeoutMs} ms.`, {
      cause: error,
    });
  }
  if (!(error instanceof Error)) return error;
  if ("status" in error) return error; // One of ours.
  const code = "code" in error ? error.code : undefined;
  if (code === refusedCode) return refused(url, "its name leads to an address that is not public");
  return safeFetchErrors.create(
    "remote_unreachable",
    `${url.origin} could not be reached: ${error.message}`,
    {
      cause: error,
    },
  );
}
