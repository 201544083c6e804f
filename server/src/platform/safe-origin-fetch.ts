import { Agent, fetch } from "undici";
import { isMetadataAddress } from "./public-address.ts";
import { addressRules, createCheckedLookup, hostAndPort, type ResolveName, refused } from "./safe-address.ts";

/** The parts of an answer that are read as it comes. */
export interface OriginAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: AsyncIterable<Uint8Array> | null;
}

export interface OriginRequest {
  readonly method: string;
  readonly headers: Headers;
  readonly body: string;
  readonly signal: AbortSignal;
}

export type OriginFetch = (url: string, request: OriginRequest) => Promise<OriginAnswer>;

/**
 * Requests to the one origin that the configuration names, which may be a private one, and to no other; a cloud's metadata
 * service is none. The answer is read while it comes, so the caller sets the limits. Redirects are answers like any other.
 *
 * @param resolve asks the names of hosts; default: the system's own way
 * @throws AppError `address_refused` for another origin
 */
export function createOriginFetch(baseUrl: string, resolve?: ResolveName): OriginFetch {
  const base = new URL(baseUrl);
  const rules = addressRules([hostAndPort(base)]);
  const lookup = createCheckedLookup((address) => !isMetadataAddress(address), resolve);
  const dispatcher = new Agent({ connect: { lookup } });
  return async (address, { method, headers, body, signal }) => {
    const url = new URL(address);
    if (url.origin !== base.origin) throw refused(url, `only ${base.origin} is asked here`);
    rules.isAllowedPrivate(url);
    const answer = await fetch(url, {
      ...{ method, body, signal, dispatcher, redirect: "manual" },
      headers: [...headers],
    });
    return { status: answer.status, headers: new Headers([...answer.headers]), body: answer.body };
  };
}
