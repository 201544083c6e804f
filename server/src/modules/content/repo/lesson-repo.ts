import { sql } from "kysely";
import type { Database, Transaction } from "../../../platform/database.ts";
import { selectByIds, selectGivenIds } from "../../../platform/newest-ids.ts";
import type { Exercise, FinishedLesson, Lesson, LessonSummary } from "../models.ts";
import type { WrittenLesson } from "../public.ts";

/** Index: the unique one on `(unit_id, position)`. */
export async function listLessonsOfUnit(
  database: Database | Transaction,
  unit_id: string,
): Promise<LessonSummary[]> {
  const found = await sql<LessonSummary>`
    SELECT * FROM lesson_summaries WHERE unit_id = ${unit_id}::uuid ORDER BY position`.execute(database);
  return found.rows;
}

/** Index: `lessons_pkey`. */
export async function listLessonSummaries(
  database: Database,
  ids: readonly string[],
): Promise<LessonSummary[]> {
  const found = await selectByIds<LessonSummary>("lesson_summaries", selectGivenIds(ids)).execute(database);
  return found.rows;
}

const wholeLesson = sql`
  SELECT s.*, u.title AS unit_title, l.transcript, l.body, l.exercises, l.quality, l.written_by, l.guidance
  FROM lesson_summaries s JOIN lessons l ON l.id = s.id JOIN units u ON u.id = s.unit_id`;

export async function findLesson(database: Database, lesson_id: string): Promise<Lesson | null> {
  const found = await sql<Lesson>`${wholeLesson} WHERE s.id = ${lesson_id}::uuid`.execute(database);
  return found.rows[0] ?? null;
}

/** All lessons with their content, for the export. */
export async function listWholeLessons(database: Database, unit_id: string): Promise<Lesson[]> {
  const found = await sql<Lesson>`
    ${wholeLesson} WHERE s.unit_id = ${unit_id}::uuid ORDER BY s.position`.execute(database);
  return found.rows;
}

/** A lesson's changeable state, read under its lock. */
export interface LockedLesson {
  readonly id: string;
  readonly status: "completed" | "failed";
  readonly version: number;
  readonly transcript: string;
  readonly exercises: Exercise[];
  readonly has_audio: boolean;
}

export async function lockLessonRow(
  transaction: Transaction,
  lesson_id: string,
): Promise<LockedLesson | null> {
  const found = await sql<LockedLesson>`
    SELECT id, status, version, transcript, exercises, audio_media_id IS NOT NULL AS has_audio
    FROM lessons WHERE id = ${lesson_id}::uuid FOR NO KEY UPDATE`.execute(transaction);
  return found.rows[0] ?? null;
}

export interface LessonChange {
  readonly title?: string;
  readonly transcript?: string;
  readonly body?: unknown;
  readonly exercises?: unknown;
  readonly review?: string;
  readonly audio_outdated?: boolean;
}

/** Writes only what the change holds; `content_version` counts edits, not reviews. */
export async function updateLesson(
  transaction: Transaction,
  lesson_id: string,
  change: LessonChange,
): Promise<void> {
  const assignments = [];
  if (change.title !== undefined) assignments.push(sql`title = ${change.title}`);
  if (change.transcript !== undefined) assignments.push(sql`transcript = ${change.transcript}`);
  if (change.body !== undefined) assignments.push(sql`body = ${JSON.stringify(change.body)}::jsonb`);
  if (change.exercises !== undefined) {
    assignments.push(sql`exercises = ${JSON.stringify(change.exercises)}::jsonb`);
  }
  if (change.review !== undefined) assignments.push(sql`review = ${change.review}`);
  else assignments.push(sql`content_version = content_version + 1`);
  if (change.audio_outdated === true) {
    assignments.push(sql`quality = quality || '{"audio_outdated": true}'::jsonb`);
  }
  await sql`UPDATE lessons SET ${sql.join(assignments)} WHERE id = ${lesson_id}::uuid`.execute(transaction);
}

/** Changes exercises without counting as an edit of the content. */
export async function updateExerciseReviews(
  transaction: Transaction,
  lesson_id: string,
  exercises: readonly Exercise[],
): Promise<void> {
  await sql`
    UPDATE lessons SET exercises = ${JSON.stringify(exercises)}::jsonb
    WHERE id = ${lesson_id}::uuid`.execute(transaction);
}

