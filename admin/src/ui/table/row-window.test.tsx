import { act, cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Column, DataTable } from "./DataTable.tsx";
import { drawnParts } from "./row-window.ts";

const rowPx = 36;

function scrollTo(top: number): void {
  vi.stubGlobal("scrollY", top);
  window.dispatchEvent(new Event("scroll"));
}

beforeEach(() => {
  // jsdom lays nothing out: rows are as tall as in a browser, and the window scrolls where it is told to.
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(rowPx);
  vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockImplementation(
    () => new DOMRect(0, -window.scrollY, 100, rowPx),
  );
  vi.stubGlobal("scrollY", 0);
  vi.stubGlobal("scrollTo", (to: { top: number }) => scrollTo(to.top));
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

type Row = { id: string };
const rows: Row[] = Array.from({ length: 5_000 }, (_, position) => ({ id: `row ${position}` }));
const columns: Column<Row>[] = [
  { key: "id", header: "Id", phone: "title", cell: (row) => <a href={`#${row.id}`}>{row.id}</a> },
];
const idOf = (row: Row) => row.id;

function Example() {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  return (
    <DataTable
      label="Runs"
      columns={columns}
      rows={rows}
      rowKey={idOf}
      expansion={{
        openKeys: open,
        onToggle: (key) => setOpen(new Set([key])),
        label: (row) => `Steps of ${row.id}`,
        render: (row) => <p>inside {row.id}</p>,
      }}
    />
  );
}

test("of a long table only the rows around the window are drawn, and read out with their numbers", () => {
  render(<Example />);
  expect(document.querySelectorAll("tr.table-row").length).toBeLessThan(60);
  expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("5001");
  act(() => scrollTo(1_000 * rowPx));
  const row = screen.getByText("row 1000").closest("tr");
  expect(row?.getAttribute("aria-rowindex")).toBe("1002");
  expect(screen.queryByText("row 0")).toBeNull();
  expect(document.querySelectorAll("tr.table-row").length).toBeLessThan(60);
});

test("the keys walk beyond what is drawn, and the row with the focus stays when it is scrolled away", async () => {
  render(<Example />);
  await userEvent.tab();
  await userEvent.keyboard("{End}");
  await vi.waitFor(() =>
    expect(document.activeElement?.getAttribute("aria-label")).toBe("Steps of row 4999"),
  );
  await userEvent.keyboard("{ArrowUp}");
  expect(document.activeElement?.getAttribute("aria-label")).toBe("Steps of row 4998");
  act(() => scrollTo(0));
  expect(document.activeElement?.getAttribute("aria-label")).toBe("Steps of row 4998");
  await userEvent.keyboard("{Home}");
  await vi.waitFor(() => expect(document.activeElement?.getAttribute("aria-label")).toBe("Steps of row 0"));
});

test("a row of a long table opens in place", async () => {
  render(<Example />);
  await userEvent.click(screen.getByRole("button", { name: "Steps of row 3" }));
  const inner = screen.getByText("inside row 3").closest("tr");
  expect(inner?.previousElementSibling?.textContent).toBe("row 3");
  expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("5002");
});

test("what is not drawn leaves its space before, between and after the drawn lines", () => {
  const line = (index: number) => ({
    index,
    start: 100 + index * 36,
    end: 136 + index * 36,
    size: 36,
    key: index,
    lane: 0,
  });
  expect(drawnParts([line(2), line(3), line(9)], 100, 100 + 20 * 36)).toEqual([
    { kind: "space", key: "space-0", height: 72 },
    { kind: "line", item: 2 },
    { kind: "line", item: 3 },
    { kind: "space", key: "space-3", height: 180 },
    { kind: "line", item: 9 },
    { kind: "space", key: "space-end", height: 360 },
  ]);
});
