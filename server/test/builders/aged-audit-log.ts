import { createHash } from "node:crypto";
import { type RawBuilder, sql } from "kysely";
import { hashContent } from "../../src/modules/audit/chain.ts";
import { listChain } from "../../src/modules/audit/repo/writing.ts";
import { canonicalJson } from "../../src/platform/canonical-json.ts";
import type { Database } from "../../src/platform/database.ts";

const dayMs = 86_400_000;

/** What somebody with all rights in the database can do: triggers are off, keys are not checked. */
export async function tamper(
  database: Database,
  ...statements: readonly RawBuilder<unknown>[]
): Promise<void> {
  await database.connection().execute(async (connection) => {
    await sql`SET session_replication_role = replica`.execute(connection);
    for (const statement of statements) await statement.execute(connection);
    await sql`SET session_replication_role = origin`.execute(connection);
  });
}

/** Makes the log as if what stands in it now, at most 100,000 entries, had been written `days` earlier; its chain is whole. */
export async function ageAuditLog(database: Database, days: number): Promise<void> {
  const entries = await listChain(database, 0, 100_000);
  let previous = entries[0]?.previous_hash ?? Buffer.alloc(32);
  const updates = entries.map((entry) => {
    const moment = new Date(Date.parse(`${entry.exact_at.slice(0, 23)}Z`) - days * dayMs);
    const at = moment.toISOString().slice(0, 23) + entry.exact_at.slice(23);
    const content_sha256 = hashContent(entry).toString("hex");
    const head = canonicalJson({ at, content_sha256, id: entry.id, seq: entry.seq });
    const hash = createHash("sha256").update(previous).update(head).digest();
    const update = sql`
      UPDATE audit_log SET at = ${at}::timestamptz, previous_hash = ${previous}, hash = ${hash} WHERE seq = ${entry.seq}`;
    previous = hash;
    return update;
  });
  await tamper(database, ...updates);
}
