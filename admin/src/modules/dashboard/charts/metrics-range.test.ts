import { expect, test } from "vitest";
import { metricsQueryOf, rangeOf, rangeWords } from "./metrics-range.ts";
import { wrongRange } from "./RangeSwitch.tsx";

const from = "2026-11-20T10:00:00.000Z";
const to = "2026-11-21T10:00:00.000Z";

test.each([
  [{}, { kind: "24h" }],
  [{ range: "7d" }, { kind: "7d" }],
  [{ range: "3y" }, { kind: "24h" }],
  [
    { range: "custom", from, to },
    { kind: "custom", from, to },
  ],
  [
    { range: "custom", from },
    { kind: "custom", from, to: "" },
  ],
  [{ range: "custom" }, { kind: "24h" }],
  [{ range: "custom", from: "yesterday" }, { kind: "24h" }],
  [{ range: "custom", from: to, to: from }, { kind: "24h" }],
])("the address %o means %o", (search, range) => {
  expect(rangeOf(search)).toEqual(range);
});

test.each([
  [{ kind: "7d" }, null, { range: "7d" }],
  [{ kind: "7d" }, to, { range: "7d", to }],
  [{ kind: "custom", from, to: "" }, null, { from }],
  [{ kind: "custom", from, to }, null, { from, to }],
  [{ kind: "custom", from, to }, "2026-11-20T12:00:00.000Z", { from, to: "2026-11-20T12:00:00.000Z" }],
  [{ kind: "custom", from, to }, "2026-11-22T12:00:00.000Z", { from, to }],
  [
    { kind: "custom", from, to },
    "2026-11-19T12:00:00.000Z",
    { range: "24h", to: "2026-11-19T12:00:00.000Z" },
  ],
] as const)("of %o at the moment %s the server is asked for %o", (range, at, query) => {
  expect(metricsQueryOf(range, at)).toEqual(query);
});

test("a range has words, and says when it ends in the past", () => {
  const now = new Date(2026, 10, 22, 12);
  const at = new Date(2026, 10, 21, 12, 4, 31).toISOString();
  expect(rangeWords({ kind: "24h" }, null, now)).toBe("Last 24 hours");
  expect(rangeWords({ kind: "24h" }, at, now)).toBe("24 hours up to 21 Nov 12:04");
  expect(rangeWords({ kind: "1h" }, at, now)).toBe("Hour up to 21 Nov 12:04");
  const begin = new Date(2026, 10, 20, 10).toISOString();
  expect(rangeWords({ kind: "custom", from: begin, to: "" }, null, now)).toBe("20 Nov 10:00 to now");
  expect(rangeWords({ kind: "custom", from: begin, to: "" }, at, now)).toBe("20 Nov 10:00 to 21 Nov 12:04");
});

test("a range that cannot be is refused with the reason", () => {
  expect(wrongRange("", "")).toBe("Say when the range begins.");
  expect(wrongRange("2026-11-20T10:00", "never")).toBe("The end is not a time.");
  expect(wrongRange("2026-11-20T10:00", "2026-11-20T09:00")).toBe("The end lies before the beginning.");
  expect(wrongRange("2026-11-20T10:00", "")).toBeNull();
});
