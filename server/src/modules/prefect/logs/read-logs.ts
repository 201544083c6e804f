import type { Database } from "../../../platform/database.ts";
import type { FlowMirror, KnownRun } from "../../flow-engine/public.ts";
import type { PrefectClient } from "../client/client.ts";
import { largestPage } from "../client/queries.ts";
import type { PrefectLog } from "../client/wire.ts";
import { mirroredLine, shortened } from "./log-lines.ts";
import { positionAfter, readLogPage, shortlyBefore } from "./log-pages.ts";

/** The most lines of a run that are kept, the newest. Prefect has the others. */
export const mostLines = 10_000;
/** Of one reading; where single lines are huge, fewer than `mostLines` are kept. */
const mostPages = mostLines / largestPage + 10;
/** The most text of one run that is held at once, in characters. */
const mostCharacters = 8_000_000;
const olderNote = "Older lines are not kept here. Prefect has them.";

export interface LogStore {
  readonly database: Database;
  readonly mirror: Pick<FlowMirror, "writeLogs" | "trimLogs" | "findNewestLogTime" | "findStepIds">;
  /** Tells the change feeds that rows changed; after a commit. */
  readonly changed: () => void;
}

/** What reading needs of a `WatchContext`; a server that does not watch the connection can make it as well. */
export interface LogContext {
  readonly connection: { readonly id: string };
  readonly client: PrefectClient;
  readonly signal: AbortSignal;
}

/**
 * Reads what is new in a run's log, at most its newest 10,000 lines: a run that wrote 100 MB costs at most 60
 * requests and a few MB of memory. Answers how many lines are new.
 *
 * @throws AppError with a code of `prefectErrors`; the signal's reason
 */
export async function readLogs(
  store: LogStore,
  context: LogContext,
  run: Pick<KnownRun, "id" | "external_id">,
): Promise<number> {
  const newest = await store.mirror.findNewestLogTime(run.id);
  const forwards = newest === null ? null : await readForwards(store, context, run, newest);
  return forwards ?? (await readNewest(store, context, run));
}

/** From the newest known line on; null when so much is new that only its end can be kept. */
async function readForwards(
  store: LogStore,
  context: LogContext,
  run: Pick<KnownRun, "id" | "external_id">,
  newest: string,
): Promise<number | null> {
  let position = { after: shortlyBefore(newest), offset: 0 };
  let limit = largestPage;
  let added = 0;
  for (let pages = 0; pages < mostPages; pages += 1) {
    const query = { flow_run_ids: [run.external_id], ...position, limit };
    const page = await readLogPage(context.client, query, context.signal);
    added += await storeLines(store, context.connection.id, page.lines, new Map([[run.external_id, run.id]]));
    if (page.isLast) {
      if (added > 0) await trimLogs(store, run.id);
      return added;
    }
    position = positionAfter(position, page);
    limit = page.nextLimit;
  }
  return null;
}

/** Page by page from the end, then written from the oldest on: our order is the order of writing. */
async function readNewest(
  store: LogStore,
  context: LogContext,
  run: Pick<KnownRun, "id" | "external_id">,
): Promise<number> {
  const lines = new Map<string, PrefectLog>();
  let characters = 0;
  let offset = 0;
  let limit = largestPage;
  let isWhole = false;
  for (let pages = 0; !isWhole && pages < mostPages; pages += 1) {
    if (offset >= mostLines || characters >= mostCharacters) break;
    const query = { flow_run_ids: [run.external_id], sort: "TIMESTAMP_DESC", offset, limit } as const;
    const page = await readLogPage(context.client, query, context.signal);
    for (const line of page.lines) {
      const kept = shortened(line);
      lines.set(line.id, kept);
      characters += kept.message.length;
    }
    offset += page.length;
    isWhole = page.isLast;
    limit = page.nextLimit;
  }
  const runs = new Map([[run.external_id, run.id]]);
  const ordered = [...lines.values()].reverse();
  let added = 0;
  for (let from = 0; from < ordered.length; from += largestPage) {
    added += await storeLines(store, context.connection.id, ordered.slice(from, from + largestPage), runs);
  }
  if (!isWhole) await trimLogs(store, run.id, ordered.length - 1);
  return added;
}

/** Writes lines of runs that are ours, by their ids in Prefect, in the given order. */
export async function storeLines(
  store: LogStore,
  connection_id: string,
  logs: readonly PrefectLog[],
  runs: ReadonlyMap<string, string>,
): Promise<number> {
  const wanted = logs.filter(({ flow_run_id }) => runs.has(flow_run_id ?? ""));
  if (wanted.length === 0) return 0;
  const taskRuns = new Set(wanted.flatMap(({ task_run_id }) => task_run_id ?? []));
  const stepIds = await store.mirror.findStepIds(connection_id, [...taskRuns]);
  const lines = wanted.map((log) => mirroredLine(log, runs.get(log.flow_run_id ?? "") ?? "", stepIds));
  const added = await store.database
    .transaction()
    .execute((transaction) => store.mirror.writeLogs(transaction, lines));
  if (added > 0) store.changed();
  return added;
}

/** Keeps the newest lines of a run, and says in the place of the others that there were some. */
export async function trimLogs(store: LogStore, flow_run_id: string, keep = mostLines): Promise<void> {
  await store.database
    .transaction()
    .execute((transaction) =>
      store.mirror.trimLogs(transaction, flow_run_id, Math.max(1, Math.min(keep, mostLines)), olderNote),
    );
}
