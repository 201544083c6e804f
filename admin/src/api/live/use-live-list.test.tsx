import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import type { Page } from "../client.ts";
import { LiveProvider } from "./LiveProvider.tsx";
import type { LiveReader } from "./live-channel.ts";
import { useLiveList } from "./use-live-list.ts";

afterEach(cleanup);

type Row = { id: string; version: number };

function scrollTo(top: number): void {
  Object.defineProperty(window, "scrollY", { value: top, configurable: true });
  act(() => void window.dispatchEvent(new Event("scroll")));
}

function List({ read }: { read: () => Promise<Page<Row>> }) {
  const { list, waiting } = useLiveList<Row>("task", "/tasks", {}, read);
  return (
    <>
      <p>
        {(list.rows ?? []).map(({ id }) => id).join(" ")}, {waiting} waiting
      </p>
      <button type="button" onClick={list.reload}>
        Reload
      </button>
    </>
  );
}

function show(firstIds: string[]) {
  const held = { ids: firstIds };
  const read = vi.fn(async () => ({
    rows: held.ids.map((id) => ({ id, version: 1 })),
    next: null,
    total: null,
  }));
  let tell: LiveReader = () => undefined;
  const join = (reader: LiveReader) => {
    tell = reader;
    return () => undefined;
  };
  render(
    <QueryClientProvider client={new QueryClient()}>
      <LiveProvider join={join}>
        <List read={read} />
      </LiveProvider>
    </QueryClientProvider>,
  );
  const arrive = (id: string) =>
    act(() =>
      tell({ kind: "changes", changes: [{ entity: "task", id, parents: {}, version: 1, patch: {} }] }),
    );
  return { held, read, arrive };
}

test("rows that waited while the reader was further down come in when the top is back in sight", async () => {
  const { held, read, arrive } = show(["b", "a"]);
  await screen.findByText("b a, 0 waiting");
  scrollTo(900);
  held.ids = ["c", "b", "a"];
  arrive("c");
  expect(screen.getByText("b a, 1 waiting")).toBeTruthy();
  expect(read).toHaveBeenCalledTimes(1);
  scrollTo(0);
  await waitFor(() => expect(screen.getByText("c b a, 0 waiting")).toBeTruthy());
});

test("a new row that turns out to be none of the list's does not wait for ever", async () => {
  const { arrive } = show(["b", "a"]);
  await screen.findByText("b a, 0 waiting");
  scrollTo(900);
  arrive("c");
  expect(screen.getByText("b a, 1 waiting")).toBeTruthy();
  const before = Date.now();
  await waitFor(() => expect(Date.now()).toBeGreaterThan(before));
  act(() => screen.getByRole("button", { name: "Reload" }).click());
  await waitFor(() => expect(screen.getByText("b a, 0 waiting")).toBeTruthy());
});
