import { sql } from "kysely";
import type { Database } from "../../../platform/database.ts";
import type { KeptMedia, Replay, SeenModel } from "../models.ts";

/** Reads what belongs to replays: those of a request, the models to choose from, the media that a request brought. */
export interface ReplayRepo {
  /** The last attempt of each replay, newest first, at most 50. */
  listReplays(request_id: string): Promise<Replay[]>;
  /** Kinds and models among the newest requests of each model. */
  listSeenModels(): Promise<Omit<SeenModel, "is_configured">[]>;
  /** The recording or picture that came with the answer and is still kept. */
  findMedia(request_id: string): Promise<KeptMedia | null>;
}

/** More models than anybody chooses from. */
const mostModels = 100;
const newestOfModel = 200;

export function createReplayRepo(database: Database): ReplayRepo {
  return {
    async listReplays(request_id) {
      // Index: llm_requests_replays (replay_of_request_id, id DESC).
      const { rows } = await sql<Replay>`
        SELECT * FROM (
          SELECT DISTINCT ON (task_id) id, task_id, status, model, provider, cost_usd, created_at FROM (
            SELECT id, task_id, status, model, provider, cost_usd, created_at FROM llm_requests
            WHERE replay_of_request_id = ${request_id} ORDER BY id DESC LIMIT 500
          ) newest ORDER BY task_id, id DESC
        ) replays ORDER BY id DESC LIMIT 50`.execute(database);
      return rows;
    },
    async listSeenModels() {
      // Index: llm_requests_model (model, id DESC), walked from name to name.
      const names = await sql<{ model: string }>`
        WITH RECURSIVE names (model, place) AS (
          (SELECT model, 1 FROM llm_requests ORDER BY model LIMIT 1)
          UNION ALL
          SELECT (SELECT r.model FROM llm_requests r WHERE r.model > names.model ORDER BY r.model LIMIT 1), place + 1
          FROM names WHERE model IS NOT NULL AND place < ${mostModels}
        )
        SELECT model FROM names WHERE model IS NOT NULL`.execute(database);
      if (names.rows.length === 0) return [];
      // The same index; a branch for each name, because the planner has to know how many rows that one has.
      const newest = names.rows.map(
        ({ model }) => sql`
          (SELECT kind, provider, model FROM llm_requests WHERE model = ${model} ORDER BY id DESC LIMIT ${newestOfModel})`,
      );
      const { rows } = await sql<Omit<SeenModel, "is_configured">>`
        SELECT DISTINCT kind, provider, model FROM (${sql.join(newest, sql` UNION ALL `)}) seen
        WHERE provider <> 'offline' ORDER BY kind, model, provider`.execute(database);
      return rows;
    },
    async findMedia(request_id) {
      // Index: primary key of media_requests, behind the view.
      const { rows } = await sql<KeptMedia>`
        SELECT media_id, kind, mime, bytes, seconds, width, height FROM request_media
        WHERE llm_request_id = ${request_id} LIMIT 1`.execute(database);
      return rows[0] ?? null;
    },
  };
}
