import { cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";
import { type NumberColumn, NumberTable } from "./NumberTable.tsx";

afterEach(cleanup);

type Row = { name: string; ms: number | null };
const rows: Row[] = [
  { name: "speak", ms: 30 },
  { name: "draw", ms: null },
  { name: "plan", ms: 200 },
];
const columns: NumberColumn<Row>[] = [
  { key: "name", header: "Step", isWords: true, value: ({ name }) => name, cell: ({ name }) => name },
  { key: "ms", header: "p50", value: ({ ms }) => ms, cell: ({ ms }) => ms ?? "none" },
];

function show(sortable: boolean) {
  render(
    <NumberTable
      label="Steps"
      columns={columns}
      rows={rows}
      rowKey={({ name }) => name}
      sortable={sortable}
    />,
  );
}

const names = () => screen.getAllByRole("rowheader").map((cell) => cell.textContent);
const head = (name: string) => screen.getByRole("columnheader", { name });
const press = (name: string) => userEvent.click(within(head(name)).getByRole("button"));

test("numbers begin with the largest, then with the smallest; what is not known stays last", async () => {
  show(true);
  expect(names()).toEqual(["speak", "draw", "plan"]);
  await press("p50");
  expect(names()).toEqual(["plan", "speak", "draw"]);
  expect(head("p50").getAttribute("aria-sort")).toBe("descending");
  await press("p50");
  expect(names()).toEqual(["speak", "plan", "draw"]);
  expect(head("p50").getAttribute("aria-sort")).toBe("ascending");
});

test("words begin at A", async () => {
  show(true);
  await press("Step");
  expect(names()).toEqual(["draw", "plan", "speak"]);
  expect(head("p50").hasAttribute("aria-sort")).toBe(false);
});

test("a table that cannot be sorted has no buttons, and can be scrolled by keyboard", () => {
  show(false);
  expect(screen.queryByRole("button")).toBeNull();
  expect(screen.getByRole("region", { name: "Steps" }).tabIndex).toBe(0);
});
