import { connect, type Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Hono } from "hono";
import { afterEach, describe, expect, it, vi } from "vitest";
import { signedIn } from "../../test/builders/test-api.ts";
import type { Identify } from "../platform/caller.ts";
import type { LivePosition } from "../platform/live-feed.ts";
import type { HttpEnvironment } from "./environment.ts";
import { createEventRoutes } from "./events.ts";
import type { LiveHub, LiveMessage } from "./live-hub.ts";
import type { LiveEvent } from "./live-hub-rows.ts";
import { listen } from "./server.ts";

setFlagsFromString("--expose-gc");
// Only a context made after the flag was set has the function.
const collectGarbage: () => void = runInNewContext("gc");

const position: LivePosition = {
  snapshot: "10:12:",
  database_started_at: "2026-01-01T00:00:00.000Z",
  at: "2026-01-01T00:00:01.000Z",
};

async function startStream() {
  const listeners = new Set<(message: LiveMessage) => void>();
  const hub: LiveHub = {
    epoch: "epoch-1",
    start: async () => undefined,
    stop: async () => undefined,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    catchUp: async () => ({ events: [], position }),
    here: () => ({ seq: 0, position }),
  };
  const stopping = new AbortController();
  const caller = signedIn({ id: "a1", name: "Ada", role: "admin" });
  const identify: Identify = async () => caller;
  const routes = createEventRoutes({ hub, isStopping: stopping.signal, identify, streamsPerUser: 100 });
  const application = new Hono<HttpEnvironment>()
    .use(async (context, next) => {
      context.set("caller", caller);
      context.set("client_address", "127.0.0.1");
      await next();
    })
    .route("/", routes);
  const server = await listen(application, { host: "127.0.0.1", port: 0 });
  closing.push(async () => {
    stopping.abort();
    await server.close();
  });
  let seq = 0;
  return {
    url: new URL(server.url),
    listeners,
    beat(): void {
      for (const listener of listeners) listener({ kind: "beat", seq, position });
    },
    broadcast(events: LiveEvent[]): void {
      seq += 1;
      for (const listener of listeners) listener({ kind: "changes", seq, position, events });
    },
  };
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const close of closing.splice(0)) await close();
});

/** A browser's connection that does not read until it is told to. */
async function openReader(url: URL): Promise<{ socket: Socket; text: () => string }> {
  const socket = connect(Number(url.port), url.hostname);
  closing.push(async () => void socket.destroy());
  let text = "";
  socket.setEncoding("utf8");
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  socket.pause();
  socket.on("data", (part: string) => {
    text += part;
  });
  socket.pause();
  socket.write("GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  return { socket, text: () => text };
}

function rowOf(index: number, version: number): LiveEvent {
  const patch = { id: `t${index}`, version, title: `${index} `.repeat(200) };
  return { entity: "task", id: `t${index}`, parents: {}, version, patch };
}

function usedMemory() {
  collectGarbage();
  collectGarbage();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return { heapMb: (heapUsed + arrayBuffers) / 1e6, rssMb: rss / 1e6 };
}

const megabytesOfAllChanges = 100;

describe("readers that do not read", () => {
  it("cost no memory while a hundred thousand changes go by, and are told one gap when they go on", async () => {
    const stream = await startStream();
    const readers = [];
    for (let reader = 0; reader < 20; reader += 1) readers.push(await openReader(stream.url));
    await vi.waitFor(() => expect(stream.listeners.size).toBe(20));
    const before = usedMemory();
    for (let message = 0; message < 1_000; message += 1) {
      stream.broadcast(Array.from({ length: 100 }, (_, index) => rowOf(message * 100 + index, 1)));
      await nextTurn();
    }
    const after = usedMemory();
    // Each of the twenty would have had to keep all of it.
    expect(after.heapMb - before.heapMb).toBeLessThan(megabytesOfAllChanges / 4);
    expect(after.rssMb - before.rssMb).toBeLessThan(2.5 * megabytesOfAllChanges);
    const [reader] = readers;
    reader?.socket.resume();
    await vi.waitFor(() => expect(reader?.text()).toContain("event: gap\n"), { timeout: 10_000 });
    expect(reader?.text().split("event: gap")).toHaveLength(2);
    await vi.waitFor(() => {
      stream.broadcast([rowOf(1, 2)]);
      expect(reader?.text()).toMatch(
        /"seq":10\d\d,"events":\[\{"entity":"task","id":"t1","parents":\{\},"version":2/,
      );
    });
  });

  it("get the newest state of a few rows that changed very often, without any gap", async () => {
    const stream = await startStream();
    const { socket, text } = await openReader(stream.url);
    await vi.waitFor(() => expect(stream.listeners.size).toBe(1));
    for (let version = 1; version <= 2_000; version += 1) {
      stream.broadcast(Array.from({ length: 50 }, (_, index) => rowOf(index, version)));
      await nextTurn();
    }
    socket.resume();
    await vi.waitFor(() => expect(text()).toContain('"seq":2000,'), { timeout: 10_000 });
    expect(text()).not.toContain("event: gap");
    for (let index = 0; index < 50; index += 1)
      expect(text()).toContain(`"id":"t${index}","parents":{},"version":2000`);
  });

  it("are disconnected after thirty seconds", async () => {
    const stream = await startStream();
    const { socket } = await openReader(stream.url);
    await vi.waitFor(() => expect(stream.listeners.size).toBe(1));
    for (let message = 0; message < 200; message += 1) {
      stream.broadcast(Array.from({ length: 100 }, (_, index) => rowOf(message * 100 + index, 1)));
      await nextTurn();
    }
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    const now = performance.now();
    vi.spyOn(performance, "now").mockImplementation(() => now + 30_001);
    stream.beat();
    expect(stream.listeners.size).toBe(0);
    socket.resume();
    await closed;
  });
});
