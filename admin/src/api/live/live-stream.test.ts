import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { LiveMessage } from "./live-messages.ts";
import { openLiveStream, type StreamSource } from "./live-stream.ts";

class Source extends EventTarget implements StreamSource {
  readyState = 1;
  close(): void {
    this.readyState = 2;
  }
  say(type: string, data: unknown, lastEventId = ""): void {
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
    now: () => new Date("2026-11-21T12:04:31Z"),
  });
  const latest = () => sources.at(-1)?.source ?? new Source();
  return { stream, sources, messages, latest };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("passes changes on and drops what it cannot read", () => {
  const { messages, latest } = start();
  latest().say("hello", { as_of: "2026-11-21T12:00:00Z" });
  latest().say("change", change);
  latest().say("change", { entity: "planet", id: "x", version: 1, patch: {} });
  latest().dispatchEvent(new MessageEvent("change", { data: "{broken" }));
  expect(messages.filter((message) => message.kind === "change")).toEqual([{ kind: "change", change }]);
});

test("is reconnecting as of the last word, then down, then live again", () => {
  const { stream, latest } = start();
  latest().say("hello", { as_of: "2026-11-21T12:00:00Z" });
  latest().dispatchEvent(new Event("error"));
  expect(stream.state()).toEqual({ kind: "reconnecting", as_of: "2026-11-21T12:00:00Z" });
  vi.advanceTimersByTime(8000);
  expect(stream.state().kind).toBe("down");
  latest().say("hello", {});
  expect(stream.state()).toEqual({ kind: "live", as_of: "2026-11-21T12:04:31.000Z" });
});

test("a refused stream is opened anew behind the last event, with growing pauses", () => {
  const { sources, messages, latest } = start();
  latest().say("hello", {}, "place-7");
  latest().refuse();
  vi.advanceTimersByTime(500);
  expect(sources.map(({ lastEventId }) => lastEventId)).toEqual(["", "place-7"]);
  latest().refuse();
  vi.advanceTimersByTime(999);
  expect(sources).toHaveLength(2);
  vi.advanceTimersByTime(1);
  latest().say("hello", {});
  expect(sources).toHaveLength(3);
  expect(messages.filter((message) => message.kind === "reset")).toHaveLength(0);
});

test("without a place to resume from, readers are told to read again", () => {
  const { messages, latest } = start();
  latest().refuse();
  vi.advanceTimersByTime(500);
  latest().say("hello", {});
  expect(messages.at(-1)).toEqual({ kind: "reset" });
});
