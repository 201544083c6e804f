import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { LivePosition } from "../platform/live-feed.ts";
import { createEventRoutes } from "./events.ts";
import { createEventReader, mostWaiting, stuckAfterMs } from "./events-reader.ts";
import { createEventWire } from "./events-wire.ts";
import { beatMs, type LiveHub, type LiveMessage, type Missed } from "./live-hub.ts";
import type { LiveEvent } from "./live-hub-rows.ts";

const position: LivePosition = {
  snapshot: "10:12:",
  database_started_at: "2026-01-01T00:00:00.000Z",
  at: "2026-01-01T00:00:01.000Z",
};
const positionId = Buffer.from(
  JSON.stringify([position.snapshot, position.database_started_at, position.at]),
).toString("base64url");

function row(id: string, version: number): LiveEvent {
  return { entity: "task", id, parents: {}, version, patch: { id, version } };
}

function change(seq: number, ...events: LiveEvent[]): LiveMessage {
  return { kind: "changes", seq, position, events };
}

function createHub(missed: Missed | null = { events: [], position }) {
  const listeners = new Set<(message: LiveMessage) => void>();
  const asked: (LivePosition | undefined)[] = [];
  const hub: LiveHub = {
    epoch: "epoch-1",
    start: async () => undefined,
    stop: async () => undefined,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async catchUp(from) {
      asked.push(from);
      return missed;
    },
    here: () => ({ seq: 40, position }),
  };
  return {
    hub,
    asked,
    listeners,
    send: (message: LiveMessage) => listeners.forEach((listener) => void listener(message)),
  };
}

interface Event {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: { seq: number; first?: number; epoch: string; events?: LiveEvent[]; resumed?: boolean };
}

async function open(hub: LiveHub, headers: Record<string, string> = {}) {
  const stop = new AbortController();
  const answer = await createEventRoutes(hub, stop.signal).request("/events", { headers });
  if (answer.body === null) throw new Error("An event stream has a body");
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  const events: Event[] = [];
  return {
    stop,
    reader,
    /** Reads on until the first event of this kind that was not handed out yet. */
    async next(kind: string): Promise<Event> {
      for (;;) {
        const event = events.shift();
        if (event?.event === kind) return event;
        if (event !== undefined) continue;
        const { value, done } = await reader.read();
        if (done) throw new Error(`The stream ended before "${kind}"`);
        events.push(...parse(value));
      }
    },
  };
}

function parse(text: string): Event[] {
  return text
    .split("\n\n")
    .filter((frame) => frame !== "")
    .map((frame) => {
      const fields = new Map(frame.split("\n").map((line) => [line.split(": ", 1)[0], line]));
      const field = (name: string) => fields.get(name)?.slice(name.length + 2);
      return { event: field("event") ?? "", id: field("id"), data: JSON.parse(field("data") ?? "{}") };
    });
}

describe("GET /events", () => {
  it("says hello with its epoch and number, then every broadcast with the next number and a place to resume from", async () => {
    const { hub, send } = createHub();
    const stream = await open(hub);
    expect((await stream.next("hello")).data).toEqual({
      epoch: "epoch-1",
      seq: 40,
      as_of: position.at,
      resumed: true,
      events: [],
    });
    send(change(41, row("t1", 1), row("t2", 5)));
    const told = await stream.next("changes");
    expect(told).toMatchObject({ id: positionId, data: { epoch: "epoch-1", seq: 41 } });
    expect(told.data.events?.map(({ id }) => id)).toEqual(["t1", "t2"]);
    stream.stop.abort();
  });

  it("tells a browser that comes back what it missed with the hello", async () => {
    const { hub, asked } = createHub({ events: [row("missed", 7)], position });
    const stream = await open(hub, { "last-event-id": positionId });
    const { data } = await stream.next("hello");
    expect(data).toMatchObject({ resumed: true, events: [{ id: "missed", version: 7 }] });
    expect(asked).toEqual([position]);
    stream.stop.abort();
  });

  it("tells a browser with an unknown place, or one too long ago, to read again", async () => {
    const unknown = await open(createHub().hub, { "last-event-id": "not-an-id" });
    expect((await unknown.next("hello")).data.resumed).toBe(false);
    unknown.stop.abort();
    const old = await open(createHub(null).hub, { "last-event-id": positionId });
    expect((await old.next("hello")).data.resumed).toBe(false);
    old.stop.abort();
  });

  it("holds back what is broadcast while it reads what was missed, so that nothing comes before the hello", async () => {
    let answer: (missed: Missed) => void = () => undefined;
    const { hub, send } = createHub();
    const missed = new Promise<Missed>((resolve) => {
      answer = resolve;
    });
    const stream = await open({ ...hub, catchUp: () => missed }, { "last-event-id": positionId });
    send(change(41, row("t1", 2)));
    answer({ events: [row("t1", 1)], position });
    expect((await stream.next("hello")).data).toMatchObject({ seq: 40, events: [{ version: 1 }] });
    expect((await stream.next("changes")).data).toMatchObject({ seq: 41, events: [{ version: 2 }] });
    stream.stop.abort();
  });

  it("gives a reader that fell far behind one gap instead of a growing backlog", async () => {
    const { hub, send } = createHub();
    const stream = await open(hub);
    await stream.next("hello");
    for (let index = 1; index <= 5_000; index += 1) send(change(40 + index, row(`t${index}`, 1)));
    expect((await stream.next("gap")).data).toEqual({ epoch: "epoch-1", seq: 5_040 });
    send(change(5_041, row("t1", 2)));
    expect((await stream.next("changes")).data.seq).toBe(5_041);
    stream.stop.abort();
  });

  it("ends its streams and subscriptions when the server stops", async () => {
    const { hub, listeners } = createHub();
    const stream = await open(hub);
    await stream.next("hello");
    expect(listeners.size).toBe(1);
    stream.stop.abort();
    while (!(await stream.reader.read()).done);
    expect(listeners.size).toBe(0);
  });
});

