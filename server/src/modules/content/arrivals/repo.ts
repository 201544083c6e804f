import { sql } from "kysely";
import type { Transaction } from "../../../platform/database.ts";
import type { LearningObjective } from "../models.ts";
import type { ArrivingLesson } from "./models.ts";

/** Where a lesson belongs: the primary key of `lesson_arrivals`. */
export interface ArrivalPlace {
  readonly unit_id: string;
  readonly external_run_id: string;
  readonly position: number;
}

export interface StoredArrival {
  readonly content_sha256: string;
  readonly arrived_at: string;
  readonly applied_at: string | null;
}

/** Locks the unit for a lesson that arrives; null when it is gone. */
export async function lockTargetUnit(
  transaction: Transaction,
  unit_id: string,
): Promise<{ target_lesson_count: number } | null> {
  const found = await sql<{ target_lesson_count: number }>`
    SELECT target_lesson_count FROM units WHERE id = ${unit_id}::uuid FOR NO KEY UPDATE`.execute(transaction);
  return found.rows[0] ?? null;
}

export async function findArrival(
  transaction: Transaction,
  place: ArrivalPlace,
): Promise<StoredArrival | null> {
  const found = await sql<StoredArrival>`
    SELECT content_sha256, arrived_at, applied_at FROM lesson_arrivals
    WHERE unit_id = ${place.unit_id}::uuid AND external_run_id = ${place.external_run_id}
      AND position = ${place.position}`.execute(transaction);
  return found.rows[0] ?? null;
}

/** Of all runs. Index: the primary key. */
export async function countArrivals(transaction: Transaction, unit_id: string): Promise<number> {
  const found = await sql<{ count: number }>`
    SELECT count(*)::int AS count FROM lesson_arrivals WHERE unit_id = ${unit_id}::uuid`.execute(transaction);
  return found.rows[0]?.count ?? 0;
}

export async function writeArrival(
  transaction: Transaction,
  place: ArrivalPlace,
  arrival: { readonly content_sha256: string; readonly lesson: ArrivingLesson },
): Promise<StoredArrival> {
  const written = await sql<StoredArrival>`
    INSERT INTO lesson_arrivals (unit_id, external_run_id, position, content_sha256, lesson)
    VALUES (${place.unit_id}::uuid, ${place.external_run_id}, ${place.position}, ${arrival.content_sha256},
      ${JSON.stringify(arrival.lesson)}::jsonb)
    ON CONFLICT (unit_id, external_run_id, position) DO UPDATE
      SET content_sha256 = excluded.content_sha256, lesson = excluded.lesson, arrived_at = clock_timestamp()
    RETURNING content_sha256, arrived_at, applied_at`.execute(transaction);
  const row = written.rows[0];
  if (row === undefined) throw new Error("INSERT INTO lesson_arrivals returned no row");
  return row;
}

/** Removes a few that are older than a month, whatever became of their run. Index: `lesson_arrivals_age`. */
export async function clearOldArrivals(transaction: Transaction): Promise<void> {
  await sql`
    DELETE FROM lesson_arrivals WHERE ctid IN (
      SELECT ctid FROM lesson_arrivals WHERE arrived_at < clock_timestamp() - interval '30 days'
      ORDER BY arrived_at LIMIT 100 FOR UPDATE SKIP LOCKED)`.execute(transaction);
}

/** What the run returned of the unit's lessons, by position. */
export async function listArrivals(
  transaction: Transaction,
  run: Omit<ArrivalPlace, "position">,
): Promise<{ position: number; lesson: ArrivingLesson }[]> {
  const found = await sql<{ position: number; lesson: ArrivingLesson }>`
    SELECT position, lesson FROM lesson_arrivals
    WHERE unit_id = ${run.unit_id}::uuid AND external_run_id = ${run.external_run_id} ORDER BY position`.execute(
    transaction,
  );
  return found.rows;
}

export async function markApplied(
  transaction: Transaction,
  run: Omit<ArrivalPlace, "position">,
): Promise<void> {
  await sql`
    UPDATE lesson_arrivals SET applied_at = clock_timestamp()
    WHERE unit_id = ${run.unit_id}::uuid AND external_run_id = ${run.external_run_id} AND applied_at IS NULL`.execute(
    transaction,
  );
}

/** Parts of the unit that no run returns: they stay. */
export interface KeptParts {
  readonly title: string;
  readonly description: string;
  readonly target_lesson_count: number;
  readonly learning_objectives: readonly LearningObjective[];
  readonly cover_media_id: string | null;
  readonly cover_alt: string | null;
  readonly cover_palette: readonly string[] | null;
}

export async function findKeptParts(transaction: Transaction, unit_id: string): Promise<KeptParts | null> {
  const found = await sql<KeptParts>`
    SELECT title, description, target_lesson_count, learning_objectives, cover_media_id, cover_alt, cover_palette
    FROM units WHERE id = ${unit_id}::uuid`.execute(transaction);
  return found.rows[0] ?? null;
}

/** Links the unit's lessons to the run that returned them, as far as it is mirrored. Index: `flow_runs_external` by the task. */
export async function linkToRun(
  transaction: Transaction,
  run: { readonly unit_id: string; readonly task_id: string; readonly external_run_id: string },
): Promise<void> {
  await sql`
    UPDATE lessons SET flow_run_id = f.id FROM flow_run_summaries f
    WHERE lessons.unit_id = ${run.unit_id}::uuid AND f.task_id = ${run.task_id}::uuid
      AND f.external_id = ${run.external_run_id}`.execute(transaction);
}
