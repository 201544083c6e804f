import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planWindow } from "./window.ts";

const now = Date.parse("2026-11-22T10:20:30.500Z");
const hour = 3_600_000;
const lengths = { minute: 60_000, hour, day: 24 * hour };
const ago = (ms: number) => new Date(now - ms).toISOString();
const texts = (points: readonly number[]) => points.map((point) => new Date(point).toISOString());

describe("the window of a question", () => {
  it.each([
    ["1h", "minute", 60, "2026-11-22T09:21:00.000Z", "2026-11-22T10:20:00.000Z"],
    ["24h", "hour", 24, "2026-11-21T11:00:00.000Z", "2026-11-22T10:00:00.000Z"],
    ["7d", "hour", 168, "2026-11-15T11:00:00.000Z", "2026-11-22T10:00:00.000Z"],
    ["30d", "day", 30, "2026-10-24T00:00:00.000Z", "2026-11-22T00:00:00.000Z"],
  ] as const)("of %s has points of one %s, the last one runs", (range, resolution, count, first, last) => {
    const window = planWindow({ range }, now);
    const points = texts(window.points);
    expect(window.resolution).toBe(resolution);
    expect([points.length, points[0], points.at(-1)]).toEqual([count, first, last]);
    expect(window.to).toBe(now);
  });

  it("ends at `to`, and not with a point that only begins there", () => {
    const window = planWindow({ range: "1h", to: "2026-11-22T08:00:00Z" }, now);
    expect(texts(window.points).at(-1)).toBe("2026-11-22T07:59:00.000Z");
    expect(window.to).toBe(Date.parse("2026-11-22T08:00:00Z"));
    expect(window.points.length).toBe(60);
  });

  it("never reaches beyond now", () => {
    expect(planWindow({ from: ago(hour), to: ago(-9 * hour) }, now).to).toBe(now);
    expect(planWindow({ range: "24h", to: "2090-01-01T00:00:00Z" }, now)).toEqual(
      planWindow({ range: "24h" }, now),
    );
  });

  it("is told in the finest points that its length and age allow", () => {
    const resolutionOf = (from: number, to: number) =>
      planWindow({ from: ago(from), to: ago(to) }, now).resolution;
    expect(resolutionOf(3 * hour, 0)).toBe("minute");
    expect(resolutionOf(3 * hour + 2, 0)).toBe("hour");
    expect(resolutionOf(8 * 24 * hour, 0)).toBe("hour");
    expect(resolutionOf(8 * 24 * hour + 2, 0)).toBe("day");
    // Minutes stay for 3 days, hours for 60.
    expect(resolutionOf(73 * hour, 72 * hour)).toBe("hour");
    expect(resolutionOf(61 * 24 * hour, 61 * 24 * hour - hour)).toBe("day");
  });

  it("of a single moment is the point that the moment lies in", () => {
    const from = "2026-11-22T10:00:00.000Z";
    expect(texts(planWindow({ from, to: "2026-11-22T10:00:00.001Z" }, now).points)).toEqual([from]);
  });

  it("refuses a future beginning and more than 400 points", () => {
    expect(() => planWindow({ from: ago(-1) }, now)).toThrow(
      expect.objectContaining({ code: "metrics_range_in_future" }),
    );
    const longest = planWindow({ from: "2025-10-19T00:00:00Z" }, now);
    expect(longest.points.length).toBe(400);
    expect(() => planWindow({ from: "2025-10-18T23:59:59Z" }, now)).toThrow(/at most 400 are shown/);
    expect(() => planWindow({ from: "0001-01-01T00:00:00Z" }, now)).toThrow(
      expect.objectContaining({ code: "metrics_range_too_long" }),
    );
  });

  it("reads every moment of its points once, in whichever rows", () => {
    const spans = fc.tuple(
      fc.integer({ min: 0, max: 300 * 24 * hour }),
      fc.integer({ min: 1, max: 90 * 24 * hour }),
    );
    fc.assert(
      fc.property(spans, ([end, length]) => {
        const window = planWindow({ from: ago(end + length), to: ago(end) }, now);
        const stretches = [...window.stretches].sort((one, other) => one.begin - other.begin);
        let reached = window.begin;
        for (const { resolution, begin, end: until } of stretches) {
          expect(begin).toBe(reached);
          expect(begin % lengths[resolution]).toBe(0);
          expect(until % lengths[resolution]).toBe(0);
          reached = until;
        }
        // A running hour or day may be read whole: it has nothing after now.
        if (window.end > now) expect(reached).toBeGreaterThanOrEqual(window.end);
        else expect(reached).toBe(window.end);
        expect(window.end).toBeGreaterThanOrEqual(now - end - 1);
      }),
    );
  });
});