/**
 * Removes the unit's lessons except those that are whole and that the same requests wrote: these stay with their id, their
 * reviews and what a person edited in them, and are linked to the task's own flow run. Answers the ids that stay, by position.
 */
export async function keepSameLessons(
  transaction: Transaction,
  owner: { readonly unit_id: string; readonly task_id: string },
  lessons: readonly WrittenLesson[],
): Promise<ReadonlyMap<number, string>> {
  const written = lessons
    .filter(({ status }) => status === "completed")
    .map(({ position, written_by, audio }) => ({
      position,
      written_by,
      audio_media_id: audio?.media_id ?? null,
    }));
  const kept = await sql<{ id: string; position: number }>`
    UPDATE lessons l SET flow_run_id = coalesce((SELECT id FROM flow_run_summaries
        WHERE task_id = ${owner.task_id}::uuid AND flow_key = 'lesson:' || l.position), l.flow_run_id)
    FROM jsonb_to_recordset(${JSON.stringify(written)}::jsonb)
      AS w (position int, written_by jsonb, audio_media_id uuid)
    WHERE l.unit_id = ${owner.unit_id}::uuid AND l.position = w.position AND l.status = 'completed'
      AND l.written_by = w.written_by AND l.written_by <> '{}'::jsonb
      AND l.audio_media_id IS NOT DISTINCT FROM w.audio_media_id
    RETURNING l.id, l.position`.execute(transaction);
  const ids = kept.rows.map(({ id }) => id);
  await sql`
    DELETE FROM lessons WHERE unit_id = ${owner.unit_id}::uuid AND id <> ALL(${ids}::uuid[])`.execute(
    transaction,
  );
  return new Map(kept.rows.map(({ id, position }) => [position, id]));
}

/** Links the lesson to the flow run of its task that wrote it. */
export async function insertLesson(
  transaction: Transaction,
  owner: { readonly unit_id: string; readonly task_id: string },
  lesson: WrittenLesson,
): Promise<string> {
  const json = (value: unknown) => sql`${JSON.stringify(value)}::jsonb`;
  const inserted = await sql<{ id: string }>`
    INSERT INTO lessons (unit_id, position, title, objective, learning_objective_ids, status, transcript, body, review,
      exercises, quality, audio_media_id, audio_seconds, flow_run_id, written_by, author, error_code, error_message, guidance)
    VALUES (${owner.unit_id}::uuid, ${lesson.position}, ${lesson.title}, ${lesson.objective},
      ${json(lesson.learning_objective_ids)}, ${lesson.status}, ${lesson.transcript}, ${json(lesson.body)},
      ${lesson.review}, ${json(lesson.exercises)}, ${json(lesson.quality)}, ${lesson.audio?.media_id ?? null}::uuid,
      ${lesson.audio?.seconds ?? null}::numeric,
      (SELECT id FROM flow_run_summaries
        WHERE task_id = ${owner.task_id}::uuid AND flow_key = ${`lesson:${lesson.position}`}),
      ${json(lesson.written_by)}, ${lesson.author}, ${lesson.error_code}, ${lesson.error_message},
      ${lesson.guidance ?? null})
    RETURNING id`.execute(transaction);
  const row = inserted.rows[0];
  if (row === undefined) throw new Error("INSERT INTO lessons returned no row");
  return row.id;
}

/**
 * Writes a lesson over the one with this id, in the same place of the unit; null when that is gone. Its reviews start anew. Answers
 * what the former one showed.
 */
