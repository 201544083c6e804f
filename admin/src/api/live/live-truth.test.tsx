import { QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, render } from "@testing-library/react";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Page } from "../client.ts";
import { createQueryClient } from "../query-client.ts";
import { LiveProvider } from "./LiveProvider.tsx";
import type { LiveReader } from "./live-channel.ts";
import { openLiveStream } from "./live-stream.ts";
import { createSimulatedServer, type SimulatedRow } from "./simulated-server.ts";
import { useLiveRow } from "./use-live.ts";
import { useLiveList } from "./use-live-list.ts";

// How many events are lost, repeated or reordered; the campaign asks for more.
const disturbances = Number(process.env.LIVE_EVENTS ?? 1000);
const seed = Number(process.env.LIVE_SEED ?? 20261122);
const runs = 20;
const rowsAtFirst = 30;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

type Server = ReturnType<typeof createSimulatedServer>;

const textOf = ({ id, status, version }: SimulatedRow) => `${id} ${status} ${version}`;

function Shown({ row }: { row: SimulatedRow }) {
  return <li>{textOf(useLiveRow("task", row))}</li>;
}

function List({ read }: { read: () => Promise<Page<SimulatedRow>> }) {
  const { list } = useLiveList<SimulatedRow>("task", "/tasks", {}, read);
  return (
    <ul>
      {(list.rows ?? []).map((row) => (
        <Shown key={row.id} row={row} />
      ))}
    </ul>
  );
}

/** The page over the real stream, store and list; an answer was read when it was asked for and comes 300 ms of the test's own clock later. */
function openPage(server: Server) {
  const join = (read: LiveReader) =>
    openLiveStream({ openSource: server.open, publish: read, now: () => new Date() }).close;
  const read = () => {
    const rows = server.list();
    return new Promise<Page<SimulatedRow>>((resolve) => {
      setTimeout(() => resolve({ rows, next: null, total: null }), 300);
    });
  };
  const { container } = render(
    <QueryClientProvider client={createQueryClient()}>
      <LiveProvider join={join}>
        <List read={read} />
      </LiveProvider>
    </QueryClientProvider>,
  );
  return () => [...container.querySelectorAll("li")].map(({ textContent }) => textContent);
}

const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

type Step = { kind: "drop" | "repeat" | "delay" | "cut" | "restart"; pick: number };

function commit(server: Server, pick: number, churns: boolean): void {
  // A row that comes or goes makes the list read again and would hide what was lost before.
  if (churns && pick % 20 === 7) server.add();
  else if (churns && pick % 20 === 11) server.remove(pick);
  else server.change(pick);
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.oneof(
    { weight: 40, arbitrary: fc.constant("drop" as const) },
    { weight: 40, arbitrary: fc.constant("delay" as const) },
    { weight: 15, arbitrary: fc.constant("repeat" as const) },
    { weight: 4, arbitrary: fc.constant("cut" as const) },
    { weight: 1, arbitrary: fc.constant("restart" as const) },
  ),
  pick: fc.nat(1_000),
});

async function disturb(server: Server, { kind, pick }: Step, churns: boolean): Promise<void> {
  act(() => {
    for (let commits = 0; commits <= pick % 4; commits += 1) commit(server, pick + 7 * commits, churns);
    if (kind === "delay") server.delay(1 + (pick % 3));
    else server[kind]();
    server.deliver(pick % 3 === 0 ? 1 : Number.POSITIVE_INFINITY);
  });
  await pass(pick % 97);
}

async function openServer() {
  const server = createSimulatedServer();
  for (let row = 0; row < rowsAtFirst; row += 1) server.add();
  const shown = openPage(server);
  act(() => server.deliver(1));
  await pass(400);
  expect(shown()).toHaveLength(rowsAtFirst);
  return { server, shown };
}

test(`after ${disturbances} events that were lost, repeated or reordered the page shows what a fresh one shows (seed ${seed})`, async () => {
  const length = Math.ceil((1.5 * disturbances) / runs);
  let disturbed = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: length, maxLength: length }),
      fc.boolean(),
      fc.boolean(),
      async (steps, churns, losesLast) => {
        const { server, shown } = await openServer();
        for (const one of steps) await disturb(server, one, churns);
        act(() => {
          server.change(1);
          if (losesLast) server.drop(Number.POSITIVE_INFINITY);
        });
        // From here on nothing is lost any more; with the next beat the page knows what it missed.
        await pass(10_000);
        act(() => server.deliver(Number.POSITIVE_INFINITY));
        act(() => server.beat());
        act(() => server.deliver(Number.POSITIVE_INFINITY));
        await pass(3_000);
        expect(shown()).toEqual(server.list().map(textOf));
        disturbed += server.disturbed();
        cleanup();
      },
    ),
    { numRuns: runs, seed, endOnFailure: true },
  );
  expect(disturbed).toBeGreaterThanOrEqual(disturbances);
}, 300_000);

test("after the connection was cut a hundred times, mostly with nothing said behind it, the page shows what a fresh one shows", async () => {
  const { server, shown } = await openServer();
  for (let cut = 0; cut < 100; cut += 1) {
    act(() => {
      server.change(cut * 13);
      server.deliver(cut % 3);
      server.change(cut * 17);
      server.cut();
    });
    await pass(600 + cut * 3);
    act(() => server.deliver(Number.POSITIVE_INFINITY));
  }
  await pass(3_000);
  expect(shown()).toEqual(server.list().map(textOf));
});
