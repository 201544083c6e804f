import type { LiveChange } from "../platform/live-feed.ts";

/** A row of one of the summary views, as lists show it. */
export type SummaryRow = Readonly<Record<string, unknown>> & { readonly id: string };

/** Reads the current summary rows of one entity; ids without a row were deleted. */
export type ListSummaries = (ids: readonly string[]) => Promise<readonly SummaryRow[]>;

/** What a browser gets: one row that changed, whole enough for every list that shows it. */
export interface LiveEvent {
  readonly entity: string;
  readonly id: string;
  readonly parents: Readonly<Record<string, string>>;
  /** Patches with a version that is not higher than the row's are stale. */
  readonly version: number;
  /** The summary row; null when it was deleted. */
  readonly patch: SummaryRow | null;
}

const parentFields = ["unit_id", "task_id", "flow_run_id", "step_run_id", "parent_flow_run_id"] as const;
const idsPerRead = 500;

/** The current rows of what changed, one query per 500 ids of an entity, all entities at once. */
export async function readEvents(
  changes: readonly LiveChange[],
  summaries: Readonly<Record<string, ListSummaries>>,
): Promise<LiveEvent[]> {
  const ofEntities = [...Map.groupBy(changes, ({ entity }) => entity)].map(async ([entity, changed]) => {
    const listSummaries = summaries[entity];
    if (listSummaries === undefined) return [];
    const events: LiveEvent[] = [];
    for (let start = 0; start < changed.length; start += idsPerRead) {
      const ids = changed.slice(start, start + idsPerRead).map(({ id }) => id);
      const rows = new Map((await listSummaries(ids)).map((row) => [row.id, row]));
      for (const id of ids) events.push(toEvent(entity, id, rows.get(id) ?? null));
    }
    return events;
  });
  return (await Promise.all(ofEntities)).flat();
}

/** A row as browsers get it. */
export function toEvent(entity: string, id: string, row: SummaryRow | null): LiveEvent {
  const parents: Record<string, string> = {};
  for (const field of parentFields) {
    const parent = row?.[field];
    if (typeof parent === "string") parents[field] = parent;
  }
  const version = typeof row?.version === "number" ? row.version : 0;
  return { entity, id, parents, version, patch: row };
}
