import type { Database } from "../../../platform/database.ts";
import type { Duty } from "../keeper.ts";
import { judgeHealth, worstOf } from "./judge.ts";
import type { HealthPart, SystemHealth } from "./models.ts";
import {
  endStates,
  type HealthRow,
  insertState,
  type JudgedPart,
  listAt,
  listOpen,
  listSummaries,
  noteLook,
  readFacts,
  rewordState,
  tryLock,
} from "./repo.ts";

export interface HealthService {
  /** As it is now. */
  read(): Promise<SystemHealth>;
  /** As it is, or (`at`) as it was recorded at a past moment. */
  listAt(at: string | null): Promise<HealthPart[]>;
  /** For the change stream. */
  listSummaries(ids: readonly string[]): Promise<HealthRow[]>;
}

/** Judges health from what the database holds; since when, from what was recorded. */
export function createHealthService(database: Database, version: string): HealthService {
  async function judgeNow(): Promise<{ now: string; parts: HealthPart[] }> {
    const [facts, open] = await Promise.all([readFacts(database), listOpen(database)]);
    const parts = judgeHealth(facts, version).map((judged): HealthPart => {
      const recorded = open.find((row) => isSamePart(row, judged));
      const since = recorded?.state === judged.state ? recorded.since : (judged.since ?? facts.now);
      return { ...judged, since };
    });
    return { now: facts.now, parts };
  }
  return {
    async read() {
      const { now, parts } = await judgeNow();
      return { as_of: now, state: worstOf(parts.map(({ state }) => state)), parts };
    },
    async listAt(at) {
      if (at === null) return (await judgeNow()).parts;
      return (await listAt(database, at)).map(partOf);
    },
    listSummaries: (ids) => listSummaries(database, ids),
  };
}

// Longer than any pause between two looks while a server runs.
const unseenMs = 10_000;

/** Records changes of state, so that "since when" outlives this process and a past moment can be told. */
export function createHealthDuty(database: Database, version: string): Duty {
  return {
    name: "The record of health",
    everyMs: 1_000,
    async run() {
      const facts = await readFacts(database);
      const judged = judgeHealth(facts, version);
      await database.transaction().execute(async (transaction) => {
        if (!(await tryLock(transaction))) return;
        const looked_at = await noteLook(transaction, facts.now);
        const open = await listOpen(transaction);
        const wasUnseen = looked_at !== null && Date.parse(facts.now) - Date.parse(looked_at) > unseenMs;
        // While no server looked, none answered either.
        const dark = wasUnseen ? open.filter(({ kind }) => kind === "api") : [];
        if (dark.length > 0) await endStates(transaction, idsOf(dark), looked_at ?? facts.now);
        const rest = open.filter((row) => !dark.includes(row));
        const ended = rest.filter(
          (row) => !judged.some((part) => isSamePart(row, part) && isSameState(row, part)),
        );
        const beginOf = (part: JudgedPart) => {
          const former = open.find((row) => isSamePart(row, part));
          return isLater(part.since, former?.since ?? null) ? (part.since ?? facts.now) : facts.now;
        };
        for (const row of ended) {
          const next = judged.find((part) => isSamePart(row, part));
          const until = next === undefined ? facts.now : beginOf(next);
          // What was while no server looked nobody knows.
          await endStates(transaction, [row.id], wasUnseen && isLater(until, looked_at) ? looked_at : until);
        }
        for (const part of judged) {
          const recorded = rest.find((row) => isSamePart(row, part) && !ended.includes(row));
          if (recorded === undefined) await insertState(transaction, part, beginOf(part));
          else if (isReworded(recorded, part)) await rewordState(transaction, recorded.id, part);
        }
      });
    },
  };
}

function isLater(moment: string | null, other: string | null): boolean {
  return moment !== null && (other === null || Date.parse(moment) > Date.parse(other));
}

function idsOf(rows: readonly HealthRow[]): string[] {
  return rows.map(({ id }) => id);
}

function isSamePart(row: HealthRow, part: JudgedPart): boolean {
  return row.kind === part.kind && row.name === part.name;
}

/** A part that knows since when it is so, such as a database that was started anew, begins a new state with a later time. */
function isSameState(row: HealthRow, part: JudgedPart): boolean {
  if (row.state !== part.state) return false;
  return row.since === null || !isLater(part.since, row.since);
}

/** Counts move all the time: other numbers alone are no news. */
function isReworded(row: HealthRow, part: JudgedPart): boolean {
  const gist = (words: string) => words.replace(/\d+([.:]\d+)*/g, "#");
  return (
    row.until !== part.until || row.meaning !== part.meaning || gist(row.sentence) !== gist(part.sentence)
  );
}

function partOf({ kind, name, state, since, until, sentence, meaning }: HealthRow): HealthPart {
  return { kind, name, state, since, until, sentence, meaning };
}
