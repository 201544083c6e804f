import type { Database } from "../../platform/database.ts";
import {
  countCap,
  type Page,
  type PageQuery,
  pageErrors,
  pageFrom,
  readPosition,
} from "../../platform/page.ts";
import { auditErrors } from "./errors.ts";
import { exportFormats } from "./export-entries.ts";
import type { AuditFilter, AuditLogEntry } from "./models.ts";
import {
  countEntries,
  findNewestSeq,
  findPosition,
  isId,
  type LogPosition,
  listActions,
  listActorNames,
  listEntries,
  listTokenNames,
  type ReadEntry,
  type WantedEntries,
} from "./repo/reading.ts";

/** Most entries that one export holds. */
export const mostExported = 1_000_000;
const entriesPerPiece = 2_000;

/** One page, newest first. @throws AppError `cursor_invalid` */
export async function listPage(
  database: Database,
  filter: AuditFilter,
  page: PageQuery,
): Promise<Page<AuditLogEntry>> {
  const { after: id, direction } = readPosition(page);
  const after = id === null ? null : await getPosition(database, id);
  const actions = await actionsOf(database, filter);
  const wanted = { filter, ...actions, direction, limit: page.limit + 1 };
  const [read, counted] = await Promise.all([
    listEntries(database, { ...wanted, after }),
    countEntries(database, { filter, ...actions, after: null, direction, limit: countCap + 1 }),
  ]);
  return pageFrom(await nameThem(database, read), page.limit, counted, direction);
}

/**
 * The entries that fit when this is called, oldest first, as a file; each piece is read when the one before was taken.
 * @throws AppError `audit_export_too_large` past `most`
 */
export async function exportEntries(
  database: Database,
  filter: AuditFilter,
  format: "csv" | "jsonl",
  most = mostExported,
): Promise<ReadableStream<Uint8Array>> {
  const upTo = await findNewestSeq(database);
  const wanted = { filter, ...(await actionsOf(database, filter)), direction: "newer" as const, upTo };
  if ((await countEntries(database, { ...wanted, after: null, limit: most + 1 })) > most) {
    throw auditErrors.create(
      "audit_export_too_large",
      `More than ${most.toLocaleString("en-US")} entries fit. Choose a shorter time with at_from and at_to.`,
    );
  }
  const { head, write } = exportFormats[format];
  const pieces = readPieces(database, wanted);
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    start(controller) {
      if (head !== "") controller.enqueue(encoder.encode(head));
    },
    async pull(controller) {
      const { value, done } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value.map(write).join("")));
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
}

/** What somebody did, and what others did to their account without who those were. */
export async function listOfActor(database: Database, actor_id: string): Promise<AuditLogEntry[]> {
  const id = actor_id.toLowerCase();
  const upTo = await findNewestSeq(database);
  const wanted = { filter: { q: id }, actions: null, named: [], direction: "newer" as const, upTo };
  const found: AuditLogEntry[] = [];
  for await (const piece of readPieces(database, wanted)) {
    for (const entry of piece) found.push(entry.actor_id === id ? entry : withoutActor(entry));
  }
  return found;
}

function withoutActor(entry: AuditLogEntry): AuditLogEntry {
  return {
    ...entry,
    ...{ actor_id: null, actor_name: null, token_id: null, token_name: null },
    ...{ request_id: null, address: null, user_agent: null },
  };
}

/** Entries in the order in which they were written, piece by piece; never an empty one. */
async function* readPieces(
  database: Database,
  wanted: Omit<WantedEntries, "after" | "limit">,
): AsyncGenerator<AuditLogEntry[], undefined> {
  let after: LogPosition | null = null;
  for (;;) {
    const read: ReadEntry[] = await listEntries(database, { ...wanted, after, limit: entriesPerPiece });
    const newest = read[0];
    if (newest === undefined) return;
    after = { exact_at: newest.exact_at, seq: newest.seq };
    yield (await nameThem(database, read)).reverse();
    if (read.length < entriesPerPiece) return;
  }
}

async function getPosition(database: Database, id: string): Promise<LogPosition> {
  const position = await findPosition(database, id);
  if (position !== null) return position;
  throw pageErrors.create(
    "cursor_invalid",
    "The cursor is not one that this list gave. Leave it out to start at the top.",
  );
}

/** The names that stand in the log for what the filter asks for: `task` is every action whose name begins with `task.`. */
async function actionsOf(
  database: Database,
  { action, q }: AuditFilter,
): Promise<Pick<WantedEntries, "actions" | "named">> {
  const asked = action?.split(",").map((word) => word.trim());
  const areWords = q !== undefined && !isId(q);
  if (asked === undefined && !areWords) return { actions: null, named: [] };
  const known = await listActions(database);
  const fitting =
    asked === undefined
      ? known
      : known.filter((name) => asked.some((word) => name === word || name.startsWith(`${word}.`)));
  const words = q?.toLowerCase() ?? "";
  return {
    actions: asked === undefined ? null : fitting,
    named: areWords ? fitting.filter((name) => name.includes(words)) : [],
  };
}

async function nameThem(database: Database, entries: readonly ReadEntry[]): Promise<AuditLogEntry[]> {
  const idsOf = (ids: readonly (string | null)[]) => [...new Set(ids.filter((id) => id !== null))];
  const [people, tokens] = await Promise.all([
    listActorNames(database, idsOf(entries.map(({ actor_id }) => actor_id))),
    listTokenNames(database, idsOf(entries.map(({ token_id }) => token_id))),
  ]);
  return entries.map(({ exact_at: _exact, ...entry }) => ({
    ...entry,
    actor_name: entry.actor_id === null ? null : (people.get(entry.actor_id) ?? null),
    token_name: entry.token_id === null ? null : (tokens.get(entry.token_id) ?? null),
  }));
}
