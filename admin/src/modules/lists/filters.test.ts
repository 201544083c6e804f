import { describe, expect, test } from "vitest";
import { decodeTrail, encodeTrail, withTrail } from "../../ui/link/list-trail.tsx";
import { formatSearch, parseSearch } from "../../ui/link/search-params.ts";
import { describeList } from "./filter-words.ts";
import { queryOf, readFilters } from "./filters.ts";
import { listPages } from "./list-pages.ts";

const unitId = "019a0000-0000-7000-8000-000000000001";
const { filters } = listPages.flows;

describe("filters in the address", () => {
  test("usable values are kept as they are", () => {
    const search = {
      status: "failed,paused",
      flow_name: "unit_podcast",
      unit_id: unitId,
      q: "tides",
      time: "24h",
    };
    expect(readFilters(filters, search)).toEqual({ kept: search, dropped: [] });
  });

  test.each([
    ["status", "broken", "there is no such status here"],
    ["unit_id", "42", "it is not an id"],
    ["q", "a\u0000b", "it holds characters that no text has"],
    ["q", "half \ud83d", "it holds characters that no text has"],
    ["created_to", "2026-02-30T10:00:00Z", "it is not a time"],
    ["q", "x".repeat(201), "it is longer than 200 characters"],
    ["time", "5 minutes", "it is none of the choices"],
    ["created_from", "yesterday", "it is not a time"],
    ["min_duration_ms", "-3", "it is not a number of milliseconds"],
    ["max_cost_usd", "cheap", "it is not an amount of dollars"],
  ])("%s=%s is dropped with its reason", (name, value, reason) => {
    expect(readFilters(filters, { [name]: value, flow_name: "unit_podcast" })).toEqual({
      kept: { flow_name: "unit_podcast" },
      dropped: [{ name, value, reason }],
    });
  });

  test("of several statuses only the unknown one is dropped", () => {
    expect(readFilters(filters, { status: "failed,broken,failed" })).toEqual({
      kept: { status: "failed" },
      dropped: [{ name: "status", value: "broken", reason: "there is no such status here" }],
    });
  });

  test("a range that is turned around loses its end", () => {
    const { kept, dropped } = readFilters(filters, { min_cost_usd: "2", max_cost_usd: "0.5" });
    expect(kept).toEqual({ min_cost_usd: "2" });
    expect(dropped).toEqual([{ name: "max_cost_usd", value: "0.5", reason: "it lies before min_cost_usd" }]);
  });

  test("a range that moves with the clock wins over fixed times", () => {
    const { kept, dropped } = readFilters(filters, { time: "7d", created_to: "2026-11-21T10:00:00Z" });
    expect(kept).toEqual({ time: "7d" });
    expect(dropped.map(({ name }) => name)).toEqual(["created_to"]);
  });

  test("a name that nobody knows is dropped too, so that a mistyped filter never shows the whole list unnoticed", () => {
    expect(readFilters(filters, { staus: "failed" }).dropped).toEqual([
      { name: "staus", value: "failed", reason: "there is no such filter here" },
    ]);
  });

  test("names that tell what is open are left to others", () => {
    expect(readFilters(filters, { open: "a,b", lesson: "c" })).toEqual({ kept: {}, dropped: [] });
  });

  test("the server gets a moment for a range that moves with the clock, to the minute", () => {
    const now = Date.parse("2026-11-21T12:30:40Z");
    expect(queryOf({ time: "1h", status: "failed" }, now)).toEqual({
      status: "failed",
      created_from: "2026-11-21T11:30:00.000Z",
    });
  });
});

describe("a list in words", () => {
  const now = new Date("2026-11-21T12:00:00Z");

  test.each([
    [{}, "Flow runs"],
    [{ status: "failed" }, "Failed flow runs"],
    [{ status: "failed,paused", q: "tides" }, "Failed or paused flow runs · “tides”"],
    [{ flow_name: "unit_podcast", time: "24h" }, "Flow runs · unit_podcast · last 24 hours"],
    [{ engine: "prefect", status: "failed" }, "Failed flow runs · Prefect"],
    [{ min_duration_ms: "60000", max_cost_usd: "0.5" }, "Flow runs · at least 1 m 00 s · at most $0.500"],
  ])("%o reads %s", (kept, words) => {
    expect(describeList(listPages.flows, kept, now)).toBe(words);
  });
});

describe("the list that a detail page was reached from", () => {
  test("travels in its address and is read again", () => {
    const kept = { status: "failed,paused", q: "50% of a;b:c", created_from: "2026-11-21T10:00:00+01:00" };
    expect(decodeTrail(encodeTrail(kept))).toEqual(kept);
    const search = formatSearch({ in: encodeTrail(kept) });
    expect(decodeTrail(parseSearch(search).in ?? "")).toEqual(kept);
  });

  test("stays readable", () => {
    const href = withTrail("/flows/1?step=2", encodeTrail({ status: "failed", time: "24h" }));
    expect(href).toBe("/flows/1?step=2&in=status:failed;time:24h");
    expect(withTrail("/flows/1", encodeTrail({}))).toBe("/flows/1?in=all");
    expect(withTrail("/flows/1", null)).toBe("/flows/1");
  });
});
