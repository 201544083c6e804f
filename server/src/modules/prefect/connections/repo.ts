import { type RawBuilder, sql } from "kysely";
import type { Database, Transaction } from "../../../platform/database.ts";
import { deriveUiUrl } from "./address.ts";
import type { Connection } from "./models.ts";
import type { ConnectionNews } from "./news.ts";
import type { StoredCredentials } from "./secrets.ts";

/** What is configured, with the encrypted secret. */
export interface StoredConnection extends StoredCredentials {
  readonly id: string;
  readonly lock_key: number;
  readonly name: string;
  readonly base_url: string;
  readonly ui_url: string | null;
  readonly filter_tags: readonly string[];
  readonly filter_deployment_ids: readonly string[];
  readonly is_from_environment: boolean;
  readonly disabled_at: string | null;
  readonly settings_version: number;
}

/** What a writer decides. */
export interface ConnectionSettings
  extends Pick<
    StoredConnection,
    | "id"
    | "name"
    | "base_url"
    | "ui_url"
    | "auth_kind"
    | "auth_encrypted"
    | "filter_tags"
    | "filter_deployment_ids"
    | "is_from_environment"
  > {}

const storedColumns = sql`id, lock_key, name, base_url, ui_url, auth_kind, auth_encrypted, filter_tags, filter_deployment_ids,
  is_from_environment, disabled_at, settings_version`;

// Rows that are told to browsers at every look would be most of the change stream.
const leastNewsInterval = sql`interval '2 seconds'`;

async function selectConnections(
  database: Database | Transaction,
  where: RawBuilder<unknown>,
): Promise<Connection[]> {
  const { rows } = await sql<Connection>`
    SELECT c.id, c.kind, c.name, c.base_url, c.ui_url, c.auth_kind, c.filter_tags, c.filter_deployment_ids,
      c.is_from_environment, c.disabled_at, c.health, c.health_since,
      coalesce(c.health_reason, CASE WHEN c.disabled_at IS NULL THEN c.carrier_problem END) AS health_reason, c.version_found, c.last_ok_at,
      c.last_sync_at, c.lag_ms, r.live_runs, c.created_at, c.updated_at, c.version
    FROM connections c
    CROSS JOIN LATERAL (
      SELECT count(*)::int AS live_runs FROM flow_run_summaries
      WHERE connection_id = c.id AND parent_flow_run_id IS NULL AND status IN ('pending', 'running', 'paused')
    ) r
    WHERE c.removed_at IS NULL AND ${where}
    ORDER BY lower(c.name)`.execute(database);
  return rows.map((row) => ({ ...row, ui_url: row.ui_url ?? deriveUiUrl(row.base_url) }));
}

/** Those that are not removed, by name. Live runs are counted by `flow_runs_external_live`. */
export function listConnections(database: Database | Transaction): Promise<Connection[]> {
  return selectConnections(database, sql`true`);
}

/** Those of the ids that are not removed. Indexes: `connections_pkey`, `flow_runs_external_live`. */
export function listConnectionsById(
  database: Database | Transaction,
  ids: readonly string[],
): Promise<Connection[]> {
  return selectConnections(database, sql`c.id = ANY(${ids}::uuid[])`);
}

/** Neither disabled nor removed; there are some fifty rows in all. */
export async function listStoredEnabled(database: Database): Promise<StoredConnection[]> {
  const { rows } = await sql<StoredConnection>`
    SELECT ${storedColumns} FROM connections WHERE removed_at IS NULL AND disabled_at IS NULL
    ORDER BY lock_key`.execute(database);
  return rows;
}

/** Null when there is none or it is removed. Index: `connections_pkey`. */
export async function findStored(
  database: Database | Transaction,
  id: string,
  lock = false,
): Promise<StoredConnection | null> {
  const { rows } = await sql<StoredConnection>`
    SELECT ${storedColumns} FROM connections
    WHERE id = ${id}::uuid AND removed_at IS NULL ${lock ? sql`FOR UPDATE` : sql``}`.execute(database);
  return rows[0] ?? null;
}