export async function replaceLessonRow(
  transaction: Transaction,
  owner: { readonly unit_id: string; readonly task_id: string },
  lesson_id: string,
  lesson: WrittenLesson,
): Promise<{ audio_media_id: string | null } | null> {
  const json = (value: unknown) => sql`${JSON.stringify(value)}::jsonb`;
  const found = await sql<{ audio_media_id: string | null }>`
    WITH former AS (
      SELECT id, audio_media_id FROM lessons
      WHERE id = ${lesson_id}::uuid AND unit_id = ${owner.unit_id}::uuid AND position = ${lesson.position}
      FOR NO KEY UPDATE
    )
    UPDATE lessons l SET title = ${lesson.title}, objective = ${lesson.objective},
      learning_objective_ids = ${json(lesson.learning_objective_ids)}, status = ${lesson.status},
      transcript = ${lesson.transcript}, body = ${json(lesson.body)}, review = ${lesson.review},
      exercises = ${json(lesson.exercises)}, quality = ${json(lesson.quality)},
      audio_media_id = ${lesson.audio?.media_id ?? null}::uuid, audio_seconds = ${lesson.audio?.seconds ?? null}::numeric,
      flow_run_id = (SELECT id FROM flow_run_summaries
        WHERE task_id = ${owner.task_id}::uuid AND flow_key = ${`lesson:${lesson.position}`}),
      written_by = ${json(lesson.written_by)}, author = ${lesson.author}, error_code = ${lesson.error_code},
      error_message = ${lesson.error_message}, guidance = ${lesson.guidance ?? null},
      content_version = l.content_version + 1
    FROM former WHERE l.id = former.id
    RETURNING former.audio_media_id`.execute(transaction);
  return found.rows[0] ?? null;
}

export type LessonState = Pick<
  FinishedLesson,
  "position" | "title" | "status" | "error_code" | "error_message"
>;

/** How the unit's lessons ended, in order. */
export async function listLessonStates(transaction: Transaction, unit_id: string): Promise<LessonState[]> {
  const found = await sql<LessonState>`
    SELECT position, title, status, error_code, error_message FROM lessons
    WHERE unit_id = ${unit_id}::uuid ORDER BY position`.execute(transaction);
  return found.rows;
}

export async function findLessonPlace(
  transaction: Transaction,
  lesson_id: string,
): Promise<{ unit_id: string; position: number } | null> {
  const found = await sql<{ unit_id: string; position: number }>`
    SELECT unit_id, position FROM lessons WHERE id = ${lesson_id}::uuid`.execute(transaction);
  return found.rows[0] ?? null;
}

/** What people asked of single lessons, by position. */
export async function listGuidance(
  transaction: Transaction,
  unit_id: string,
): Promise<Record<string, string>> {
  const found = await sql<{ position: number; guidance: string }>`
    SELECT position, guidance FROM lessons
    WHERE unit_id = ${unit_id}::uuid AND guidance IS NOT NULL ORDER BY position`.execute(transaction);
  return Object.fromEntries(found.rows.map(({ position, guidance }) => [String(position), guidance]));
}

export interface ReviewCounts {
  readonly approved_lessons: number;
  readonly draft_lessons: number;
  readonly rejected_lessons: number;
  readonly approved_exercises: number;
  readonly draft_exercises: number;
  readonly rejected_exercises: number;
}

/**
 * Counts what learners would see. An exercise counts as approved only inside an approved lesson; one inside a lesson
 * that stays out is a draft, unless it was rejected itself.
 */
export async function countReviews(database: Database | Transaction, unit_id: string): Promise<ReviewCounts> {
  const counted = await sql<ReviewCounts>`
    WITH own AS (
      SELECT id, review, exercises FROM lessons WHERE unit_id = ${unit_id}::uuid AND status = 'completed'
    ), items AS (
      SELECT own.review AS lesson_review, e ->> 'review' AS review
      FROM own, jsonb_array_elements(own.exercises) e
    )
    SELECT
      (SELECT count(*) FROM own WHERE review = 'approved')::int AS approved_lessons,
      (SELECT count(*) FROM own WHERE review = 'draft')::int AS draft_lessons,
      (SELECT count(*) FROM own WHERE review = 'rejected')::int AS rejected_lessons,
      (SELECT count(*) FROM items WHERE review = 'approved' AND lesson_review = 'approved')::int AS approved_exercises,
      (SELECT count(*) FROM items WHERE review = 'draft' OR (review = 'approved' AND lesson_review = 'draft'))::int
        AS draft_exercises,
      (SELECT count(*) FROM items WHERE review = 'rejected' OR (review = 'approved' AND lesson_review = 'rejected'))::int
        AS rejected_exercises`.execute(database);
  const row = counted.rows[0];
  if (row === undefined) throw new Error("An aggregate without GROUP BY returned no row");
  return row;
}
