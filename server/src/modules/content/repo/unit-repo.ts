import { sql } from "kysely";
import type { Database, Transaction } from "../../../platform/database.ts";
import { selectByIds, selectGivenIds } from "../../../platform/newest-ids.ts";
import type { SettledTask } from "../../task-queue/public.ts";
import {
  type SourceRemoval,
  type SourceTextDetail,
  type UnitDetail,
  type UnitSource,
  type UnitSummary,
  type UnitWarning,
  unconfirmedCode,
} from "../models.ts";
import type { WrittenParts } from "../public.ts";

/** Columns of `units` that the list does not carry. */
export type UnitExtras = Pick<
  UnitDetail,
  | "learning_objectives"
  | "warnings"
  | "written_by"
  | "cover_palette"
  | "podcast_transcript"
  | "podcast_seconds"
>;

/** The state of a unit, read under its lock. */
export interface LockedUnit {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly task_id: string | null;
  readonly lineage_id: string | null;
  readonly content_lineage_id: string | null;
  readonly published_at: string | null;
  readonly request: unknown;
  readonly warnings: readonly UnitWarning[];
}

/** Index: `units_pkey`. */
export async function listUnitSummaries(database: Database, ids: readonly string[]): Promise<UnitSummary[]> {
  const found = await selectByIds<UnitSummary>("unit_summaries", selectGivenIds(ids)).execute(database);
  return found.rows;
}

export async function findUnitExtras(database: Database, unit_id: string): Promise<UnitExtras | null> {
  const found = await sql<UnitExtras>`
    SELECT learning_objectives, warnings, written_by, cover_palette, podcast_transcript, podcast_seconds
    FROM units WHERE id = ${unit_id}::uuid`.execute(database);
  return found.rows[0] ?? null;
}

export async function listUnitSources(database: Database, unit_id: string): Promise<UnitSource[]> {
  const found = await sql<UnitSource>`
    SELECT id, position, kind, title, characters, words, sha256, removed, addressed_passages, created_at
    FROM unit_sources WHERE unit_id = ${unit_id}::uuid ORDER BY position`.execute(database);
  return found.rows;
}

/** Index: the unique one on `(unit_id, position)`. */
export async function findSource(
  database: Database,
  unit_id: string,
  position: number,
): Promise<(Omit<SourceTextDetail, "text"> & { text_zstd: Buffer }) | null> {
  const found = await sql<Omit<SourceTextDetail, "text"> & { text_zstd: Buffer }>`
    SELECT unit_id, position, kind, title, sha256, extracted_by, removed, addressed_passages, text_zstd FROM unit_sources
    WHERE unit_id = ${unit_id}::uuid AND position = ${position}`.execute(database);
  return found.rows[0] ?? null;
}

export async function findSourceText(
  database: Database,
  unit_id: string,
  sha256: string,
): Promise<Buffer | null> {
  const found = await sql<{ text_zstd: Buffer }>`
    SELECT text_zstd FROM unit_sources
    WHERE unit_id = ${unit_id}::uuid AND sha256 = ${sha256} LIMIT 1`.execute(database);
  return found.rows[0]?.text_zstd ?? null;
}

export async function lockUnitRow(transaction: Transaction, unit_id: string): Promise<LockedUnit | null> {
  const found = await sql<LockedUnit>`
    SELECT id, title, status, task_id, lineage_id, content_lineage_id, published_at, request, warnings FROM units
    WHERE id = ${unit_id}::uuid FOR NO KEY UPDATE`.execute(transaction);
  return found.rows[0] ?? null;
}

/** False when the unit is gone or another task took it over. */
export async function lockUnitOfTask(
  transaction: Transaction,
  unit_id: string,
  task_id: string,
): Promise<boolean> {
  const found = await sql`
    SELECT 1 FROM units WHERE id = ${unit_id}::uuid AND task_id = ${task_id}::uuid
    FOR NO KEY UPDATE`.execute(transaction);
  return found.rows.length > 0;
}

export interface NewUnitRow {
  readonly title: string;
  readonly description: string;
  readonly learner_level: string;
  readonly learning_objectives: unknown;
  readonly target_lesson_count: number;
  readonly source_kind: string;
  readonly generated_from_topic: boolean;
  readonly request: unknown;
  readonly user_id: string;
}

