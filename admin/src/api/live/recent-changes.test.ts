import { expect, test } from "vitest";
import type { LiveChange } from "./live-messages.ts";
import { createRecentChanges } from "./recent-changes.ts";

const rows = (count: number): LiveChange[] =>
  Array.from({ length: count }, (_, index) => ({
    entity: "task",
    id: String(index),
    parents: {},
    version: 1,
    patch: {},
  }));

function start() {
  const clock = { now: 0 };
  return { clock, recent: createRecentChanges(() => clock.now) };
}

test("a tab that joins hears what the stream said in the last five seconds", () => {
  const { clock, recent } = start();
  recent.add({ kind: "changes", changes: rows(1) });
  clock.now = 4000;
  recent.add({ kind: "changes", changes: rows(2) });
  clock.now = 5001;
  expect(recent.list()).toEqual([{ kind: "changes", changes: rows(2) }]);
  clock.now = 9001;
  expect(recent.list()).toEqual([]);
});

test("where that was a gap, or more than is kept, the tab is told to read again", () => {
  const { clock, recent } = start();
  recent.add({ kind: "gap", forget: false });
  expect(recent.list()).toEqual([{ kind: "gap", forget: false }]);
  clock.now = 6000;
  expect(recent.list()).toEqual([]);
  recent.add({ kind: "changes", changes: rows(1001) });
  expect(recent.list()).toEqual([{ kind: "gap", forget: false }]);
});
