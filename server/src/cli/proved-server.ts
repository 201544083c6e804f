import { randomBytes } from "node:crypto";
import type { Client, Dispatcher } from "undici";
import { z } from "zod";
import { isMachineTokenProof, readMachineToken } from "../modules/users/tokens/machine-token.ts";
import { cliErrors } from "./errors.ts";

/** What a server answers, as far as the command line reads it. */
export interface Answer {
  readonly status: number;
  /** Of a redirect. */
  readonly location: string | null;
  text(): Promise<string>;
  /** The body as it comes. */
  readonly chunks: AsyncIterable<unknown>;
}

export interface ProvedRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** With the leading slash. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Only of an answer that goes on and on: it gets a connection of its own. */
  readonly signal?: AbortSignal;
}

/** A server on this machine that is shown the data folder's token once it has proved that it knows it. */
export interface ProvedServer {
  /** @throws AppError `server_unproved`; errors of the connection as they are */
  ask(request: ProvedRequest): Promise<Answer>;
}

const proofSchema = z.object({ proof: z.string() });
const longestProof = 1_024;
const proofMs = 10_000;
const nobodyThere = ["ECONNREFUSED", "EADDRNOTAVAIL", "EAFNOSUPPORT"];

/** The connection ended before the request was sent. */
class NeverSent extends Error {}

/** A connection on which the proof was given. It is never replaced silently: who answers at the next one must prove it again. */
interface Line {
  ask(request: ProvedRequest): Promise<Answer>;
}

/**
 * While the server is down any program on the machine may listen in its place. So each connection begins with a nonce, and the token
 * is sent on it only when the answer shows that the other end knows the token, at this very address and port; a proof that was
 * fetched from the server elsewhere on the machine does not fit.
 *
 * @param url `http://` with a name or address of loopback
 * @param home data folder of the server
 */
export function createProvedServer(url: string, home: string): ProvedServer {
  const prefix = new URL(url).pathname.replace(/\/+$/, "");
  let shared: Line | undefined;

  async function ask(request: ProvedRequest, isAgain: boolean): Promise<Answer> {
    const isAlone = request.signal !== undefined;
    const line = (isAlone ? undefined : shared) ?? (await openLine(url, prefix, home));
    if (!isAlone) shared = line;
    try {
      return await line.ask({ ...request, path: `${prefix}${request.path}` });
    } catch (error) {
      if (isAlone || isAgain || !mayAskAgain(request, error)) throw error;
      shared = undefined;
      return ask(request, true);
    }
  }

  return { ask: (request) => ask(request, false) };
}

/** What was not sent may be sent; a read that an ending connection swallowed may be asked once more. */
function mayAskAgain({ method }: ProvedRequest, error: unknown): boolean {
  return error instanceof NeverSent || (method === "GET" && hasCode(error, ["UND_ERR_SOCKET", "ECONNRESET"]));
}

function hasCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}

/** `localhost` is both addresses of loopback, on which two programs may listen: one is chosen, and proved. */
function addressesOf({ hostname }: URL): readonly string[] {
  return hostname === "localhost" ? ["127.0.0.1", "[::1]"] : [hostname];
}

async function openLine(url: string, prefix: string, home: string): Promise<Line> {
  const { port, hostname } = new URL(url);
  const [first = hostname, ...others] = addressesOf(new URL(url));
  let address = first;
  for (;;) {
    const client = await createClient(`http://${address}:${port || "80"}`);
    const place = `${address.replace(/[[\]]/g, "")} ${port || "80"}`;
    try {
      return await proveLine(client, { url, prefix, home, place });
    } catch (error) {
      await client.destroy();
      const next = others.shift();
      if (next === undefined || !hasCode(error, nobodyThere)) throw error;
      address = next;
    }
  }
}

async function createClient(origin: string): Promise<Client> {
  // Loaded here: a command with a token of its own starts faster without it.
  const { Client, buildConnector } = await import("undici");
  const connect = buildConnector({});
  let isConnected = false;
  return new Client(origin, {
    pipelining: 1,
    connect(options, callback) {
      if (isConnected) return callback(new NeverSent("The connection has ended."), null);
      isConnected = true;
      connect(options, callback);
    },
  });
}

async function proveLine(
  client: Client,
  { url, prefix, home, place }: { readonly [Part in "url" | "prefix" | "home" | "place"]: string },
): Promise<Line> {
  // Read for each connection: the server may have replaced it since the last one.
  const token = readMachineToken(home);
  const nonce = randomBytes(32).toString("base64url");
  const path = `${prefix}/api/v1/auth/machine-proof?nonce=${nonce}`;
  const proof = await readProof(client, path);
  if (proof === "busy")
    throw cliErrors.create("server_unreachable", `${url} is busy. Try again in a moment.`);
  if (token === undefined || proof === null || !isMachineTokenProof(proof, token, nonce, place))
    throw unproved(url, home);
  return {
    ask: async ({ signal, ...request }) =>
      toAnswer(
        await client.request({
          ...request,
          ...(signal === undefined ? {} : { signal }),
          headers: { ...request.headers, authorization: `Bearer ${token}` },
        }),
      ),
  };
}

/** Null for whatever is no proof; who answers may be anybody. */
async function readProof(client: Client, path: string): Promise<string | "busy" | null> {
  const signal = AbortSignal.timeout(proofMs);
  try {
    const { statusCode, body } = await client.request({ method: "GET", path, signal });
    let text = "";
    body.setEncoding("utf8");
    for await (const chunk of body) {
      text += chunk;
      if (text.length > longestProof) return null;
    }
    if (statusCode === 429) return "busy";
    const parsed = proofSchema.safeParse(parseJson(text));
    return statusCode === 200 && parsed.success ? parsed.data.proof : null;
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema takes it for no proof.
    return undefined;
  }
}

function toAnswer({ statusCode, headers, body }: Dispatcher.ResponseData): Answer {
  const { location } = headers;
  return {
    status: statusCode,
    location: typeof location === "string" ? location : null,
    text: () => body.text(),
    chunks: body,
  };
}

function unproved(url: string, home: string) {
  return cliErrors.create(
    "server_unproved",
    `What answers at ${url} does not know the token of the data folder ${home}, so it was not shown it. Another program listens there, ` +
      "or a server with another data folder, or one behind a proxy or a mapped port. Set COURSEWRIGHT_URL and COURSEWRIGHT_HOME to those of " +
      `the server; behind a proxy that you trust, run "coursewright login ${url}".`,
  );
}
