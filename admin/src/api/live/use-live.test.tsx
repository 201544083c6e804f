import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { act, cleanup, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { LiveProvider } from "./LiveProvider.tsx";
import type { LiveReader } from "./live-channel.ts";
import type { LiveMessage } from "./live-messages.ts";
import { useArrivals, useLiveRefresh, useLiveRow, useLiveState } from "./use-live.ts";

afterEach(cleanup);

type Row = { id: string; version: number; status: string };

function show(content: React.ReactNode) {
  let read: LiveReader = () => undefined;
  const join = (reader: LiveReader) => {
    read = reader;
    return () => undefined;
  };
  const client = new QueryClient();
  const invalidate = vi.spyOn(client, "invalidateQueries");
  render(
    <QueryClientProvider client={client}>
      <LiveProvider join={join}>{content}</LiveProvider>
    </QueryClientProvider>,
  );
  return { invalidate, tell: (message: LiveMessage) => act(() => read(message)) };
}

function changed(id: string, version: number, patch: Record<string, unknown> | null): LiveMessage {
  return { kind: "changes", changes: [{ entity: "task", id, parents: { unit_id: "u" }, version, patch }] };
}

function Status({ row }: { row: Row }) {
  return <p>{useLiveRow("task", row).status}</p>;
}

test("a row takes newer versions only", () => {
  const { tell } = show(<Status row={{ id: "t", version: 5, status: "in_progress" }} />);
  tell(changed("t", 5, { status: "pending" }));
  expect(screen.getByText("in_progress")).toBeTruthy();
  tell(changed("t", 7, { status: "completed" }));
  tell(changed("t", 6, { status: "paused" }));
  expect(screen.getByText("completed")).toBeTruthy();
});

test("after a gap everything on show is read again, and no row falls back meanwhile", () => {
  const { tell, invalidate } = show(<Status row={{ id: "t", version: 1, status: "pending" }} />);
  tell(changed("t", 2, { status: "completed" }));
  tell({ kind: "gap", forget: false });
  expect(screen.getByText("completed")).toBeTruthy();
  expect(invalidate).toHaveBeenLastCalledWith();
});

test("patches are forgotten where versions count anew", () => {
  const { tell } = show(<Status row={{ id: "t", version: 1, status: "pending" }} />);
  tell(changed("t", 2, { status: "completed" }));
  tell({ kind: "gap", forget: true });
  expect(screen.getByText("pending")).toBeTruthy();
});

test("many gaps read again at once and once more behind the last", () => {
  vi.useFakeTimers();
  const { tell, invalidate } = show(<p>page</p>);
  for (let gap = 0; gap < 20; gap += 1) tell({ kind: "gap", forget: false });
  expect(invalidate).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(10_000);
  expect(invalidate).toHaveBeenCalledTimes(2);
  vi.useRealTimers();
});

function Unit({ read }: { read: () => Promise<string> }) {
  return <p>{useQuery({ queryKey: ["item", "unit"], queryFn: read }).data ?? "nothing yet"}</p>;
}

test("a first answer that was under way at a gap is asked for once more", async () => {
  const answers: ((text: string) => void)[] = [];
  const read = () => new Promise<string>((resolve) => answers.push(resolve));
  const { tell } = show(<Unit read={read} />);
  expect(answers).toHaveLength(1);
  tell({ kind: "gap", forget: false });
  answers[0]?.("old");
  await waitFor(() => expect(answers).toHaveLength(2));
  answers[1]?.("new");
  await screen.findByText("new");
});

test("what is kept but not on show is read again when it is shown after a change", async () => {
  const read = vi.fn(async () => "unit");
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: 60_000 } } });
  let tell: LiveReader = () => undefined;
  const join = (reader: LiveReader) => {
    tell = reader;
    return () => undefined;
  };
  const page = (shown: boolean) => (
    <QueryClientProvider client={client}>
      <LiveProvider join={join}>{shown && <Unit read={read} />}</LiveProvider>
    </QueryClientProvider>
  );
  const { rerender } = render(page(true));
  await screen.findByText("unit");
  rerender(page(false));
  rerender(page(true));
  expect(read).toHaveBeenCalledTimes(1);
  rerender(page(false));
  tell(changed("t", 2, {}));
  rerender(page(true));
  await waitFor(() => expect(read).toHaveBeenCalledTimes(2));
});

function Arrivals() {
  return (
    <p>{useArrivals("task", 1, (change) => change.id > "b" && change.patch?.status === "pending")} new</p>
  );
}

test("each row that comes in is counted once", () => {
  const { tell } = show(<Arrivals />);
  tell(changed("a", 1, { status: "pending" }));
  tell(changed("c", 1, { status: "pending" }));
  tell(changed("c", 2, { status: "pending" }));
  tell(changed("d", 1, { status: "failed" }));
  expect(screen.getByText("1 new")).toBeTruthy();
});

function Counter({ drawn, readAt = 1 }: { drawn: () => void; readAt?: number }) {
  drawn();
  return <p>{useArrivals("task", readAt, (change) => change.id > "m")} new</p>;
}

test("changes of rows that are there already neither count nor draw the page again", () => {
  const drawn = vi.fn();
  const { tell } = show(<Counter drawn={drawn} />);
  drawn.mockClear();
  for (const id of ["a", "b", "c", "m"]) tell(changed(id, 1, { status: "completed" }));
  expect(drawn).not.toHaveBeenCalled();
  tell(changed("n", 1, { status: "pending" }));
  expect(screen.getByText("1 new")).toBeTruthy();
  tell(changed("n", 2, null));
  expect(screen.getByText("0 new")).toBeTruthy();
});

function Refresher({ refresh }: { refresh: () => void }) {
  useLiveRefresh((change) => change.parents.unit_id === "u", refresh);
  return null;
}

test("many changes ask once at once and once more for the rest", () => {
  vi.useFakeTimers();
  const refresh = vi.fn();
  const { tell } = show(<Refresher refresh={refresh} />);
  for (let version = 1; version <= 20; version += 1) tell(changed("t", version, {}));
  expect(refresh).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(5000);
  expect(refresh).toHaveBeenCalledTimes(2);
  vi.useRealTimers();
});

function Connection() {
  return <p>{useLiveState().kind}</p>;
}

test("pages know whether they are live", () => {
  const { tell } = show(<Connection />);
  expect(screen.getByText("connecting")).toBeTruthy();
  tell({ kind: "state", state: { kind: "reconnecting", as_of: "2026-11-21T12:04:31Z" } });
  expect(screen.getByText("reconnecting")).toBeTruthy();
});
