import { expect, test } from "vitest";
import { isUnder, navigationEntries } from "./navigation-entries.ts";
import { isOwnTitle } from "./remembered-visits.ts";

test("there are six tabs, in their order", () => {
  expect(navigationEntries.map((entry) => entry.word)).toEqual([
    "Dashboard",
    "Flow Runs",
    "Tasks",
    "LLM Requests",
    "Units",
    "Users",
  ]);
});

test("a tab is current on its own pages only", () => {
  expect(isUnder("/flows/1", "/flows")).toBe(true);
  expect(isUnder("/flowsheet", "/flows")).toBe(false);
  expect(isUnder("/flows", "/")).toBe(false);
  expect(isUnder("/admin/course-generation", "/")).toBe(true);
});

test("a page is remembered under its own title only", () => {
  expect(isOwnTitle("Tides", "unit")).toBe(true);
  expect(isOwnTitle("Unit", "unit")).toBe(false);
  expect(isOwnTitle("", "unit")).toBe(false);
});