/** The one that the environment set; null when there is none. Index: `connections_environment`. */
export async function findStoredDefault(transaction: Transaction): Promise<StoredConnection | null> {
  const { rows } = await sql<StoredConnection>`
    SELECT ${storedColumns} FROM connections
    WHERE is_from_environment AND removed_at IS NULL FOR UPDATE`.execute(transaction);
  return rows[0] ?? null;
}

/** The one of the environment that was removed last and led to this address. */
export async function findRemovedDefault(
  transaction: Transaction,
  base_url: string,
): Promise<StoredConnection | null> {
  const { rows } = await sql<StoredConnection>`
    SELECT ${storedColumns} FROM connections
    WHERE is_from_environment AND removed_at IS NOT NULL AND base_url = ${base_url}
    ORDER BY removed_at DESC LIMIT 1 FOR UPDATE`.execute(transaction);
  return rows[0] ?? null;
}

/** Others that add connections wait for the caller's transaction. */
export async function lockAdding(transaction: Transaction): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended('connections', 0))`.execute(transaction);
}

/** How many people added, and an id for the next one, to which its secret is bound. */
export async function countConnections(
  transaction: Transaction,
): Promise<{ readonly count: number; readonly next_id: string }> {
  const { rows } = await sql<{ count: number; next_id: string }>`
    SELECT (SELECT count(*) FROM connections WHERE removed_at IS NULL AND NOT is_from_environment)::int AS count,
      uuidv7() AS next_id`.execute(transaction);
  const [row] = rows;
  if (row === undefined) throw new Error("A count of connections returned no row");
  return row;
}

/** The first of the names that no other connection has, without case. Index: `connections_name`. */
export async function findFreeName(
  transaction: Transaction,
  names: readonly string[],
): Promise<string | null> {
  const { rows } = await sql<{ name: string }>`
    SELECT n.name FROM unnest(${names}::text[]) WITH ORDINALITY n (name, place)
    WHERE NOT EXISTS (SELECT 1 FROM connections c WHERE lower(c.name) = lower(n.name) AND c.removed_at IS NULL)
    ORDER BY n.place LIMIT 1`.execute(transaction);
  return rows[0]?.name ?? null;
}

/** A taken name violates `connections_name`. */
export async function insertConnection(
  transaction: Transaction,
  settings: ConnectionSettings,
): Promise<void> {
  const { id, name, base_url, ui_url, auth_kind, auth_encrypted, filter_tags, filter_deployment_ids } =
    settings;
  await sql`
    INSERT INTO connections (id, name, base_url, ui_url, auth_kind, auth_encrypted, filter_tags, filter_deployment_ids,
      is_from_environment)
    VALUES (${id}, ${name}, ${base_url}, ${ui_url}, ${auth_kind}, ${auth_encrypted}, ${unique(filter_tags)}::text[],
      ${unique(filter_deployment_ids)}::uuid[], ${settings.is_from_environment})`.execute(transaction);
}

/**
 * Writes settings, also into a removed row, which is none any more. `begins_anew`: what is known of the server's answers is
 * void, and those who watch begin again. A taken name violates `connections_name`. Index: `connections_pkey`.
 */
export async function updateConnection(
  transaction: Transaction,
  settings: ConnectionSettings,
  change: { readonly is_enabled: boolean; readonly begins_anew: boolean },
): Promise<void> {
  const { id, name, base_url, ui_url, auth_kind, auth_encrypted, filter_tags, filter_deployment_ids } =
    settings;
  const { is_enabled, begins_anew } = change;
  const health = sql`CASE WHEN NOT ${is_enabled}::boolean THEN 'disabled' WHEN ${begins_anew}::boolean THEN 'connecting' ELSE health END`;
  await sql`
    UPDATE connections SET name = ${name}, base_url = ${base_url}, ui_url = ${ui_url}, auth_kind = ${auth_kind},
      auth_encrypted = ${auth_encrypted}, filter_tags = ${unique(filter_tags)}::text[],
      filter_deployment_ids = ${unique(filter_deployment_ids)}::uuid[], removed_at = NULL,
      disabled_at = CASE WHEN ${is_enabled}::boolean THEN NULL ELSE coalesce(disabled_at, clock_timestamp()) END,
      settings_version = settings_version + ${begins_anew ? 1 : 0}, health = ${health},
      health_since = CASE WHEN health = ${health} THEN health_since ELSE clock_timestamp() END,
      health_reason = CASE WHEN ${begins_anew}::boolean THEN NULL ELSE health_reason END,
      version_found = CASE WHEN base_url = ${base_url} THEN version_found END,
      lag_ms = CASE WHEN ${begins_anew}::boolean THEN NULL ELSE lag_ms END
    WHERE id = ${id}::uuid`.execute(transaction);
}

/** The mirror begins from the start: how far it was belongs to another server or to other filters. */
export async function deleteCursors(transaction: Transaction, id: string): Promise<void> {
  await sql`DELETE FROM connection_cursors WHERE connection_id = ${id}::uuid`.execute(transaction);
}

/** Keeps the row as a name for what came from it, without its secret. */
export async function removeConnection(transaction: Transaction, id: string): Promise<void> {
  await sql`
    UPDATE connections SET removed_at = clock_timestamp(), auth_encrypted = NULL,
      health = 'disabled', health_since = CASE WHEN health = 'disabled' THEN health_since ELSE clock_timestamp() END,
      health_reason = NULL, settings_version = settings_version + 1
    WHERE id = ${id}::uuid`.execute(transaction);
}

/**
 * Writes what is new, in one statement; whether there was anything. A disabled or removed connection has no news. Times and
 * lags alone are written every two seconds at most. Index: `connections_pkey`.
 */
export async function tellConnection(database: Database, id: string, news: ConnectionNews): Promise<boolean> {
  const health = sql`${news.health ?? null}::text`;
  const reason = sql`${news.health === undefined ? null : (news.health_reason ?? null)}::text`;
  const version = sql`${news.version_found ?? null}::text`;
  const syncedAt = sql`${news.last_sync_at ?? null}::timestamptz`;
  const lag = sql`${news.lag_ms === undefined ? null : Math.max(0, Math.round(news.lag_ms))}::int`;
  const isOk = sql`${news.is_ok === true}::boolean`;
  const isDue = sql`updated_at < clock_timestamp() - ${leastNewsInterval}`;
  const { rows } = await sql`
    UPDATE connections SET
      health = coalesce(${health}, health),
      health_since = CASE WHEN ${health} <> health THEN clock_timestamp() ELSE health_since END,
      health_reason = CASE WHEN ${health} IS NULL THEN health_reason ELSE ${reason} END,
      version_found = coalesce(${version}, version_found),
      last_ok_at = CASE WHEN ${isOk} THEN clock_timestamp() ELSE last_ok_at END,
      last_sync_at = greatest(${syncedAt}, last_sync_at),
      lag_ms = coalesce(${lag}, lag_ms)
    WHERE id = ${id}::uuid AND removed_at IS NULL AND disabled_at IS NULL AND (
      ${health} <> health
      OR (${health} IS NOT NULL AND ${reason} IS DISTINCT FROM health_reason)
      OR (${version} IS NOT NULL AND ${version} IS DISTINCT FROM version_found)
      OR (${isOk} AND (last_ok_at IS NULL OR ${isDue}))
      OR (${syncedAt} IS NOT NULL AND (last_sync_at IS NULL OR (${syncedAt} > last_sync_at AND ${isDue})))
      OR (${lag} IS NOT NULL AND (lag_ms IS NULL OR (${lag} <> lag_ms AND ${isDue})))
    )
    RETURNING 1`.execute(database);
  return rows.length > 0;
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
