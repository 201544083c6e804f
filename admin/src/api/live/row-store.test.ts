import { expect, test, vi } from "vitest";
import { createRowStore } from "./row-store.ts";

test("log lines are announced and not kept, so that they push out no row", () => {
  const store = createRowStore();
  const heard = vi.fn();
  store.subscribeChanges(heard);
  store.apply({ entity: "flow_run", id: "f", parents: {}, version: 2, patch: { status: "failed" } });
  for (let line = 0; line < 10_001; line += 1) {
    store.apply({
      entity: "step_log",
      id: String(line),
      parents: { flow_run_id: "f" },
      version: 1,
      patch: {},
    });
  }
  expect(heard).toHaveBeenCalledTimes(10_002);
  expect(store.read("flow_run", "f")).toEqual({ version: 2, patch: { status: "failed" } });
  expect(store.read("step_log", "10000")).toBeUndefined();
});
