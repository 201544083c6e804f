import { expect, it } from "vitest";
import type { PrefectFlowRun } from "../../client/wire.ts";
import { firstCursor, nextCursor } from "./backfill.ts";
import { laterOf, newestEnd, newestStart } from "./moments.ts";

const run = (start_time: string | null, given: Partial<PrefectFlowRun> = {}): PrefectFlowRun => ({
  ...{ id: "f0000000-0000-4000-8000-000000000000", flow_id: "f0000000-0000-4000-8000-000000000001" },
  ...{ name: "brave-otter", tags: [], run_count: 1, start_time },
  ...given,
});

it("moves on to the newest moment that Prefect named, and never back", () => {
  const runs = [run("2026-11-22T06:00:02Z"), run("2026-11-22T06:00:03.5+00:00"), run(null)];
  expect(newestStart(runs, null)).toBe("2026-11-22T06:00:03.5+00:00");
  expect(newestStart(runs, "2026-11-22T06:00:09Z")).toBe("2026-11-22T06:00:09Z");
  expect(newestEnd([run(null, { end_time: "2026-11-22T06:00:01Z" })], null)).toBe("2026-11-22T06:00:01Z");
  expect(laterOf(null, undefined)).toBeNull();
});

it("is not moved by a run that only waits, for it may be due next week", () => {
  const waiting = run(null, { expected_start_time: "2026-11-29T06:00:00Z" });
  expect(newestStart([waiting], null)).toBeNull();
});

it("reads the past from now on backwards, seven days and what clocks may differ", () => {
  const now = Date.parse("2026-11-22T06:00:00Z");
  expect(firstCursor(now)).toEqual({
    ...{ after: "2026-11-15T05:50:00.000Z", before: "2026-11-22T06:10:00.000Z" },
    ...{ offset: 0, is_done: false },
  });
});

it("goes on at the last run of a page, counts those of one moment, and ends with a page that is not full", () => {
  const first = firstCursor(Date.parse("2026-11-22T06:00:00Z"));
  const moment = "2026-11-22T05:00:00.000001Z";
  const page = [run("2026-11-22T05:30:00Z"), run(moment)];
  const second = nextCursor(first, page, 2);
  expect(second).toEqual({ ...first, before: moment, offset: 0 });
  const third = nextCursor(second, [run(moment), run(moment)], 2);
  expect(third).toEqual({ ...second, offset: 2 });
  expect(nextCursor(third, [run(moment)], 2)).toEqual({ ...third, is_done: true });
  expect(nextCursor(third, [], 2).is_done).toBe(true);
});

it("takes the expected moment of a run that has not begun, as Prefect's order does", () => {
  const first = firstCursor(Date.parse("2026-11-22T06:00:00Z"));
  const waiting = run(null, { expected_start_time: "2026-11-22T05:00:00Z" });
  expect(nextCursor(first, [waiting], 1).before).toBe("2026-11-22T05:00:00Z");
});
