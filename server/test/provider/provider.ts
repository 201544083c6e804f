import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { type CallEntry, type CallFilter, type CallLog, openCallLog } from "./call-log.ts";
import { type ProviderCall, readCall } from "./provider-call.ts";
import {
  nameOfAction,
  ProviderScript,
  type ProviderScriptInput,
  runScript,
  type ScriptAction,
} from "./provider-script.ts";
import { errorReply, type Reply, rejectionOf, replyTo } from "./replies.ts";

/** A running test provider. */
export interface TestProvider {
  /** Base URL with `/v1`; the paths work without it too. */
  url: string;
  /** Address without a path: `${origin}/_control/script`, `${origin}/_control/log`. */
  origin: string;
  /** Every call received since the start or the last reset, oldest first. */
  log(): CallEntry[];
  /** The calls that fit the filter; `{ kind: "object" }`, `{ action: "status" }`, `{ prompt: "…" }`. */
  calls(filter?: CallFilter): CallEntry[];
  /** Replaces the script and sets all rule counters to zero. @throws ZodError */
  setScript(script: ProviderScriptInput): void;
  /** Forgets the log in memory; the counters of the rules stay. */
  resetLog(): void;
  /** Ends every open connection, waits for their entries, closes the log. */
  close(): Promise<void>;
}

export interface TestProviderOptions {
  /** 0 (default): any free port. */
  port?: number;
  host?: string;
  log_file?: string;
  script?: ProviderScriptInput;
  /** When given, calls need `Authorization: Bearer <key>`. The control paths need none. */
  api_key?: string;
}

const largestBodyBytes = 64 * 1024 * 1024;
const keptAliveMs = 600_000;

/** Starts the provider. @throws when the port is taken, the log file cannot be written or the script is wrong. */
export async function startTestProvider(options: TestProviderOptions = {}): Promise<TestProvider> {
  const log = openCallLog(options.log_file);
  let runner = runScript(ProviderScript.parse(options.script ?? {}));
  const setScript = (script: unknown) => {
    runner = runScript(ProviderScript.parse(script));
  };
  const open = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://provider").pathname;
    const work = path.startsWith("/_control/")
      ? control(request, response, path, { log, setScript, script: () => runner.script })
      : serve(request, response, path, { log, runner, apiKey: options.api_key });
    const settled = work.catch((error: unknown) => fail(response, error)).finally(() => open.delete(settled));
    open.add(settled);
  });
  // An idle connection that the server closes just as a client reuses it would look like a fault nobody scripted.
  server.keepAliveTimeout = keptAliveMs;
  const host = options.host ?? "127.0.0.1";
  await listen(server, options.port ?? 0, host);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The provider has no port.");
  const origin = `http://${host}:${address.port}`;
  return {
    url: `${origin}/v1`,
    origin,
    log: log.entries,
    calls: log.calls,
    setScript,
    resetLog: log.reset,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await Promise.all([closed, ...open]);
      log.close();
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

interface Serving {
  log: CallLog;
  runner: ReturnType<typeof runScript>;
  apiKey: string | undefined;
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  serving: Serving,
): Promise<void> {
  const startedMs = performance.now();
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const { log, runner } = serving;
  const body = await receive(request);
  if (body === null) return;
  const call = readCall(request.method ?? "GET", path, body);
  const isAllowed =
    serving.apiKey === undefined || request.headers.authorization === `Bearer ${serving.apiKey}`;
  const rejection = isAllowed
    ? rejectionOf(call, runner.script)
    : errorReply(401, "invalid_api_key", "Incorrect API key provided.");
  const action = rejection ? {} : runner.actionFor(call);
  const name = rejection ? (isAllowed ? "rejected" : "unauthorized") : nameOfAction(action);
  const entry = log.received(call, body, headerOf(request, "x-client-request-id"), name);
  const latencyMs = rejection ? 0 : (action.latency_ms ?? runner.script.latency_ms[call.kind] ?? 0);
  try {
    const reply = rejection ?? (await prepared(call, action, runner.script));
    const status = await send(
      response,
      reply,
      action,
      { startedMs, latencyMs, signal: gone.signal },
      (sent) => log.finished(entry, sent, false),
    );
    if (entry.finished_at === null) log.finished(entry, status, true);
  } catch (error) {
    if (!gone.signal.aborted) {
      log.finished(entry, 500, false);
      throw error;
    }
    if (entry.finished_at === null)
      log.finished(entry, response.headersSent ? response.statusCode : null, true);
  }
}

/** A call that is never answered needs no answer made up. */
async function prepared(call: ProviderCall, action: ScriptAction, script: ProviderScript): Promise<Reply> {
  if (action.hang === true || action.cut === "before_headers")
    return errorReply(500, "unsent", "Never sent.");
  return await replyTo(call, action, script);
}

/** The whole body, or null when the caller went away while sending it: no call was received then. */
async function receive(request: IncomingMessage): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of request) {
      const bytes = Buffer.from(part);
      size += bytes.length;
      if (size > largestBodyBytes) throw new RangeError("The request is larger than 64 MiB.");
      parts.push(bytes);
    }
  } catch (error) {
    if (!request.complete && !(error instanceof RangeError)) return null;
    throw error;
  }
  return Buffer.concat(parts);
}

