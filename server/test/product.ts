import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { readMachineToken } from "../src/modules/users/tokens/machine-token.ts";
import { programAt, runProgram } from "./program.ts";

/** A product process on data of its own, for benchmarks and tests of the whole. */
export interface Product {
  readonly url: string;
  readonly pid: number;
  readonly home: string;
  /** From spawn to the line that names the address. */
  readonly startMs: number;
  stop(): Promise<void>;
}

/** An empty data folder below the system's temporary folder. */
export function createHome(): string {
  return mkdtempSync(path.join(os.tmpdir(), "coursewright-test-"));
}

/** Removes what a product process left behind. */
export function removeHome(home: string): void {
  rmSync(home, { recursive: true, force: true });
  rmSync(`${home}-keys`, { force: true });
}

/** Starts the product as `npm start` does, on any free port, and waits until it says that it is ready. */
export async function startProduct(home: string, environment: Record<string, string> = {}): Promise<Product> {
  const begin = performance.now();
  const program = runProgram(["start"], {
    COURSEWRIGHT_HOME: home,
    COURSEWRIGHT_KEY_FILE: `${home}-keys`,
    COURSEWRIGHT_PORT: "0",
    LOG_LEVEL: "warn",
    ...environment,
  });
  const url = await program.ready();
  return {
    url,
    pid: program.child.pid ?? 0,
    home,
    startMs: performance.now() - begin,
    async stop() {
      program.child.kill("SIGTERM");
      await program.ended();
    },
  };
}

/**
 * The header with which a program on this machine authorises itself: the token in the data folder of the server that
 * `runProgram` or `startProduct` started at this address, and that is ready.
 */
export function authorization(url: string): { readonly authorization: string } {
  const token = readMachineToken(programAt(url).home);
  if (token === undefined) throw new Error(`The server at ${url} has written no token.`);
  return { authorization: `Bearer ${token}` };
}

/** Asks the API with that token, as `fetch` does; `route` begins behind `/api/v1`. */
export function ask(url: string, route: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("authorization", authorization(url).authorization);
  return fetch(`${url}/api/v1${route}`, { ...init, headers });
}

/** The same with a JSON body. */
export function askWith(url: string, method: string, route: string, body: unknown): Promise<Response> {
  return ask(url, route, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** Reads one answer of the API; the caller names its documented shape. */
export async function readJson<Answer>(url: string, route: string): Promise<Answer> {
  const answer = await ask(url, route);
  if (!answer.ok) throw new Error(`GET ${route}: ${answer.status} ${await answer.text()}`);
  // The shape that the API's reference promises for the route.
  return (await answer.json()) as Answer;
}

export interface Unit {
  readonly id: string;
  readonly status: string;
  readonly title: string;
  readonly author: string | null;
  readonly created_at: string;
  readonly completed_at: string | null;
  readonly cover_media_id: string | null;
  readonly podcast_media_id: string | null;
  readonly error_message: string | null;
  readonly warnings: readonly { readonly message: string }[];
  readonly lessons: readonly {
    readonly id: string;
    readonly status: string;
    readonly exercise_count: number;
    readonly audio_seconds: number;
    readonly audio_media_id: string | null;
  }[];
}

/** Asks for a unit, or for a draft with `start: false`; answers its id. */
export async function createUnit(url: string, body: Record<string, unknown>): Promise<string> {
  const created = await askWith(url, "POST", "/content-creator/units", body);
  if (!created.ok) throw new Error(`The unit was refused: ${await created.text()}`);
  // The create route's documented answer.
  return ((await created.json()) as { unit_id: string }).unit_id;
}

/** Waits, led by the event stream, until the unit is no longer being written. */
export async function waitForUnit(url: string, unitId: string): Promise<Unit> {
  const stream = new AbortController();
  const events = await ask(url, "/events", { signal: stream.signal });
  try {
    for await (const _chunk of events.body ?? []) {
      const unit = await readJson<Unit>(url, `/content/units/${unitId}`);
      if (unit.status !== "in_progress") return unit;
    }
  } finally {
    stream.abort();
  }
  throw new Error("The event stream ended before the unit did");
}