export async function insertUnit(transaction: Transaction, unit: NewUnitRow): Promise<string> {
  const inserted = await sql<{ id: string }>`
    INSERT INTO units (title, description, learner_level, status, learning_objectives, target_lesson_count,
      source_kind, generated_from_topic, request, user_id)
    VALUES (${unit.title}, ${unit.description}, ${unit.learner_level}, 'draft',
      ${JSON.stringify(unit.learning_objectives)}::jsonb, ${unit.target_lesson_count}, ${unit.source_kind},
      ${unit.generated_from_topic}, ${JSON.stringify(unit.request)}::jsonb, ${unit.user_id}::uuid)
    RETURNING id`.execute(transaction);
  const row = inserted.rows[0];
  if (row === undefined) throw new Error("INSERT INTO units returned no row");
  return row.id;
}

export interface NewSourceRow {
  readonly kind: string;
  readonly title: string | null;
  readonly text_zstd: Uint8Array;
  readonly characters: number;
  readonly words: number;
  readonly sha256: string;
  readonly extracted_by: string | null;
  readonly removed: readonly SourceRemoval[];
  readonly addressed_passages: number;
}

/** Appends after the sources that the unit has. */
export async function insertSource(
  transaction: Transaction,
  unit_id: string,
  source: NewSourceRow,
): Promise<void> {
  await sql`
    INSERT INTO unit_sources (unit_id, position, kind, title, text_zstd, characters, words, sha256, extracted_by,
      removed, addressed_passages)
    SELECT ${unit_id}::uuid, coalesce(max(position), 0) + 1, ${source.kind}, ${source.title},
      ${Buffer.from(source.text_zstd)}::bytea, ${source.characters}::int, ${source.words}::int, ${source.sha256},
      ${source.extracted_by}, ${JSON.stringify(source.removed)}::jsonb, ${source.addressed_passages}::int
    FROM unit_sources WHERE unit_id = ${unit_id}::uuid`.execute(transaction);
}

/** Removes what an earlier task wrote as sources; what a person gave stays. */
export async function deleteWrittenSources(transaction: Transaction, unit_id: string): Promise<void> {
  await sql`
    DELETE FROM unit_sources
    WHERE unit_id = ${unit_id}::uuid AND kind IN ('generated', 'supplemental')`.execute(transaction);
}

/** Hands the unit to a new task. The caller holds its lock. */
export async function giveUnitToTask(
  transaction: Transaction,
  unit_id: string,
  task: { readonly id: string; readonly lineage_id: string },
): Promise<void> {
  await sql`
    UPDATE units SET task_id = ${task.id}::uuid, lineage_id = ${task.lineage_id}::uuid, status = 'in_progress',
      stage = 'source', error_code = NULL, error_message = NULL, completed_at = NULL, former_state = NULL
    WHERE id = ${unit_id}::uuid`.execute(transaction);
}

/** Hands the unit to a task that writes a part of it anew, and keeps what it was. The caller holds its lock. */
export async function lendUnitToTask(
  transaction: Transaction,
  unit_id: string,
  task: { readonly id: string; readonly lineage_id: string },
): Promise<void> {
  await sql`
    UPDATE units SET former_state = jsonb_build_object('task_id', task_id, 'lineage_id', lineage_id, 'status', status,
        'stage', stage, 'error_code', error_code, 'error_message', error_message, 'completed_at', completed_at),
      task_id = ${task.id}::uuid, lineage_id = ${task.lineage_id}::uuid, status = 'in_progress', stage = 'lessons',
      error_code = NULL, error_message = NULL, completed_at = NULL
    WHERE id = ${unit_id}::uuid`.execute(transaction);
}

