import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import {
  changeOf,
  createHub,
  openStream,
  parseEvents,
  position,
  positionId,
  taskRow,
} from "../../test/builders/event-streams.ts";
import { createEventReader, mostWaiting, stuckAfterMs } from "./events-reader.ts";
import { createEventWire } from "./events-wire.ts";
import { beatMs, type LiveMessage, type Missed } from "./live-hub.ts";

describe("GET /events", () => {
  it("says hello with its epoch and number, then every broadcast with the next number and a place to resume from", async () => {
    const { hub, send } = createHub();
    const stream = await openStream(hub);
    expect((await stream.next("hello")).data).toEqual({
      epoch: "epoch-1",
      seq: 40,
      as_of: position.at,
      resumed: true,
      events: [],
    });
    send(changeOf(41, taskRow("t1", 1), taskRow("t2", 5)));
    const told = await stream.next("changes");
    expect(told).toMatchObject({ id: positionId, data: { epoch: "epoch-1", seq: 41 } });
    expect(told.data.events?.map(({ id }) => id)).toEqual(["t1", "t2"]);
    stream.stop.abort();
  });

  it("tells a browser that comes back what it missed with the hello", async () => {
    const { hub, asked } = createHub({ events: [taskRow("missed", 7)], position });
    const stream = await openStream(hub, { "last-event-id": positionId });
    const { data } = await stream.next("hello");
    expect(data).toMatchObject({ resumed: true, events: [{ id: "missed", version: 7 }] });
    expect(asked).toEqual([position]);
    stream.stop.abort();
  });

  it("tells a browser with an unknown place, or one too long ago, to read again", async () => {
    const unknown = await openStream(createHub().hub, { "last-event-id": "not-an-id" });
    expect((await unknown.next("hello")).data.resumed).toBe(false);
    unknown.stop.abort();
    const old = await openStream(createHub(null).hub, { "last-event-id": positionId });
    expect((await old.next("hello")).data.resumed).toBe(false);
    old.stop.abort();
  });

  it("holds back what is broadcast while it reads what was missed, so that nothing comes before the hello", async () => {
    let answer: (missed: Missed) => void = () => undefined;
    const { hub, send } = createHub();
    const missed = new Promise<Missed>((resolve) => {
      answer = resolve;
    });
    const stream = await openStream({ ...hub, catchUp: () => missed }, { "last-event-id": positionId });
    send(changeOf(41, taskRow("t1", 2)));
    answer({ events: [taskRow("t1", 1)], position });
    expect((await stream.next("hello")).data).toMatchObject({ seq: 40, events: [{ version: 1 }] });
    expect((await stream.next("changes")).data).toMatchObject({ seq: 41, events: [{ version: 2 }] });
    stream.stop.abort();
  });

  it("gives a reader that fell far behind one gap instead of a growing backlog", async () => {
    const { hub, send } = createHub();
    const stream = await openStream(hub);
    await stream.next("hello");
    for (let index = 1; index <= 5_000; index += 1) send(changeOf(40 + index, taskRow(`t${index}`, 1)));
    expect((await stream.next("gap")).data).toEqual({ epoch: "epoch-1", seq: 5_040 });
    send(changeOf(5_041, taskRow("t1", 2)));
    expect((await stream.next("changes")).data.seq).toBe(5_041);
    stream.stop.abort();
  });

  it("ends its streams and subscriptions when the server stops", async () => {
    const { hub, listeners } = createHub();
    const stream = await openStream(hub);
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
    const take = async () => parseEvents(new TextDecoder().decode((await taking.read()).value));
    return { reader, seen, take };
  }
  const beat: LiveMessage = { kind: "beat", seq: 40, position };

  it("gets what came while its socket was full as one message with the newest state of each row", async () => {
    const { reader, take } = openReader();
    reader.push(changeOf(1, taskRow("t1", 1)));
    reader.push(changeOf(2, taskRow("t1", 2), taskRow("t2", 1)));
    reader.push({ ...changeOf(3, taskRow("t3", 1)), position: null });
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
    reader.push(changeOf(1, taskRow("t1", 1)));
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
      reader.push(changeOf(turn, taskRow("t", turn)));
      reader.push(beat);
    }
    expect(seen).toMatchObject({ cut: 0, over: 0 });
  });

  it("is told one gap when the rows that wait are few but large", async () => {
    const { reader, take } = openReader();
    const large = "x".repeat(mostWaiting.characters / 10);
    for (let index = 1; index <= 20; index += 1) {
      reader.push(changeOf(index, { ...taskRow(`t${index}`, 1), patch: { id: `t${index}`, large } }));
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
      wire.shared(changeOf(2, taskRow("t", 1))),
      wire.shared({ kind: "gap", seq: 3, position }),
      wire.shared({ kind: "beat", seq: 3, position }),
      wire.changes([taskRow("t", 1)], 4, 6, position),
      wire.signedOut(6),
    ].flatMap((chunk) => parseEvents(new TextDecoder().decode(chunk)));
    for (const { event, data } of written) {
      expect(page).toContain(`| \`${event}\` |`);
      for (const field of Object.keys(data)) expect(page).toContain(`\`${field}\``);
    }
    expect(page).toContain(`every ${beatMs / 1000} s`);
    expect(page).toContain(`is cut after ${stuckAfterMs / 1000} s`);
    expect(page).toContain(`${mostWaiting.rows} rows or ${mostWaiting.characters / 1024} K characters`);
  });
});
