import { act, cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, expect, test } from "vitest";
import { type Column, DataTable } from "./DataTable.tsx";
import { ListCard } from "./ListCard.tsx";
import { type RowSelection, useRowSelection } from "./row-selection.ts";

afterEach(cleanup);

type Row = { id: string; title: string };
const rows: Row[] = ["Tides", "Volcanoes", "Bread", "Roads", "Music"].map((title) => ({ id: title, title }));
const columns: Column<Row>[] = [
  { key: "title", header: "Title", phone: "title", cell: (row) => <a href={`#${row.id}`}>{row.title}</a> },
];

function Chosen({ selection }: { selection: RowSelection }) {
  const ids = selection.isAllMatching ? "all matching" : [...selection.selected].join(" ");
  return <output>{ids === "" ? "none" : ids}</output>;
}

function Example() {
  const [filter, setFilter] = useState("a");
  const selection = useRowSelection(filter);
  return (
    <>
      <DataTable label="Units" columns={columns} rows={rows} rowKey={(row) => row.id} selection={selection} />
      <Chosen selection={selection} />
      <button type="button" onClick={selection.selectAllMatching}>
        all matching
      </button>
      <button type="button" onClick={() => setFilter("b")}>
        other filter
      </button>
    </>
  );
}

const chosen = () => screen.getByRole("status").textContent;
const boxOf = (title: string) => screen.getByRole("checkbox", { name: `Select ${title}` });
const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));

test("a row is chosen by its checkbox, and Shift chooses everything up to it", async () => {
  render(<Example />);
  const user = userEvent.setup();
  await user.click(boxOf("Volcanoes"));
  expect(chosen()).toBe("Volcanoes");
  await user.keyboard("{Shift>}");
  await user.click(boxOf("Music"));
  await user.keyboard("{/Shift}");
  expect(chosen()).toBe("Volcanoes Bread Roads Music");
  await user.click(boxOf("Bread"));
  expect(chosen()).toBe("Volcanoes Roads Music");
});

test("x chooses the row with the focus, Shift with Space everything up to it, Escape nothing", async () => {
  render(<Example />);
  screen.getByRole("link", { name: "Tides" }).focus();
  await userEvent.keyboard("x{ArrowDown}{ArrowDown}{Shift>} {/Shift}");
  expect(chosen()).toBe("Tides Volcanoes Bread");
  await userEvent.keyboard("{Escape}");
  expect(chosen()).toBe("none");
  expect(document.activeElement?.textContent).toBe("Bread");
});

test("arrow keys go from checkbox to checkbox", async () => {
  render(<Example />);
  boxOf("Tides").focus();
  await userEvent.keyboard("{ArrowDown} ");
  expect(chosen()).toBe("Volcanoes");
});

test("the head's checkbox chooses all loaded rows, shows a dash for some of them and empties a full one", async () => {
  render(<Example />);
  const head = () => screen.getAllByRole<HTMLInputElement>("checkbox")[0];
  await userEvent.click(boxOf("Roads"));
  expect(head()?.indeterminate).toBe(true);
  await userEvent.click(screen.getByRole("checkbox", { name: "Select all loaded rows" }));
  expect(chosen()?.split(" ")).toHaveLength(5);
  await userEvent.click(screen.getByRole("checkbox", { name: "Select none" }));
  expect(chosen()).toBe("none");
});

test("all that match are chosen with every loaded row; turning one off leaves the others in sight", async () => {
  render(<Example />);
  await press("all matching");
  expect(chosen()).toBe("all matching");
  expect(screen.getAllByRole<HTMLInputElement>("checkbox").every((box) => box.checked)).toBe(true);
  await userEvent.click(boxOf("Bread"));
  expect(chosen()).toBe("Tides Volcanoes Roads Music");
});

test("other filters mean that nothing is chosen", async () => {
  render(<Example />);
  await userEvent.click(boxOf("Tides"));
  await press("other filter");
  expect(chosen()).toBe("none");
  expect(screen.getAllByRole<HTMLInputElement>("checkbox").some((box) => box.checked)).toBe(false);
});

function Card() {
  const selection = useRowSelection("a");
  return (
    <ListCard<Row>
      label="Units"
      list={{
        rows,
        total: "5",
        reloading: false,
        hasOlder: false,
        loadingOlder: false,
        loadOlder: () => undefined,
        reload: () => undefined,
      }}
      failure={null}
      columns={columns}
      empty={null}
      selection={selection}
      selectionBar={<button type="button">Cancel {selection.selected.size}</button>}
    />
  );
}

test("the bar stands there while rows are chosen and Escape in it lets them go", async () => {
  render(<Card />);
  expect(screen.queryByRole("button", { name: /^Cancel/ })).toBeNull();
  await userEvent.click(boxOf("Tides"));
  const bar = screen.getByRole("button", { name: "Cancel 1" });
  act(() => bar.focus());
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByRole("button", { name: /^Cancel/ })).toBeNull();
  expect(document.activeElement).toBe(boxOf("Tides"));
});
