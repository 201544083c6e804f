import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { wallClock } from "../live/changes.ts";
import { type FillSizes, stepsPerRun } from "./fill.ts";
import { countRuns } from "./peer-api.ts";

const lookEveryMs = 10;
const longestDelayMs = 60_000;

/** How long after the product's start the rows were there, in ms. */
export interface MirrorTimes {
  readonly active: number;
  readonly all: number;
}

/** Waits until every run of the peer and its steps are rows of ours. @throws when nothing moves for three minutes. */
export async function waitForMirror(pool: pg.Pool, sizes: FillSizes, begin: number): Promise<MirrorTimes> {
  const runs = sizes.finished + sizes.active;
  let active = Number.NaN;
  let known = "";
  let movedAt = performance.now();
  let toldAt = movedAt;
  for (;;) {
    const { rows } = await pool.query<{ runs: number; active: number; steps: number; is_read: boolean }>(
      `SELECT count(*)::int AS runs, count(*) FILTER (WHERE status = 'running')::int AS active,
        (SELECT count(*)::int FROM flow_step_runs WHERE connection_id IS NOT NULL) AS steps,
        coalesce((SELECT bool_or((value ->> 'is_done')::boolean) FROM connection_cursors WHERE stream = 'backfill'), false) AS is_read
      FROM flow_runs WHERE connection_id IS NOT NULL`,
    );
    const now = performance.now();
    const [row] = rows;
    if (row === undefined) throw new Error("A count answered nothing");
    if (Number.isNaN(active) && row.active === sizes.active) active = now - begin;
    if (row.is_read && row.runs === runs && row.steps === runs * stepsPerRun)
      return { active, all: now - begin };
    if (known !== JSON.stringify(row)) movedAt = now;
    known = JSON.stringify(row);
    if (now - toldAt > 30_000) {
      toldAt = now;
      console.error(`${row.runs} of ${runs} runs are mirrored, with ${row.steps} steps`);
    }
    if (now - movedAt > 180_000) throw new Error(`The mirror stands still: ${known} of ${runs} runs`);
    await sleep(500);
  }
}

/** Waits until the connection is told to stand so. */
export async function waitForHealth(pool: pg.Pool, wanted: "live" | "polling"): Promise<void> {
  const deadline = performance.now() + 120_000;
  for (;;) {
    const { rows } = await pool.query<{ health: string }>("SELECT health FROM connections");
    if (rows[0]?.health === wanted) return;
    if (performance.now() > deadline)
      throw new Error(`The connection is ${rows[0]?.health} and not ${wanted}`);
    await sleep(200);
  }
}

/** Finds out when our rows have the states that were set in the peer. */
export interface RowWatch {
  /**
   * Resolves with the wall clock in ms at which the row of the run has this state, or one that was waited for later; null when it
   * has not after 60 s.
   */
  see(runId: string, stateId: string): Promise<number | null>;
  stop(): Promise<void>;
}

interface Awaited {
  readonly stateId: string;
  readonly until: number;
  readonly settle: (at: number | null) => void;
}

/** Reads the rows that are waited for every 10 ms, on a connection of its own. */
export async function startRowWatch(pool: pg.Pool): Promise<RowWatch> {
  const client = await pool.connect();
  const awaited = new Map<string, Awaited[]>();
  let isStopped = false;
  const look = async () => {
    while (!isStopped) {
      await sleep(lookEveryMs);
      if (awaited.size === 0) continue;
      const { rows } = await client.query<{ run_id: string; state_id: string }>({
        name: "look",
        text: `SELECT external_id AS run_id, external_state_id AS state_id FROM flow_runs
          WHERE connection_id = (SELECT id FROM connections) AND external_id = ANY($1)`,
        values: [[...awaited.keys()]],
      });
      const shown = new Map(rows.map(({ run_id, state_id }) => [run_id, state_id]));
      settleShown(awaited, shown, wallClock());
    }
  };
  const looking = look();
  return {
    see: (runId, stateId) =>
      new Promise((settle) => {
        const others = awaited.get(runId) ?? [];
        awaited.set(runId, [...others, { stateId, until: wallClock() + longestDelayMs, settle }]);
      }),
    async stop() {
      isStopped = true;
      await looking;
      client.release();
    },
  };
}

function settleShown(awaited: Map<string, Awaited[]>, shown: ReadonlyMap<string, string>, at: number): void {
  for (const [runId, states] of awaited) {
    const shownUpTo = states.findLastIndex(({ stateId }) => stateId === shown.get(runId));
    for (const { settle } of states.slice(0, shownUpTo + 1)) settle(at);
    const open = states.slice(shownUpTo + 1).filter(({ until, settle }) => {
      if (at < until) return true;
      settle(null);
      return false;
    });
    if (open.length > 0) awaited.set(runId, open);
    else awaited.delete(runId);
  }
}

const stateTypes = ["PENDING", "RUNNING", "PAUSED", "CANCELLING", "COMPLETED", "FAILED", "CANCELLED"];

/** @throws when our rows of some state type are not as many as the peer's runs. */
export async function checkEqual(api: string, pool: pg.Pool): Promise<string> {
  const counted: string[] = [];
  for (const type of stateTypes) {
    const wanted = await countRuns(api, type);
    const { rows } = await pool.query<{ count: number }>(
      "SELECT count(*)::int AS count FROM flow_runs WHERE connection_id IS NOT NULL AND external_state_type = $1",
      [type],
    );
    const count = rows[0]?.count;
    if (count !== wanted) throw new Error(`${count} rows are ${type}, but ${wanted} runs of the peer`);
    counted.push(`${wanted} ${type}`);
  }
  return counted.join(", ");
}
