import { clearScreenDown, moveCursor } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { ApiClient } from "./api-client.ts";
import { type FlowRun, flowRunSchema, liveUnitStatuses, type Unit, unitSchema } from "./wire.ts";

const barCells = 24;
/** The server says when something changed; this is how long a silent connection is trusted. */
const quietMs = 2_000;

/** Follows a unit until it is no longer being written, with one bar a flow run on standard error. */
export async function watchUnit(client: ApiClient, unitId: string): Promise<Unit> {
  const ended = new AbortController();
  const bell = createBell();
  const following = client
    .follow(bell.ring, ended.signal)
    // Without the event stream the loop below still looks every two seconds.
    .catch(() => undefined);
  const screen = createScreen();
  try {
    for (;;) {
      const unit = await client.get(`/content/units/${unitId}`, unitSchema);
      const runs = await client.get(`/content/units/${unitId}/flow-runs?limit=200`, z.array(flowRunSchema));
      screen.draw(runs.filter((run) => run.task_id === unit.task_id));
      if (!liveUnitStatuses.has(unit.status) || unit.status === "paused") return unit;
      await bell.wait(quietMs);
    }
  } finally {
    screen.end();
    ended.abort();
    await following;
  }
}

function createBell() {
  let ring: () => void = () => undefined;
  return {
    ring: () => ring(),
    async wait(timeoutMs: number): Promise<void> {
      const timer = new AbortController();
      const rung = new Promise<void>((resolve) => {
        ring = resolve;
      });
      await Promise.race([
        rung,
        delay(timeoutMs, undefined, { signal: timer.signal }).catch(() => undefined),
      ]);
      timer.abort();
    },
  };
}

function createScreen() {
  let drawn = 0;
  const said = new Map<string, string>();

  function redraw(lines: readonly string[]): void {
    if (drawn > 0) moveCursor(process.stderr, 0, -drawn);
    clearScreenDown(process.stderr);
    process.stderr.write(`${lines.join("\n")}\n`);
    drawn = lines.length;
  }

  /** Not a terminal: one line per change. */
  function append(runs: readonly FlowRun[]): void {
    for (const run of runs) {
      const state = `${run.status} ${run.current_step ?? ""}`.trim();
      if (said.get(run.id) === state) continue;
      said.set(run.id, state);
      process.stderr.write(`${runName(run)}: ${state}\n`);
    }
  }

  return {
    draw(runs: readonly FlowRun[]): void {
      const ordered = [...runs].sort((left, right) => left.id.localeCompare(right.id));
      if (process.stderr.isTTY) redraw(ordered.map(progressLine));
      else append(ordered);
    },
    end(): void {
      drawn = 0;
    },
  };
}

function progressLine(run: FlowRun): string {
  const filled = Math.round((run.progress_percentage / 100) * barCells);
  const bar = "█".repeat(filled) + "░".repeat(barCells - filled);
  const what = run.status === "running" ? (run.current_step ?? "") : run.status;
  return `${runName(run).padEnd(26)} ${bar} ${String(Math.round(run.progress_percentage)).padStart(3)} %  ${what}`;
}

function runName(run: FlowRun): string {
  return run.lesson_position === null ? run.flow_name : `${run.flow_name} ${run.lesson_position}`;
}
