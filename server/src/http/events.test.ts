import { describe, expect, it } from "vitest";
import type { LivePosition } from "../platform/live-feed.ts";
import { createEventRoutes } from "./events.ts";
import type { LiveHub, LiveMessage } from "./live-hub.ts";

const position: LivePosition = {
  snapshot: "10:12:",
  database_started_at: "2026-01-01T00:00:00.000Z",
  at: "2026-01-01T00:00:01.000Z",
};

function change(id: string, version: number): LiveMessage {
  return {
    kind: "changes",
    position,
    events: [{ entity: "task", id, parents: {}, version, patch: { id, version } }],
  };
}

function createHub(missed: LiveMessage | null = null) {
  const listeners = new Set<(message: LiveMessage) => void>();
  const hub: LiveHub = {
    start: async () => undefined,
    stop: async () => undefined,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    catchUp: async () => missed,
    position: () => position,
  };
  return {
    hub,
    listeners,
    send: (message: LiveMessage) => listeners.forEach((listener) => void listener(message)),
  };
}

async function open(hub: LiveHub, headers: Record<string, string> = {}) {
  const stop = new AbortController();
  const answer = await createEventRoutes(hub, stop.signal).request("/events", { headers });
  if (answer.body === null) throw new Error("An event stream has a body");
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    stop,
    reader,
    async until(expected: string): Promise<string> {
      while (!text.includes(expected)) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`The stream ended before "${expected}": ${text}`);
        text += value;
      }
      return text;
    },
  };
}

describe("GET /events", () => {
  it("says hello, then every change with a position to resume from", async () => {
    const { hub, send } = createHub();
    const stream = await open(hub);
    await stream.until("event: hello");
    send(change("t1", 1));
    const text = await stream.until('"id":"t1"');
    expect(text).toMatch(/event: change\nid: [\w-]+\ndata: \{"entity":"task"/);
    stream.stop.abort();
  });

  it("sends only the newest state of a row that changed while the browser was not reading", async () => {
    const { hub, send } = createHub();
    const stream = await open(hub);
    await stream.until("event: hello");
    send(change("t1", 1));
    send(change("t1", 2));
    send(change("t2", 1));
    const text = await stream.until('"id":"t2"');
    expect(text).toContain('"version":2');
    stream.stop.abort();
  });

  it("tells a browser that comes back what it missed", async () => {
    const id = Buffer.from(
      JSON.stringify([position.snapshot, position.database_started_at, position.at]),
    ).toString("base64url");
    const stream = await open(createHub(change("missed", 7)).hub, { "last-event-id": id });
    expect(await stream.until("missed")).toContain("event: change");
    stream.stop.abort();
  });

  it("tells a browser with an unknown position to read again", async () => {
    const stream = await open(createHub().hub, { "last-event-id": "not-an-id" });
    expect(await stream.until("event: reset")).toContain("event: reset");
    stream.stop.abort();
  });

  it("gives a reader that fell far behind one reset instead of a growing backlog", async () => {
    const { hub, send } = createHub();
    const stream = await open(hub);
    await stream.until("event: hello");
    for (let index = 0; index < 5_000; index += 1) send(change(`t${index}`, 1));
    const text = await stream.until("event: reset");
    expect(text.split("event: change").length).toBeLessThan(3_000);
    stream.stop.abort();
  });

  it("ends its streams and subscriptions when the server stops", async () => {
    const { hub, listeners } = createHub();
    const stream = await open(hub);
    await stream.until("event: hello");
    expect(listeners.size).toBe(1);
    stream.stop.abort();
    while (!(await stream.reader.read()).done);
    expect(listeners.size).toBe(0);
  });
});
