import { expect, test } from "vitest";
import {
  createStringPool,
  type Stretch,
  staleBetween,
  withFreshStretch,
  withFreshTop,
  withOlder,
} from "./list-pages.ts";

type Row = { id: string };

function stretch(ids: string, cursor: string | null, ends = false): Stretch<Row> {
  const rows = ids.split("").map((id) => ({ id }));
  return { rows, cursor, next: ends ? null : (ids.at(-1) ?? null), stale: false };
}

const idsOf = (stretches: readonly Stretch<Row>[]) =>
  stretches.map(({ rows }) => rows.map(({ id }) => id).join("")).join("|");

const loaded = [stretch("onm", null), stretch("lkji", "m"), stretch("hgf", "i", true)];

test("rows below a fresh top stay where they are and are marked as stale", () => {
  const fresh = withFreshTop(stretch("qpo", null), loaded);
  expect(idsOf(fresh)).toBe("qpo|nmlkji|hgf");
  expect(fresh.map(({ stale }) => stale)).toEqual([false, true, true]);
  expect(fresh.map(({ cursor, next }) => [cursor, next])).toEqual([
    [null, "o"],
    ["o", "i"],
    ["i", null],
  ]);
});

test("a row that is gone from the fresh top is gone from the list", () => {
  expect(idsOf(withFreshTop(stretch("oml", null), loaded))).toBe("oml|kjihgf");
});

test("a top that does not reach the loaded rows replaces them, because rows in between are unknown", () => {
  expect(idsOf(withFreshTop(stretch("zyx", null), loaded))).toBe("zyx");
});

test("a top that is the whole list leaves nothing below", () => {
  expect(idsOf(withFreshTop(stretch("on", null, true), loaded))).toBe("on");
});

test("a list in another order is only ever its fresh top", () => {
  expect(idsOf(withFreshTop(stretch("abc", null), loaded))).toBe("abc");
});

test("an older page is added at the end, and nowhere when it comes too late", () => {
  const list = { stretches: [stretch("onm", null)], total: "9" };
  expect(idsOf(withOlder(list, stretch("lk", "m")).stretches)).toBe("onm|lk");
  expect(withOlder(list, stretch("lk", "p"))).toBe(list);
});

test("only the stale stretches in sight are asked for, and reading one again keeps its place", () => {
  const list = { stretches: withFreshTop(stretch("qpo", null), loaded), total: null };
  expect(idsOf(staleBetween(list, 0, 2))).toBe("");
  const [seen] = staleBetween(list, 4, 6);
  if (seen === undefined) throw new Error("the stretch below the top is stale");
  const after = withFreshStretch(list, seen, [{ id: "n" }, { id: "i" }]);
  expect(idsOf(after.stretches)).toBe("qpo|ni|hgf");
  expect(staleBetween(after, 0, 3)).toEqual([]);
});

test("rows share equal strings and keep their values", () => {
  const share = createStringPool();
  const title = () => ["How vaccines", "work"].join(" ");
  const rows = share([
    { id: "a", title: title(), cost: 1, none: null },
    { id: "b", title: title(), cost: 2, none: null },
  ]);
  expect(rows).toEqual([
    { id: "a", title: "How vaccines work", cost: 1, none: null },
    { id: "b", title: "How vaccines work", cost: 2, none: null },
  ]);
});
