import { expect, test } from "vitest";
import type { LiveChange } from "./live-messages.ts";
import { bringsRow, fitsFilters, takesRow } from "./use-live-list.ts";

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

test("the engine of a row is told by its connection", () => {
  const onPrefect = { ...change, patch: { ...change.patch, connection_id: "c" } };
  const own = { ...change, patch: { ...change.patch, connection_id: null } };
  expect(fitsFilters(onPrefect, { engine: "prefect" })).toBe(true);
  expect(fitsFilters(own, { engine: "prefect" })).toBe(false);
  expect(fitsFilters(change, { engine: "prefect" })).toBe(true);
});

test("a row between those on show comes in once it fits every filter, and only if that can be told", () => {
  const list = { rows: [{ id: "m" }, { id: "g" }, { id: "c" }], hasOlder: true };
  const became = (id: string, status: string) => ({ ...change, id, patch: { status } });
  const failed = { status: "failed" };
  expect(bringsRow(became("h", "failed"), list, failed)).toBe(true);
  expect(bringsRow(became("g", "failed"), list, failed)).toBe(false);
  expect(bringsRow(became("h", "running"), list, failed)).toBe(false);
  expect(bringsRow(became("h", "failed"), list, { ...failed, q: "tides" })).toBe(false);
  expect(bringsRow(became("h", "failed"), list, {})).toBe(false);
  expect(bringsRow(became("a", "failed"), list, failed)).toBe(false);
  expect(bringsRow(became("a", "failed"), { ...list, hasOlder: false }, failed)).toBe(true);
});

test("a newer row comes in unless a filter rules it out", () => {
  const list = { rows: [{ id: "e" }], hasOlder: false };
  expect(bringsRow(change, list, { q: "tides" })).toBe(true);
  expect(bringsRow(change, list, { status: "failed" })).toBe(false);
  expect(bringsRow(change, { rows: undefined, hasOlder: false }, { status: "running" })).toBe(true);
});

test("a row on show leaves once a filter rules it out, and so does one that was deleted", () => {
  const rows = [{ id: "m" }, { id: "f" }, { id: "c" }];
  const ended = { ...change, patch: { status: "completed" } };
  expect(takesRow(ended, rows, { status: "running" })).toBe(true);
  expect(takesRow(ended, rows, { status: "running,completed" })).toBe(false);
  expect(takesRow(ended, rows, { q: "tides" })).toBe(false);
  expect(takesRow({ ...ended, id: "h" }, rows, { status: "running" })).toBe(false);
  expect(takesRow({ ...change, patch: null }, rows, {})).toBe(true);
});
