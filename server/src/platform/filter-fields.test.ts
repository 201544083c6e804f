import { describe, expect, it } from "vitest";
import { momentField } from "./filter-fields.ts";

describe("a moment of a filter", () => {
  it.each([
    "1970-01-01T00:00:00Z",
    "2026-11-22T09:30:00.123456Z",
    "2026-11-22T09:30:00-09:30",
    "9999-12-31T23:59:59+14:00",
  ])("can be %s", (text) => {
    expect(momentField.parse(text)).toBe(text);
  });

  // PostgreSQL fails on each of them, or counts it wrongly.
  it.each([
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z",
    "1969-12-31T23:59:59Z",
    "2026-11-22T09:30:00+23:59",
    "2026-11-22T09:30:00-14:30",
    "2026-11-22",
    "2026-13-22T09:30:00Z",
  ])("cannot be %s", (text) => {
    expect(momentField.safeParse(text).success).toBe(false);
  });
});