describe("one reader of the stream", () => {
  function openReader() {
    const seen = { cut: 0, over: 0, now: 0 };
    const reader = createEventReader({
      wire: createEventWire("epoch-1"),
      onOver: () => {
        seen.over += 1;
      },
      cut: () => {
        seen.cut += 1;
      },
      now: () => seen.now,
    });
    reader.greet(0, { events: [], position }, position);
    const taking = reader.stream.getReader();
    const take = async () => parse(new TextDecoder().decode((await taking.read()).value));
    return { reader, seen, take };
  }
  const beat: LiveMessage = { kind: "beat", seq: 40, position };

  it("gets what came while its socket was full as one message with the newest state of each row", async () => {
    const { reader, take } = openReader();
    reader.push(change(1, row("t1", 1)));
    reader.push(change(2, row("t1", 2), row("t2", 1)));
    reader.push({ ...change(3, row("t3", 1)), position: null });
    await take();
    const [told] = await take();
    expect(told).toMatchObject({ event: "changes", id: positionId, data: { first: 1, seq: 3 } });
    expect(told?.data.events?.map(({ id, version }) => [id, version])).toEqual([
      ["t1", 2],
      ["t2", 1],
      ["t3", 1],
    ]);
  });

  it("hears the number of the newest broadcast while nothing happens, and no beat before what waits for it", async () => {
    const { reader, take } = openReader();
    reader.push(change(1, row("t1", 1)));
    reader.push(beat);
    expect((await take()).map(({ event }) => event)).toEqual(["hello"]);
    expect((await take()).map(({ event }) => event)).toEqual(["changes"]);
    const next = take();
    reader.push(beat);
    expect(await next).toEqual([{ event: "beat", id: positionId, data: { epoch: "epoch-1", seq: 40 } }]);
  });

  it("is cut after thirty seconds in which its socket took nothing", () => {
    const { reader, seen } = openReader();
    seen.now = stuckAfterMs - 1;
    reader.push(beat);
    expect(seen).toMatchObject({ cut: 0, over: 0 });
    seen.now = stuckAfterMs;
    reader.push(beat);
    reader.push(beat);
    expect(seen).toMatchObject({ cut: 1, over: 1 });
  });

  it("is kept as long as it takes something now and then", async () => {
    const { reader, seen, take } = openReader();
    for (let turn = 1; turn <= 10; turn += 1) {
      seen.now = turn * (stuckAfterMs - 1);
      await take();
      reader.push(change(turn, row("t", turn)));
      reader.push(beat);
    }
    expect(seen).toMatchObject({ cut: 0, over: 0 });
  });

  it("is told one gap when the rows that wait are few but large", async () => {
    const { reader, take } = openReader();
    const large = "x".repeat(mostWaiting.characters / 10);
    for (let index = 1; index <= 20; index += 1) {
      reader.push(change(index, { ...row(`t${index}`, 1), patch: { id: `t${index}`, large } }));
    }
    await take();
    expect(await take()).toEqual([{ event: "gap", id: positionId, data: { epoch: "epoch-1", seq: 20 } }]);
  });
});

describe("docs/reference/events.md", () => {
  const page = readFileSync(path.resolve(import.meta.dirname, "../../../docs/reference/events.md"), "utf8");

  it("names every event and the limits that hold", () => {
    const wire = createEventWire("epoch-1");
    const written = [
      wire.hello(1, position, []),
      wire.shared(change(2, row("t", 1))),
      wire.shared({ kind: "gap", seq: 3, position }),
      wire.shared({ kind: "beat", seq: 3, position }),
      wire.changes([row("t", 1)], 4, 6, position),
    ].flatMap((chunk) => parse(new TextDecoder().decode(chunk)));
    for (const { event, data } of written) {
      expect(page).toContain(`| \`${event}\` |`);
      for (const field of Object.keys(data)) expect(page).toContain(`\`${field}\``);
    }
    expect(page).toContain(`every ${beatMs / 1000} s`);
    expect(page).toContain(`is cut after ${stuckAfterMs / 1000} s`);
    expect(page).toContain(`${mostWaiting.rows} rows or ${mostWaiting.characters / 1024} K characters`);
  });
});
