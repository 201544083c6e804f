import { sql } from "kysely";
import type { Database, Transaction } from "../../../platform/database.ts";
import { type EntryContent, hashContent, type Place, type StoredEntry } from "../chain.ts";

/** Adds an entry behind the newest one; writers of all processes take turns. Of somebody whose places were erased none is kept. */
export async function appendEntry(
  database: Database | Transaction,
  content: EntryContent,
  place: Place | null,
): Promise<void> {
  const stored = place === null ? null : JSON.stringify({ ...place, salt: place.salt.toString("hex") });
  await sql`
    SELECT append_audit_entry(${JSON.stringify(content)}::jsonb, ${hashContent(content)}::bytea, ${stored}::jsonb,
      ${hashContent({ ...content, place_sha256: null })}::bytea)`.execute(database);
}

/** Removes where somebody was; the trigger wants an entry about it to stand in the log already. Index: `audit_log_actor`. */
export async function deletePlaces(transaction: Transaction, actor_id: string): Promise<void> {
  await sql`
    DELETE FROM audit_places WHERE seq IN (SELECT seq FROM audit_log WHERE actor_id = ${actor_id}::uuid)`.execute(
    transaction,
  );
}

/** The entries after `seq` in the order of the chain, at most `limit`. Index: `audit_log_pkey`. */
export async function listChain(
  database: Database | Transaction,
  seq: number,
  limit: number,
): Promise<StoredEntry[]> {
  const { rows } = await sql<StoredEntry>`
    SELECT l.seq, l.id, to_char(l.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS exact_at,
      l.actor_id, l.actor_kind, l.token_id, l.action, l.object_kind, l.object_id, l.result, l.code, l.request_id, l.details,
      encode(l.place_sha256, 'hex') AS place_sha256, l.previous_hash, l.hash,
      CASE WHEN p.seq IS NULL THEN NULL
        ELSE json_build_object('salt', encode(p.salt, 'hex'), 'address', p.address, 'user_agent', p.user_agent) END AS place
    FROM (SELECT * FROM audit_log WHERE seq > ${seq} ORDER BY seq LIMIT ${limit}) l
    LEFT JOIN audit_places p ON p.seq = l.seq
    ORDER BY l.seq`.execute(database);
  return rows.map((row) => ({
    ...row,
    // JSON carries the salt as hexadecimal digits.
    place: row.place && { ...row.place, salt: Buffer.from(String(row.place.salt), "hex") },
  }));
}

/** Up to which number the places of each person were erased. Index: `audit_log_action`. */
export async function listErasures(database: Database | Transaction): Promise<Map<string, number>> {
  const { rows } = await sql<{ actor_id: string; seq: number }>`
    SELECT object_id AS actor_id, max(seq) AS seq FROM audit_log
    WHERE action = 'user.erase_places' AND object_id IS NOT NULL GROUP BY object_id`.execute(database);
  return new Map(rows.map(({ actor_id, seq }) => [actor_id, seq]));
}

/** Hash of the newest entry as hexadecimal digits; null when there is none. Index: `audit_log_pkey`. */
export async function findHead(database: Database): Promise<string | null> {
  const { rows } = await sql<{ hash: string }>`
    SELECT encode(hash, 'hex') AS hash FROM audit_log ORDER BY seq DESC LIMIT 1`.execute(database);
  return rows[0]?.hash ?? null;
}
