import { sql } from "kysely";
import type { Database, Transaction } from "../../../platform/database.ts";
import { type Anchor, type EntryContent, hashContent } from "../chain.ts";

/** What the last removal left; null when nothing was removed. Index: `audit_anchors_pkey`. */
export async function findAnchor(database: Database | Transaction): Promise<Anchor | null> {
  const { rows } = await sql<Anchor>`
    SELECT seq, id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS exact_at, content_sha256, previous_hash, hash
    FROM audit_anchors ORDER BY seq DESC LIMIT 1`.execute(database);
  return rows[0] ?? null;
}

/** Whether this transaction is the only one of all servers that removes entries; holds until it ends. */
export async function takeTrimLock(transaction: Transaction): Promise<boolean> {
  const { rows } = await sql<{ is_taken: boolean }>`
    SELECT pg_try_advisory_xact_lock(hashtextextended('coursewright.audit_log.trim', 0)) AS is_taken`.execute(
    transaction,
  );
  return rows[0]?.is_taken ?? false;
}

/** The moment that many days ago by the database's clock, as `exact_at` is written. */
export async function readMomentAgo(database: Database | Transaction, days: number): Promise<string> {
  const { rows } = await sql<{ exact_at: string }>`
    SELECT to_char((clock_timestamp() - make_interval(days => ${days})) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS exact_at`.execute(
    database,
  );
  // One row, always.
  return rows[0]?.exact_at ?? "";
}

/** Removes every entry up to `last` and writes `content` about it into the chain. */
export async function removeUpTo(
  transaction: Transaction,
  last: EntryContent & { readonly seq: number },
  content: EntryContent,
): Promise<void> {
  await sql`
    SELECT trim_audit_log(
      ${last.seq}::bigint, ${hashContent(last)}::bytea, ${JSON.stringify(content)}::jsonb, ${hashContent(content)}::bytea
    )`.execute(transaction);
}

/** Between what the log holds entries. Indexes: `audit_log_pkey`, `audit_anchors_pkey`. */
export async function findExtent(
  database: Database,
): Promise<{ newest_seq: number; since: string | null; removed: number }> {
  const { rows } = await sql<{ newest_seq: number; since: string | null; removed: number }>`
    SELECT coalesce((SELECT max(seq) FROM audit_log), 0) AS newest_seq,
      (SELECT at FROM audit_log ORDER BY seq LIMIT 1) AS since,
      coalesce((SELECT max(seq) FROM audit_anchors), 0) AS removed`.execute(database);
  return rows[0] ?? { newest_seq: 0, since: null, removed: 0 };
}
