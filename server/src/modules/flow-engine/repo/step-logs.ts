import { sql } from "kysely";
import type { Database } from "../../../platform/database.ts";
import type { LogLevel } from "../public.ts";

export interface LogEntry {
  readonly flow_run_id: string;
  readonly step_run_id: string | null;
  readonly level: LogLevel;
  readonly message: string;
  /** JSON text of an object. */
  readonly fields: string;
  /** How long ago it was written, so that its time is the database's. */
  readonly age_ms: number;
}

export async function insertLogs(database: Database, entries: readonly LogEntry[]): Promise<void> {
  await sql`
    INSERT INTO step_logs (flow_run_id, step_run_id, at, level, message, fields)
    SELECT flow_run_id, step_run_id, clock_timestamp() - age_ms * interval '1 millisecond', level, message, fields
    FROM jsonb_to_recordset(${JSON.stringify(entries.map(({ fields, ...rest }) => ({ ...rest, fields: JSON.parse(fields) })))}::jsonb)
      AS e (flow_run_id uuid, step_run_id uuid, age_ms float8, level text, message text, fields jsonb)`.execute(
    database,
  );
}
