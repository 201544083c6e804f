import type pg from "pg";
import { hugeRequest, hugeText } from "./huge-payload.ts";
import { seededStatements } from "./seed-statements.ts";

/** How many rows `seedPages` writes. */
export const seededRows = {
  units: 20_000,
  lessons: 60_000,
  tasks: 60_000,
  flow_runs: 100_000,
  flow_step_runs: 1_000_000,
  llm_requests: 1_000_000,
} as const;

/** What the pages are measured with beside the rows. */
export interface SeededPlaces {
  /** A flow run whose input is a JSON of 20 MB, with one line of 1 MB in it. */
  readonly hugeFlowRunId: string;
}

/**
 * Fills a migrated, otherwise empty database with thirty days of work that ended: courses of three lessons, their tasks, flow
 * runs, steps and model calls, with failures, retries and unknown costs among them. Payloads are there for the newest calls
 * only, as retention leaves them. Triggers and foreign keys are off while it writes; the connection's user must be a
 * superuser. Ends with VACUUM ANALYZE.
 */
export async function seedPages(pool: pg.Pool, report: (words: string) => void): Promise<SeededPlaces> {
  const client = await pool.connect();
  try {
    await client.query("SET session_replication_role = replica");
    await client.query("SET maintenance_work_mem = '256MB'");
    for (const { words, sql } of seededStatements(seededRows)) {
      const begin = performance.now();
      await client.query(sql);
      report(`${words}: ${((performance.now() - begin) / 1000).toFixed(1)} s`);
    }
    const newest = await client.query<{ id: string }>("SELECT id FROM flow_runs ORDER BY id DESC LIMIT 1");
    const hugeFlowRunId = newest.rows[0]?.id;
    if (hugeFlowRunId === undefined) throw new Error("No flow run was written");
    await client.query("DELETE FROM payloads_flow_runs WHERE owner_id = $1 AND part = 'input'", [
      hugeFlowRunId,
    ]);
    await client.query(
      "INSERT INTO payloads_flow_runs (owner_id, part, content_zstd, characters) VALUES ($1, 'input', $2, $3)",
      [hugeFlowRunId, hugeRequest(), hugeText().length],
    );
    await client.query("SET session_replication_role = DEFAULT");
    await client.query("VACUUM (ANALYZE)");
    return { hugeFlowRunId };
  } finally {
    client.release();
  }
}