/** Makes a unit that was lent to the task what it was before; its cost counts what was spent since. False when it was not lent. */
export async function giveBackUnit(
  transaction: Transaction,
  unit_id: string,
  task_id: string,
): Promise<boolean> {
  const restored = await sql`
    UPDATE units SET task_id = (former_state ->> 'task_id')::uuid, lineage_id = (former_state ->> 'lineage_id')::uuid,
      status = former_state ->> 'status', stage = former_state ->> 'stage', error_code = former_state ->> 'error_code',
      error_message = former_state ->> 'error_message',
      completed_at = (former_state ->> 'completed_at')::timestamptz, former_state = NULL,
      cost_usd = ${costOfUnit(unit_id)}
    WHERE id = ${unit_id}::uuid AND task_id = ${task_id}::uuid AND former_state IS NOT NULL
    RETURNING 1`.execute(transaction);
  return restored.rows.length > 0;
}

/** What the unit shows besides its lessons. */
export async function findWrittenParts(
  transaction: Transaction,
  unit_id: string,
): Promise<Pick<WrittenParts, "warnings" | "has_podcast" | "has_cover">> {
  const found = await sql<Pick<WrittenParts, "warnings" | "has_podcast" | "has_cover">>`
    SELECT warnings, podcast_transcript IS NOT NULL AS has_podcast, cover_media_id IS NOT NULL AS has_cover
    FROM units WHERE id = ${unit_id}::uuid`.execute(transaction);
  const row = found.rows[0];
  if (row === undefined) throw new Error("A locked unit vanished");
  return row;
}

/** The unit after one of its lessons was replaced: all else of its content stays. */
export async function updateReplacedUnit(
  transaction: Transaction,
  unit_id: string,
  unit: Pick<WrittenUnitRow, "status" | "error_code" | "error_message" | "warnings">,
): Promise<void> {
  await sql`
    UPDATE units SET status = ${unit.status}, stage = 'done', error_code = ${unit.error_code},
      error_message = ${unit.error_message}, warnings = ${JSON.stringify(unit.warnings)}::jsonb,
      cost_usd = ${costOfUnit(unit_id)}, content_version = content_version + 1, content_lineage_id = lineage_id,
      former_state = NULL, completed_at = clock_timestamp(), published_at = ${publishedWithApproved}
    WHERE id = ${unit_id}::uuid`.execute(transaction);
}

/** A unit without anything approved is not published: learners never open an empty one. */
const publishedWithApproved = sql`
  CASE WHEN EXISTS (SELECT 1 FROM lessons l WHERE l.unit_id = units.id AND l.review = 'approved') THEN published_at END`;

const costOfUnit = (unit_id: string) => sql`cost_of_unit(${unit_id}::uuid)`;

/** Brings the unit in line with its task; nothing when another task owns it or it already is. */
export async function settleUnit(
  transaction: Transaction,
  task: SettledTask & { readonly unit_id: string },
  status: "in_progress" | "paused" | "failed" | "cancelled",
): Promise<void> {
  const isOver = status === "failed" || status === "cancelled";
  await sql`
    UPDATE units SET status = ${status},
      error_code = ${isOver ? task.error_code : null}, error_message = ${isOver ? task.error_message : null},
      completed_at = ${isOver ? sql`clock_timestamp()` : sql`NULL`},
      cost_usd = ${isOver ? costOfUnit(task.unit_id) : sql`cost_usd`}
    WHERE id = ${task.unit_id}::uuid AND task_id = ${task.id}::uuid AND status IS DISTINCT FROM ${status}`.execute(
    transaction,
  );
}

export interface WrittenUnitRow {
  readonly unit_id: string;
  readonly status: "completed" | "partial";
  readonly title: string;
  readonly description: string;
  readonly learning_objectives: unknown;
  readonly author: string | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly warnings: readonly UnitWarning[];
  readonly written_by: unknown;
  readonly cover_media_id: string | null;
  readonly cover_alt: string | null;
  readonly cover_palette: unknown;
  readonly podcast_media_id: string | null;
  readonly podcast_transcript: string | null;
  readonly podcast_seconds: number | null;
}

/**
 * The caller holds the unit's lock and its task's fence. What must be confirmed before learners see it takes a published unit back.
 */
