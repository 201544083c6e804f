import { expect, test } from "vitest";
import { activeViewOf, type SavedView, searchOf, viewHref } from "./saved-views-api.ts";

const view = (name: string, search: string): SavedView => ({
  id: name,
  page: "flows",
  name,
  search,
  created_at: "2026-11-21T10:00:00Z",
  updated_at: "2026-11-21T10:00:00Z",
  version: 1,
});

test("the same filters are the same text in whatever order they were set", () => {
  expect(searchOf({ time: "7d", status: "failed" })).toBe("status=failed&time=7d");
  expect(searchOf({ status: "failed", time: "7d", q: "" })).toBe("status=failed&time=7d");
});

test("the view whose filters are in force is the active one", () => {
  const views = [view("a", "time=7d&status=failed"), view("b", "status=failed")];
  expect(activeViewOf(views, { status: "failed", time: "7d" })?.name).toBe("a");
  expect(activeViewOf(views, { status: "failed" })?.name).toBe("b");
  expect(activeViewOf(views, { status: "paused" })).toBeUndefined();
});

test("no view is active while no filter is set", () => {
  expect(activeViewOf([view("everything", "")], {})).toBeUndefined();
});

test("a view leads to its page with its filters", () => {
  expect(viewHref(view("a", "status=failed,paused&q=two+words"))).toBe(
    "/flows?status=failed,paused&q=two+words",
  );
});
