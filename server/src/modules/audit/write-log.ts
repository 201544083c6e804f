import { randomBytes } from "node:crypto";
import type { AuditEntry } from "../../platform/audit-entry.ts";
import type { Database, Transaction } from "../../platform/database.ts";
import { loadedSecrets } from "../../platform/redaction.ts";
import { hashPlace } from "./chain.ts";
import { appendEntry, deletePlaces } from "./repo/writing.ts";

const saltBytes = 16;

/** Adds an entry; it is durable when this resolves. @throws TypeError for details without an exact JSON form */
export async function recordEntry(database: Database | Transaction, entry: AuditEntry): Promise<void> {
  // Cleaned before the hash: what the database is given without a secret must be what the chain holds. The form stays.
  const { address, user_agent, ...content } = loadedSecrets.json(entry) as AuditEntry;
  const isSomewhere = address !== null || user_agent !== null;
  const place = isSomewhere ? { salt: randomBytes(saltBytes), address, user_agent } : null;
  await appendEntry(
    database,
    {
      ...content,
      // As the columns give them back.
      actor_id: content.actor_id?.toLowerCase() ?? null,
      token_id: content.token_id?.toLowerCase() ?? null,
      place_sha256: place && hashPlace(place),
    },
    place,
  );
}

/** Removes where a person was; the entry about it comes first. Other writers wait until the transaction ends. */
export async function erasePlaces(transaction: Transaction, actor_id: string): Promise<void> {
  await recordEntry(transaction, {
    ...{ actor_id: null, actor_kind: "machine", token_id: null, address: null, user_agent: null },
    ...{ action: "user.erase_places", object_kind: "user", object_id: actor_id.toLowerCase() },
    ...{ result: "done", code: null, request_id: null, details: {} },
  });
  await deletePlaces(transaction, actor_id);
}
