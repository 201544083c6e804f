/** A table's drawn lines: its rows, and below each open row what it opens to. */
export type TableItems = {
  count: number;
  /** The row at a line, and whether the line is what the row opens to. */
  at: (item: number) => { row: number; inner: boolean };
  /** The line of a row. */
  ofRow: (row: number) => number;
};

function countBelow(sorted: readonly number[], limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Lines of `rows` rows of which those at `open` (ascending) stand open. Nothing is stored per row. */
export function tableItems(rows: number, open: readonly number[]): TableItems {
  const innerLines = open.map((row, place) => row + place + 1);
  return {
    count: rows + open.length,
    at(item) {
      const before = countBelow(innerLines, item);
      return innerLines[before] === item
        ? { row: open[before] ?? 0, inner: true }
        : { row: item - before, inner: false };
    },
    ofRow: (row) => row + countBelow(open, row),
  };
}
