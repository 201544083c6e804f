import { expect, test } from "vitest";
import { tableItems } from "./table-items.ts";

test("each open row is followed by the line it opens to", () => {
  const items = tableItems(4, [0, 2]);
  const lines = Array.from({ length: items.count }, (_, item) => items.at(item));
  expect(lines.map(({ row, inner }) => `${row}${inner ? " inner" : ""}`)).toEqual([
    "0",
    "0 inner",
    "1",
    "2",
    "2 inner",
    "3",
  ]);
});

test("a row's line can be found again", () => {
  const items = tableItems(100, [3, 4, 50]);
  for (const row of [0, 3, 4, 5, 50, 51, 99]) {
    expect(items.at(items.ofRow(row))).toEqual({ row, inner: false });
  }
});
