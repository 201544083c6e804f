import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";
import type { Query } from "./client.ts";
import { type ReadPage, useListQuery } from "./list-query.ts";

afterEach(cleanup);

type Row = { id: string; title: string };

const idOf = (position: number) => String(position).padStart(6, "0");

/** A list that answers like the server: newest first, below the cursor. */
function source(count: number) {
  const rows: Row[] = Array.from({ length: count }, (_, position) => ({
    id: idOf(position + 1),
    title: "first",
  }));
  const asked: Query[] = [];
  let refusal: Error | null = null;
  const read: ReadPage<Row> = async (filters) => {
    asked.push(filters);
    if (refusal !== null) throw refusal;
    const below = filters.cursor === undefined ? rows : rows.filter(({ id }) => id < String(filters.cursor));
    const page = below
      .slice(-Number(filters.limit))
      .map((row) => ({ ...row }))
      .reverse();
    const ends = page.length === below.length;
    return { rows: page, next: ends ? null : (page.at(-1)?.id ?? null), total: String(rows.length) };
  };
  return { rows, asked, read, refuse: (error: Error | null) => (refusal = error) };
}

function List({ read }: { read: ReadPage<Row> }) {
  const list = useListQuery<Row>("/rows", {}, read);
  const titles = new Set(list.rows?.map(({ title }) => title));
  return (
    <>
      <p>
        {list.rows?.length} of {list.total}, {[...titles].sort().join(" and ")}, from {list.rows?.[0]?.id}
      </p>
      <p role="alert">{list.olderError?.message}</p>
      <button type="button" onClick={list.loadOlder}>
        older
      </button>
      <button type="button" onClick={list.reload}>
        reload
      </button>
      <button type="button" onClick={() => list.see(0, 5)}>
        look at the top
      </button>
      <button type="button" onClick={() => list.see(400, 420)}>
        look down
      </button>
    </>
  );
}

function show(read: ReadPage<Row>) {
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <List read={read} />
    </QueryClientProvider>,
  );
}

const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));

test("a list grows by pages of 200 and keeps its place when it is read again", async () => {
  const { rows, asked, read } = source(600);
  show(read);
  expect(await screen.findByText("50 of 600, first, from 000600")).toBeTruthy();
  await press("older");
  expect(await screen.findByText(/^250 of/)).toBeTruthy();
  await press("older");
  expect(await screen.findByText(/^450 of/)).toBeTruthy();
  await press("look at the top");
  for (const row of rows) row.title = "second";
  rows.push({ id: idOf(601), title: "second" });
  asked.length = 0;
  await press("reload");
  expect(await screen.findByText("451 of 601, first and second, from 000601")).toBeTruthy();
  await press("look down");
  await waitFor(() => expect(asked.map(({ cursor }) => cursor)).toContain("000351"));
  expect(asked).toHaveLength(2);
});

test("an older page that does not come leaves the rows, says why and can be asked for again", async () => {
  const { read, refuse } = source(300);
  show(read);
  await screen.findByText(/^50 of/);
  refuse(new Error("the database is away"));
  await press("older");
  expect(await screen.findByText("the database is away")).toBeTruthy();
  expect(screen.getByText(/^50 of/)).toBeTruthy();
  act(() => void refuse(null));
  await press("older");
  expect(await screen.findByText(/^250 of/)).toBeTruthy();
  expect(screen.queryByText("the database is away")).toBeNull();
});