export async function updateWrittenUnit(transaction: Transaction, unit: WrittenUnitRow): Promise<void> {
  const json = (value: unknown) => sql`${value === null ? null : JSON.stringify(value)}::jsonb`;
  await sql`
    UPDATE units SET status = ${unit.status}, stage = 'done', title = ${unit.title}, description = ${unit.description},
      learning_objectives = ${json(unit.learning_objectives)}, author = ${unit.author},
      error_code = ${unit.error_code}, error_message = ${unit.error_message}, warnings = ${json(unit.warnings)},
      written_by = ${json(unit.written_by)}, cover_media_id = ${unit.cover_media_id}::uuid,
      cover_alt = ${unit.cover_alt}, cover_palette = ${json(unit.cover_palette)},
      podcast_media_id = ${unit.podcast_media_id}::uuid, podcast_transcript = ${unit.podcast_transcript},
      podcast_seconds = ${unit.podcast_seconds}::numeric,
      cost_usd = ${costOfUnit(unit.unit_id)}, content_version = content_version + 1,
      content_lineage_id = lineage_id, content_task_id = task_id, completed_at = clock_timestamp(),
      published_at = ${unit.warnings.some(({ code }) => code === unconfirmedCode) ? sql`NULL` : publishedWithApproved}
    WHERE id = ${unit.unit_id}::uuid`.execute(transaction);
}

export async function setPublished(
  transaction: Transaction,
  unit_id: string,
  isPublished: boolean,
): Promise<string | null> {
  const updated = await sql<{ published_at: string | null }>`
    UPDATE units SET published_at = ${isPublished ? sql`coalesce(published_at, clock_timestamp())` : sql`NULL`}
    WHERE id = ${unit_id}::uuid RETURNING published_at`.execute(transaction);
  return updated.rows[0]?.published_at ?? null;
}

/** The unit's own task, as its queue publishes it. */
export async function findTaskStatus(
  database: Database | Transaction,
  task_id: string,
): Promise<string | null> {
  const found = await sql<{ status: string }>`
    SELECT status FROM task_summaries WHERE id = ${task_id}::uuid`.execute(database);
  return found.rows[0]?.status ?? null;
}

/** What the unit and its lessons show, and what its tasks have made besides. */
export async function listMediaOfUnit(transaction: Transaction, unit_id: string): Promise<string[]> {
  const found = await sql<{ media_id: string }>`
    SELECT media_id FROM unit_media WHERE unit_id = ${unit_id}::uuid
    UNION SELECT cover_media_id FROM units WHERE id = ${unit_id}::uuid AND cover_media_id IS NOT NULL
    UNION SELECT podcast_media_id FROM units WHERE id = ${unit_id}::uuid AND podcast_media_id IS NOT NULL
    UNION SELECT audio_media_id FROM lessons WHERE unit_id = ${unit_id}::uuid AND audio_media_id IS NOT NULL`.execute(
    transaction,
  );
  return found.rows.map(({ media_id }) => media_id);
}

/** Tasks, runs and requests keep the unit's title (trigger `keep_unit_title`) and lose its id. */
export async function deleteUnitRow(transaction: Transaction, unit_id: string): Promise<void> {
  await sql`DELETE FROM units WHERE id = ${unit_id}::uuid`.execute(transaction);
}

export interface RecordedKey {
  readonly body_hash: string;
  readonly unit_id: string;
  readonly task_id: string | null;
  readonly status: string;
}

export async function findIdempotencyKey(
  database: Database | Transaction,
  user_id: string,
  key: string,
): Promise<RecordedKey | null> {
  const found = await sql<RecordedKey>`
    SELECT k.body_hash, k.unit_id, u.task_id, u.status
    FROM idempotency_keys k JOIN units u ON u.id = k.unit_id
    WHERE k.user_id = ${user_id}::uuid AND k.key = ${key}`.execute(database);
  return found.rows[0] ?? null;
}

/** Waits for a transaction that is writing the same key; false when that one was first. */
export async function insertIdempotencyKey(
  transaction: Transaction,
  row: {
    readonly user_id: string;
    readonly key: string;
    readonly body_hash: string;
    readonly unit_id: string;
  },
): Promise<boolean> {
  const inserted = await sql`
    INSERT INTO idempotency_keys (user_id, key, body_hash, unit_id)
    VALUES (${row.user_id}::uuid, ${row.key}, ${row.body_hash}, ${row.unit_id}::uuid)
    ON CONFLICT DO NOTHING RETURNING 1`.execute(transaction);
  return inserted.rows.length > 0;
}
