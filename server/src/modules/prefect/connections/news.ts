import type { ConnectionHealth } from "./models.ts";

/** What was found out about a connection; absent fields stay. Times are the database's. */
export interface ConnectionNews {
  readonly health?: ConnectionHealth;
  /** One sentence; null while all is well. Written with `health` only. */
  readonly health_reason?: string | null;
  readonly version_found?: string;
  /** True: a usable answer came just now. */
  readonly is_ok?: boolean;
  /** Rows are as Prefect had them at this moment. */
  readonly last_sync_at?: string;
  readonly lag_ms?: number;
}
