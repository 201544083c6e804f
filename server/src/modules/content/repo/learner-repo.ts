import { sql } from "kysely";
import type { Database } from "../../../platform/database.ts";
import { countCap, type Page, pageFrom } from "../../../platform/page.ts";
import type { Exercise } from "../models.ts";

/** A published unit; lessons and exercises counted are approved ones only. */
export interface PublishedUnitRow {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly learner_level: string;
  readonly author: string | null;
  readonly learning_objectives: {
    readonly id: string;
    readonly text: string;
    readonly bloom_level: string;
  }[];
  readonly lesson_count: number;
  readonly cover_media_id: string | null;
  readonly cover_alt: string | null;
  readonly podcast_media_id: string | null;
  readonly podcast_seconds: number | null;
  readonly content_version: number;
  readonly published_at: string;
}

export interface PublishedLessonRow {
  readonly id: string;
  readonly unit_id: string;
  readonly position: number;
  readonly title: string;
  readonly objective: string;
  readonly author: string | null;
  readonly transcript: string;
  readonly body: unknown;
  readonly exercises: Exercise[];
  readonly audio_media_id: string | null;
  readonly audio_seconds: number | null;
  readonly content_version: number;
}

const publishedUnit = sql`
  SELECT u.id, u.title, u.description, u.learner_level, u.author, u.learning_objectives, u.cover_media_id, u.cover_alt,
    u.podcast_media_id, u.podcast_seconds, u.content_version, u.published_at,
    (SELECT count(*) FROM lessons l
      WHERE l.unit_id = u.id AND l.status = 'completed' AND l.review = 'approved')::int AS lesson_count
  FROM units u`;

/** Newest first. Index: `units_published`. */
export async function listPublishedUnits(
  database: Database,
  page: { readonly limit: number; readonly after: string | null },
): Promise<Page<PublishedUnitRow>> {
  const after = page.after === null ? sql`true` : sql`u.id < ${page.after}::uuid`;
  const rows = await sql<PublishedUnitRow>`
    ${publishedUnit} WHERE u.published_at IS NOT NULL AND ${after}
    ORDER BY u.id DESC LIMIT ${page.limit + 1}`.execute(database);
  const total = await sql<{ total: number }>`
    SELECT count(*)::int AS total
    FROM (SELECT 1 FROM units WHERE published_at IS NOT NULL LIMIT ${countCap + 1}) counted`.execute(
    database,
  );
  return pageFrom(rows.rows, page.limit, total.rows[0]?.total ?? 0);
}

export async function findPublishedUnit(
  database: Database,
  unit_id: string,
): Promise<PublishedUnitRow | null> {
  const found = await sql<PublishedUnitRow>`
    ${publishedUnit} WHERE u.id = ${unit_id}::uuid AND u.published_at IS NOT NULL`.execute(database);
  return found.rows[0] ?? null;
}

const publishedLesson = sql`
  SELECT l.id, l.unit_id, l.position, l.title, l.objective, l.author, l.transcript, l.body, l.audio_media_id,
    l.audio_seconds, l.content_version,
    coalesce((SELECT jsonb_agg(e ORDER BY place) FROM jsonb_array_elements(l.exercises) WITH ORDINALITY AS t (e, place)
      WHERE e ->> 'review' = 'approved'), '[]'::jsonb) AS exercises
  FROM lessons l JOIN units u ON u.id = l.unit_id
  WHERE u.published_at IS NOT NULL AND l.status = 'completed' AND l.review = 'approved'`;

export async function listPublishedLessons(
  database: Database,
  unit_id: string,
): Promise<PublishedLessonRow[]> {
  const found = await sql<PublishedLessonRow>`
    ${publishedLesson} AND l.unit_id = ${unit_id}::uuid ORDER BY l.position`.execute(database);
  return found.rows;
}

export async function findPublishedLesson(
  database: Database,
  lesson_id: string,
): Promise<PublishedLessonRow | null> {
  const found = await sql<PublishedLessonRow>`${publishedLesson} AND l.id = ${lesson_id}::uuid`.execute(
    database,
  );
  return found.rows[0] ?? null;
}

/** Index: `units_cover_media`, `units_podcast_media`, `lessons_audio_media`. */
export async function isPublishedMedia(database: Database, media_id: string): Promise<boolean> {
  const found = await sql<{ is_published: boolean }>`
    SELECT EXISTS (SELECT 1 FROM units u WHERE u.cover_media_id = ${media_id}::uuid AND u.published_at IS NOT NULL)
      OR EXISTS (SELECT 1 FROM units u WHERE u.podcast_media_id = ${media_id}::uuid AND u.published_at IS NOT NULL)
      OR EXISTS (SELECT 1 FROM lessons l JOIN units u ON u.id = l.unit_id
        WHERE l.audio_media_id = ${media_id}::uuid AND l.status = 'completed' AND l.review = 'approved'
          AND u.published_at IS NOT NULL) AS is_published`.execute(database);
  return found.rows[0]?.is_published === true;
}
