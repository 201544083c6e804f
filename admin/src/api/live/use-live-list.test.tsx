import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import type { Page } from "../client.ts";
import { LiveProvider } from "./LiveProvider.tsx";
import type { LiveReader } from "./live-channel.ts";
import { useLiveList } from "./use-live-list.ts";

afterEach(() => {
  cleanup();
  scrollTo(0);
});

type Row = { id: string; version: number };

function scrollTo(top: number): void {
  Object.defineProperty(window, "scrollY", { value: top, configurable: true });
  act(() => void window.dispatchEvent(new Event("scroll")));
}

function List({ read, status }: { read: () => Promise<Page<Row>>; status: string | undefined }) {
  const { list, waiting } = useLiveList<Row>("task", "/tasks", { status }, read);
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

function show(firstIds: string[], status?: string) {
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
        <List read={read} status={status} />
      </LiveProvider>
    </QueryClientProvider>,
  );
  const arrive = (id: string, patch: Record<string, unknown> = {}) =>
    act(() => tell({ kind: "changes", changes: [{ entity: "task", id, parents: {}, version: 2, patch }] }));
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

test("a row that fits the filter no more leaves by itself, and further down only after the way back to the top", async () => {
  const { held, read, arrive } = show(["b", "a"], "pending");
  await screen.findByText("b a, 0 waiting");
  held.ids = ["b"];
  arrive("a", { status: "completed" });
  await waitFor(() => expect(screen.getByText("b, 0 waiting")).toBeTruthy());
  scrollTo(900);
  held.ids = [];
  const before = read.mock.calls.length;
  arrive("b", { status: "failed" });
  expect(read).toHaveBeenCalledTimes(before);
  scrollTo(0);
  await waitFor(() => expect(screen.getByText(", 0 waiting")).toBeTruthy());
});
