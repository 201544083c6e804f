import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { LiveMessage } from "./live-messages.ts";
import { openLiveStream, type StreamSource } from "./live-stream.ts";

class Source extends EventTarget implements StreamSource {
  readyState = 1;
  close(): void {
    this.readyState = 2;
  }
  say(type: string, data: object, lastEventId = ""): void {
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data), lastEventId }));
  }
  refuse(): void {
    this.readyState = 2;
    this.dispatchEvent(new Event("error"));
  }
}

const change = {
  entity: "task",
  id: "t",
  parents: { unit_id: "u" },
  version: 3,
  patch: { status: "failed" },
};
const hello = { epoch: "e", seq: 7, as_of: "2026-11-21T12:00:00Z", resumed: true, events: [] };
const changes = (seq: number, rest = {}) => ({ epoch: "e", seq, events: [change], ...rest });
const gap: LiveMessage = { kind: "gap", forget: false };

function start() {
  const sources: { source: Source; lastEventId: string }[] = [];
  const messages: LiveMessage[] = [];
  const stream = openLiveStream({
    openSource: (lastEventId) => {
      const source = new Source();
      sources.push({ source, lastEventId });
      return source;
    },
    publish: (message) => messages.push(message),
    now: () => new Date(),
  });
  const gaps = () => messages.filter(({ kind }) => kind === "gap");
  const latest = () => sources.at(-1)?.source ?? new Source();
  return { stream, sources, messages, gaps, latest };
}

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-11-21T12:04:31Z") });
});
afterEach(() => {
  vi.useRealTimers();
});

test("passes changes on and leaves out what it does not know", () => {
  const { messages, gaps, latest } = start();
  latest().say("hello", hello);
  latest().say("changes", changes(8, { events: [{ ...change, entity: "planet" }, change] }));
  latest().say("changes", changes(12, { first: 9 }));
  latest().say("beat", { epoch: "e", seq: 12 });
  expect(messages.filter(({ kind }) => kind === "changes")).toEqual([
    { kind: "changes", changes: [change] },
    { kind: "changes", changes: [change] },
  ]);
  expect(gaps()).toEqual([]);
});

test.each([
  ["a hole", [changes(9)]],
  ["a repeat", [changes(8), changes(8)]],
  ["a hole before several at once", [changes(12, { first: 9 })]],
  ["another start of the server", [changes(8, { epoch: "f" })]],
  ["an event that cannot be read", [{ epoch: "e" }]],
])("%s in the numbers is a gap, and what came is used all the same", (_, events) => {
  const { gaps, latest } = start();
  latest().say("hello", hello);
  for (const event of events) latest().say("changes", event);
  expect(gaps()).toEqual([gap]);
});

test("after a hole the stream goes on from where it is", () => {
  const { gaps, latest } = start();
  latest().say("hello", hello);
  for (const seq of [9, 8, 10, 11]) latest().say("changes", changes(seq));
  latest().say("beat", { epoch: "e", seq: 11 });
  expect(gaps()).toEqual([gap, gap]);
});

test("a beat tells that the last message was lost", () => {
  const { gaps, latest } = start();
  latest().say("hello", hello);
  latest().say("beat", { epoch: "e", seq: 7 });
  expect(gaps()).toEqual([]);
  latest().say("beat", { epoch: "e", seq: 8 });
  latest().say("beat", { epoch: "e", seq: 8 });
  expect(gaps()).toEqual([gap]);
});

test("the server's own gap is passed on once", () => {
  const { gaps, latest } = start();
  latest().say("hello", hello);
  latest().say("gap", { epoch: "e", seq: 30 });
  latest().say("changes", changes(31));
  expect(gaps()).toEqual([gap]);
});

test("is reconnecting as of the last word, then down, then live again with what was missed", () => {
  const { stream, messages, gaps, latest } = start();
  latest().say("hello", hello);
  vi.advanceTimersByTime(2000);
  latest().say("beat", { epoch: "e", seq: 7 });
  latest().dispatchEvent(new Event("error"));
  expect(stream.state()).toEqual({ kind: "reconnecting", as_of: "2026-11-21T12:04:33.000Z" });
  vi.advanceTimersByTime(8000);
  expect(stream.state().kind).toBe("down");
  latest().say("hello", { ...hello, seq: 90, events: [change] });
  expect(stream.state()).toEqual({ kind: "live", as_of: "2026-11-21T12:04:41.000Z" });
  expect(messages.at(-1)).toEqual({ kind: "changes", changes: [change] });
  expect(gaps()).toEqual([]);
});

test("passes on that the person's own name or role changed, without taking it for a broken stream", () => {
  const { messages, gaps, latest } = start();
  latest().say("hello", hello);
  latest().say("session", { epoch: "e", seq: 7 });
  latest().say("changes", changes(8));
  expect(messages.filter(({ kind }) => kind === "session")).toHaveLength(1);
  expect(gaps()).toEqual([]);
});

test("a refused stream is opened anew behind the last event, with growing pauses", () => {
  const { sources, gaps, latest } = start();
  latest().say("hello", hello, "place-7");
  latest().refuse();
  vi.advanceTimersByTime(500);
  expect(sources.map(({ lastEventId }) => lastEventId)).toEqual(["", "place-7"]);
  latest().refuse();
  vi.advanceTimersByTime(999);
  expect(sources).toHaveLength(2);
  vi.advanceTimersByTime(1);
  latest().say("hello", hello);
  expect(sources).toHaveLength(3);
  expect(gaps()).toEqual([]);
});

test("a stream that the server ends or refuses is told as such, and opened anew", () => {
  const { sources, messages, latest } = start();
  const refusals = () => messages.filter(({ kind }) => kind === "refused").length;
  latest().say("hello", hello);
  latest().say("signed_out", {});
  expect(refusals()).toBe(1);
  expect(latest().readyState).toBe(2);
  vi.advanceTimersByTime(500);
  expect(sources).toHaveLength(2);
  latest().refuse();
  expect(refusals()).toBe(2);
  vi.advanceTimersByTime(1000);
  expect(sources).toHaveLength(3);
  // A connection that only broke is no refusal: the browser resumes it by itself.
  latest().dispatchEvent(new Event("error"));
  expect(refusals()).toBe(2);
});

test("a stream that falls silent is opened anew", () => {
  const { stream, sources, latest } = start();
  latest().say("hello", hello, "place-7");
  vi.advanceTimersByTime(14_000);
  latest().say("beat", { epoch: "e", seq: 7 }, "place-8");
  vi.advanceTimersByTime(14_999);
  expect(stream.state().kind).toBe("live");
  vi.advanceTimersByTime(1);
  expect(stream.state().kind).toBe("reconnecting");
  vi.advanceTimersByTime(500);
  expect(sources.map(({ lastEventId }) => lastEventId)).toEqual(["", "place-8"]);
});

test("where the server cannot say what was missed, readers are told to read again", () => {
  const { messages, latest } = start();
  latest().say("hello", hello, "place-7");
  latest().refuse();
  vi.advanceTimersByTime(500);
  latest().say("hello", { ...hello, resumed: false });
  expect(messages.at(-1)).toEqual(gap);
  latest().say("hello", { ...hello, epoch: "f", resumed: false });
  expect(messages.at(-1)).toEqual({ kind: "gap", forget: true });
});

test("a first hello that took longer than what it tells about is followed by a gap", () => {
  const { gaps, latest } = start();
  latest().refuse();
  vi.advanceTimersByTime(6000);
  latest().say("hello", hello);
  expect(gaps()).toEqual([gap]);
});
