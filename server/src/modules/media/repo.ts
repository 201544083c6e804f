import { sql } from "kysely";
import type { Database, Transaction } from "../../platform/database.ts";
import { type Media, mediaSchema, type StoredMedia } from "./models.ts";

export type MediaRepo = ReturnType<typeof createMediaRepo>;

export interface NewMedia extends StoredMedia {
  readonly made_by_llm_request_id: string | null;
}

/** A unit that continues one lineage in another. */
export interface InheritedUses {
  readonly unit_id: string;
  readonly from_lineage_id: string;
  readonly to_lineage_id: string;
}

/** Media that a recorded step of the unit's lineage names. */
export interface MediaUse {
  readonly unit_id: string;
  readonly lineage_id: string;
  readonly media_id: string;
}

/** Media `m` that no unit or lesson shows, and no recorded step of a lineage that a unit would resume. */
const isUnused = sql<boolean>`
  NOT EXISTS (SELECT 1 FROM unit_summaries u WHERE u.cover_media_id = m.id)
  AND NOT EXISTS (SELECT 1 FROM unit_summaries u WHERE u.podcast_media_id = m.id)
  AND NOT EXISTS (SELECT 1 FROM lesson_summaries l WHERE l.audio_media_id = m.id)
  AND NOT EXISTS (SELECT 1 FROM media_uses s JOIN unit_summaries u ON u.id = s.unit_id AND u.lineage_id = s.lineage_id
    WHERE s.media_id = m.id)
  AND NOT EXISTS (SELECT 1 FROM media_requests k WHERE k.media_id = m.id AND k.kept_until > clock_timestamp())`;

/** The statements on tables `media` and `media_uses`. */
export function createMediaRepo(database: Database) {
  return {
    /**
     * Bytes that are known already give their first row back, unchanged. The update of nothing is there
     * because ON CONFLICT DO NOTHING would neither return the row nor lock it against its deletion.
     */
    async insertMedia(transaction: Transaction, media: NewMedia): Promise<Media> {
      const row = await transaction
        .insertInto("media")
        .values(media)
        .onConflict((conflict) =>
          conflict.column("sha256").doUpdateSet((excluded) => ({ sha256: excluded.ref("excluded.sha256") })),
        )
        .returningAll()
        .executeTakeFirstOrThrow();
      return mediaSchema.parse(row);
    },

    /** Keeps the media for the task's unit and lineage; nothing when the unit was deleted. */
    async insertUse(transaction: Transaction, media_id: string, task_id: string): Promise<void> {
      await sql`
        INSERT INTO media_uses (media_id, unit_id, lineage_id)
        SELECT ${media_id}::uuid, unit_id, lineage_id FROM task_summaries
        WHERE id = ${task_id}::uuid AND unit_id IS NOT NULL
        ON CONFLICT DO NOTHING`.execute(transaction);
    },

    /** Remembers which request brought the media, and how long they are kept for it alone. */
    async insertRequest(
      transaction: Transaction,
      media_id: string,
      llm_request_id: string,
      keepDays: number | null,
    ): Promise<void> {
      await sql`
        INSERT INTO media_requests (llm_request_id, media_id, kept_until)
        VALUES (${llm_request_id}, ${media_id}, clock_timestamp() + ${keepDays}::int * interval '1 day')
        ON CONFLICT DO NOTHING`.execute(transaction);
    },

    /** Gives a lineage the uses of the one that it continues. Reads the primary key. */
    async copyUses(transaction: Transaction, uses: InheritedUses): Promise<void> {
      await sql`
        INSERT INTO media_uses (media_id, unit_id, lineage_id)
        SELECT media_id, unit_id, ${uses.to_lineage_id}::uuid FROM media_uses
        WHERE unit_id = ${uses.unit_id}::uuid AND lineage_id = ${uses.from_lineage_id}::uuid
        ON CONFLICT DO NOTHING`.execute(transaction);
    },

    async deleteUse(transaction: Transaction, use: MediaUse): Promise<void> {
      await sql`
        DELETE FROM media_uses WHERE unit_id = ${use.unit_id}::uuid AND lineage_id = ${use.lineage_id}::uuid
          AND media_id = ${use.media_id}::uuid`.execute(transaction);
    },

    /** By primary key. */
    async findMedia(id: string): Promise<Media | null> {
      const row = await database.selectFrom("media").selectAll().where("id", "=", id).executeTakeFirst();
      return row === undefined ? null : mediaSchema.parse(row);
    },

    /** In order of the ids, so that two removals cannot wait for each other. */
    async lockMedia(transaction: Transaction, ids: readonly string[]): Promise<void> {
      await sql`SELECT 1 FROM media WHERE id = ANY(${[...ids]}::uuid[]) ORDER BY id FOR UPDATE`.execute(
        transaction,
      );
    },

    /**
     * The caller has locked the rows in a statement before, so that this one sees every use of them. Each id is looked up in
     * `units_cover_media`, `units_podcast_media`, `lessons_audio_media` and `media_uses_media`: 176 pages for 15 ids.
     */
    async deleteUnused(transaction: Transaction, ids: readonly string[]): Promise<Media[]> {
      const deleted = await sql<Media>`
        DELETE FROM media m WHERE m.id = ANY(${[...ids]}::uuid[]) AND ${isUnused} RETURNING m.*`.execute(
        transaction,
      );
      return deleted.rows.map((row) => mediaSchema.parse(row));
    },

    /**
     * Oldest first, made before the last `age_ms`. Walks the same indexes side by side, all of them when little is unused: 0.13 s
     * for 100,000 rows, so for a daily pass.
     */
    async listUnused(age_ms: number, limit: number): Promise<string[]> {
      const found = await sql<{ id: string }>`
        SELECT m.id FROM media m
        WHERE m.created_at < clock_timestamp() - ${age_ms}::int * interval '1 millisecond' AND ${isUnused}
        ORDER BY m.id LIMIT ${limit}`.execute(database);
      return found.rows.map(({ id }) => id);
    },
  };
}
