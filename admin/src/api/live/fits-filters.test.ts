import { expect, test } from "vitest";
import type { LiveChange } from "./live-messages.ts";
import { fitsFilters } from "./use-live-list.ts";

const change: LiveChange = {
  entity: "flow_run",
  id: "f",
  parents: { unit_id: "u", task_id: "t" },
  version: 1,
  patch: { status: "running", flow_name: "unit_art_creation" },
};

test("a changed row is compared with every filter that can be told from it", () => {
  expect(fitsFilters(change, { status: "running", unit_id: "u", q: "tides", flow_name: "" })).toBe(true);
  expect(fitsFilters(change, { status: "failed" })).toBe(false);
  expect(fitsFilters(change, { task_id: "other" })).toBe(false);
});

test("a filter of several values takes each of them, and one that the change says nothing about rules nothing out", () => {
  expect(fitsFilters(change, { status: "failed,running" })).toBe(true);
  expect(fitsFilters(change, { status: "failed,paused" })).toBe(false);
  expect(fitsFilters(change, { min_cost_usd: 2, q: "tides", created_from: "2026-11-01T00:00:00Z" })).toBe(
    true,
  );
});