function headerOf(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === "string" ? value : null;
}

interface Timing {
  startedMs: number;
  latencyMs: number;
  signal: AbortSignal;
}

/** Share of the latency that passes before the first part of a stream. */
const firstPartShare = 0.25;

/**
 * Sends a reply as the action says. `finished` is told before the last byte leaves, so that whoever has the whole
 * answer finds it in the log. Resolves with the status, or null when none was sent.
 */
async function send(
  response: ServerResponse,
  reply: Reply,
  action: ScriptAction,
  timing: Timing,
  finished: (status: number | null) => void,
): Promise<number | null> {
  const until = async (share: number) => {
    const waitMs = timing.startedMs + timing.latencyMs * share - performance.now();
    if (waitMs > 0) await sleep(waitMs, undefined, { signal: timing.signal });
    timing.signal.throwIfAborted();
  };
  if (action.hang === true) return await forever(timing.signal);
  await until(reply.streamed ? firstPartShare : 1);
  if (action.cut === "before_headers") {
    finished(null);
    response.destroy();
    return null;
  }
  const breaks = action.hang_mid_body === true || action.cut === true;
  const parts = breaks || action.cut === "clean" ? firstHalf(reply) : reply.parts;
  const length = (breaks ? reply.parts : parts).reduce((sum, part) => sum + Buffer.byteLength(part), 0);
  response.writeHead(
    reply.status,
    reply.streamed ? reply.headers : { ...reply.headers, "content-length": length },
  );
  for (const [index, part] of parts.entries()) {
    if (reply.streamed)
      await until(firstPartShare + ((index + 1) / reply.parts.length) * (1 - firstPartShare));
    const isLast = index === parts.length - 1;
    if (isLast && !breaks) finished(reply.status);
    await written(response, part, timing.signal);
  }
  if (action.hang_mid_body === true) return await forever(timing.signal);
  if (action.cut === true) {
    finished(reply.status);
    response.destroy();
  } else {
    response.end();
  }
  return reply.status;
}

function firstHalf(reply: Reply): (string | Buffer)[] {
  if (reply.streamed) return reply.parts.slice(0, Math.ceil(reply.parts.length / 2));
  return reply.parts.map((part) => part.slice(0, Math.floor(part.length / 2)));
}

/** Resolves when the part has been handed to the operating system. */
function written(response: ServerResponse, part: string | Buffer, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    response.write(part, (error) => (error ? reject(error) : resolve()));
  });
}

/** Waits for the caller to give up. @throws AbortError then. */
function forever(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

interface Controls {
  log: CallLog;
  setScript(script: unknown): void;
  script(): ProviderScript;
}

async function control(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  controls: Controls,
): Promise<void> {
  const body = await receive(request);
  if (body === null) return;
  const route = `${request.method} ${path}`;
  if (route === "GET /_control/log") return answer(response, 200, controls.log.entries());
  if (route === "GET /_control/script") return answer(response, 200, controls.script());
  if (route === "DELETE /_control/log") {
    controls.log.reset();
    return answer(response, 204);
  }
  if (route !== "PUT /_control/script")
    return answer(response, 404, { error: { message: `There is no ${route}.` } });
  try {
    controls.setScript(JSON.parse(body.toString("utf8")));
  } catch (error) {
    const message = error instanceof z.ZodError ? z.prettifyError(error) : "The script is not JSON.";
    return answer(response, 400, { error: { message } });
  }
  return answer(response, 200, controls.script());
}

function answer(response: ServerResponse, status: number, value?: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(value === undefined ? undefined : JSON.stringify(value));
}

/** A bug of the provider itself: loud, and told apart from every scripted answer by its code. */
function fail(response: ServerResponse, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  console.error(`test provider: ${message}`);
  if (response.headersSent || response.destroyed) response.destroy();
  else
    answer(response, 500, {
      error: { message, type: "server_error", param: null, code: "test_provider_bug" },
    });
}
