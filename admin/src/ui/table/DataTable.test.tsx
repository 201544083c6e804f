import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, expect, test } from "vitest";
import { type Column, DataTable } from "./DataTable.tsx";

afterEach(cleanup);

type Row = { id: string; title: string };
const rows: Row[] = ["Tides", "Volcanoes", "Bread"].map((title) => ({ id: title, title }));
const columns: Column<Row>[] = [
  { key: "title", header: "Title", cell: (row) => row.title, phone: "title" },
  { key: "note", header: "Note", cell: () => <button type="button">act</button> },
];

function Example() {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (key: string) => {
    const next = new Set(open);
    if (!next.delete(key)) next.add(key);
    setOpen(next);
  };
  return (
    <DataTable
      label="Units"
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      expansion={{
        openKeys: open,
        onToggle: toggle,
        label: (row) => `Steps of ${row.title}`,
        render: (row) => <p>inside {row.title}</p>,
      }}
    />
  );
}

test("arrow keys walk the rows and Enter opens the row they stand on", async () => {
  render(<Example />);
  await userEvent.tab();
  await userEvent.keyboard("{ArrowDown}{ArrowDown}{ArrowDown}{ArrowUp}{Enter}");
  expect(screen.getByText("inside Volcanoes")).toBeTruthy();
});

test("the right arrow opens a row, the left one closes it", async () => {
  render(<Example />);
  await userEvent.tab();
  await userEvent.keyboard("{ArrowRight}");
  expect(screen.getByText("inside Tides")).toBeTruthy();
  await userEvent.keyboard("{ArrowLeft}");
  expect(screen.queryByText("inside Tides")).toBeNull();
});

test("a click on a row opens it, a click on its button does only what the button says", async () => {
  render(<Example />);
  await userEvent.click(screen.getByText("Bread"));
  expect(screen.getByText("inside Bread")).toBeTruthy();
  const [act] = screen.getAllByText("act");
  await userEvent.click(act as HTMLElement); // three rows were drawn, so there is a first button
  expect(screen.queryByText("inside Tides")).toBeNull();
});
