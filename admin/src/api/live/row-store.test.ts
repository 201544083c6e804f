import { expect, test, vi } from "vitest";
import { createRowStore } from "./row-store.ts";

test("log lines are announced and not kept, so that they push out no row", () => {
  const store = createRowStore();
  const heard = vi.fn();
  store.subscribeChanges(heard);
  store.apply([{ entity: "flow_run", id: "f", parents: {}, version: 2, patch: { status: "failed" } }]);
  for (let line = 0; line < 10_001; line += 1) {
    const parents = { flow_run_id: "f" };
    store.apply([{ entity: "step_log", id: String(line), parents, version: 1, patch: {} }]);
  }
  expect(heard).toHaveBeenCalledTimes(10_002);
  expect(store.read("flow_run", "f")).toEqual({ version: 2, patch: { status: "failed" } });
  expect(store.read("step_log", "10000")).toBeUndefined();
});

test("rows beyond what is kept are forgotten, the ones that a component shows last, and it is told", () => {
  const forgotten = vi.fn();
  const store = createRowStore(forgotten);
  const shown = vi.fn();
  store.subscribeRow("task", "0", shown);
  const changes = Array.from({ length: 10_001 }, (_, index) => ({
    entity: "task" as const,
    id: String(index),
    parents: {},
    version: 1,
    patch: { status: "completed" },
  }));
  store.apply(changes.slice(0, 10_000));
  expect(forgotten).not.toHaveBeenCalled();
  store.apply(changes.slice(10_000));
  expect(forgotten).toHaveBeenCalledTimes(1);
  expect(shown).toHaveBeenCalledTimes(1);
  expect(store.read("task", "0")).toBeDefined();
  expect(store.read("task", "1")).toBeUndefined();
  expect(store.read("task", "10000")).toBeDefined();
});

test("changes that came together are all taken in before anybody hears of one", () => {
  const store = createRowStore();
  const seen: unknown[] = [];
  store.subscribeChanges(({ id }) => seen.push([id, store.read("task", "b")?.version]));
  store.apply([
    { entity: "task", id: "a", parents: {}, version: 1, patch: {} },
    { entity: "task", id: "b", parents: {}, version: 4, patch: {} },
    { entity: "task", id: "b", parents: {}, version: 3, patch: {} },
  ]);
  expect(seen).toEqual([
    ["a", 4],
    ["b", 4],
  ]);
});
