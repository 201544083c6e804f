import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffMs, spreadMs } from "./backoff.ts";
import { readRetryAfter } from "./retry-after.ts";
import { capacityOf, takeFromBuckets } from "./token-bucket.ts";

const nowMs = Date.parse("2026-11-21T12:00:00Z");

describe("readRetryAfter", () => {
  it.each([
    [{ "retry-after": "2" }, 2_000],
    [{ "retry-after": "0.5" }, 500],
    [{ "retry-after": "Sat, 21 Nov 2026 12:00:30 GMT" }, 30_000],
    [{ "retry-after": "Sat, 21 Nov 2026 11:00:00 GMT" }, 0],
    [{ "retry-after-ms": "250", "retry-after": "9" }, 250],
    [{ "retry-after-ms": "soon", "retry-after": "9" }, 9_000],
    [{ "retry-after": "86400" }, 600_000],
    [{ "retry-after": "-3 minutes, please" }, null],
    [{}, null],
  ])("reads %j as %s ms", (headers, expected) => {
    expect(readRetryAfter(new Headers(headers as Record<string, string>), nowMs)).toBe(expected);
  });
});

describe("backoffMs", () => {
  it("doubles with each attempt, within half and whole of the step, and stays below 30 s", () => {
    expect([1, 2, 3].map((attempt) => backoffMs(attempt, 1000, 0))).toEqual([500, 1000, 2000]);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempt, random) => {
          const whole = Math.min(30_000, 1000 * 2 ** (attempt - 1));
          const delay = backoffMs(attempt, 1000, random);
          return delay >= Math.floor(whole / 2) && delay <= whole;
        },
      ),
    );
  });

  it("spreads the released callers over a tenth of the wait, a second at most", () => {
    expect(spreadMs(2_000, 0.5)).toBe(100);
    expect(spreadMs(600_000, 0.999)).toBe(999);
  });
});

describe("takeFromBuckets", () => {
  const step = fc.record({
    elapsedMs: fc.integer({ min: 0, max: 20_000 }),
    tokens: fc.integer({ min: 1, max: 5_000 }),
  });

  it("never grants more over time than the rate, one burst and one call", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.array(step, { maxLength: 100 }),
        (perMinute, steps) => {
          let available = 0;
          let granted = 0;
          let totalMs = 0;
          let largest = 0;
          for (const { elapsedMs, tokens } of steps) {
            totalMs += elapsedMs;
            const take = takeFromBuckets(
              { tokens: { per_minute: perMinute, available } },
              { tokens },
              elapsedMs,
            );
            available = take.available.tokens;
            if (take.wait_ms > 0) continue;
            granted += tokens;
            largest = Math.max(largest, tokens);
          }
          return granted <= (perMinute * totalMs) / 60_000 + capacityOf(perMinute) + largest + 1e-6;
        },
      ),
    );
  });

  it("grants a call after the wait that it named, whatever its size", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: -5_000, max: 1_000, noNaN: true }),
        fc.integer({ min: 1, max: 50_000 }),
        (perMinute, available, tokens) => {
          const first = takeFromBuckets({ tokens: { per_minute: perMinute, available } }, { tokens }, 0);
          if (first.wait_ms === 0) return true;
          const bucket = { per_minute: perMinute, available: first.available.tokens };
          return takeFromBuckets({ tokens: bucket }, { tokens }, first.wait_ms + 1).wait_ms === 0;
        },
      ),
    );
  });

  it("takes from no bucket when one of them is empty", () => {
    const take = takeFromBuckets(
      { requests: { per_minute: 60, available: 5 }, tokens: { per_minute: 600, available: 0 } },
      { requests: 1, tokens: 10 },
      0,
    );
    expect(take).toEqual({ wait_ms: 1_000, available: { requests: 5, tokens: 0 } });
  });

  it("knows no limit where no rate is known, and none passes a rate of zero", () => {
    const open = takeFromBuckets({ tokens: { per_minute: null, available: 0 } }, { tokens: 1e9 }, 0);
    expect(open).toEqual({ wait_ms: 0, available: { tokens: 0 } });
    expect(takeFromBuckets({ requests: { per_minute: 0, available: 0 } }, { requests: 1 }, 1e9).wait_ms).toBe(
      60_000,
    );
  });
});
