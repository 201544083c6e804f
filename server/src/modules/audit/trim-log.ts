import type { Database } from "../../platform/database.ts";
import { beforeFirst, findAnchorFault, leastDays, trimmedAction } from "./chain.ts";
import { readMomentAgo, removeUpTo, takeTrimLock } from "./repo/trimming.ts";
import { listChain } from "./repo/writing.ts";
import { findFirstFault, pieceLength, readContext } from "./verify-chain.ts";

/**
 * Removes entries older than `keepDays` from the beginning of the log, at most 5,000 at a time, each time with an entry about it in
 * the chain; answers how many went. Nothing goes before the oldest is a day older than that, so that this happens once a day. Of
 * several servers at once only one does it.
 * @param keepDays at least 90; 0 keeps everything
 * @throws Error when what would go is not as it was written: nothing that shows tampering is removed
 */
export async function trimLog(database: Database, keepDays: number, most = pieceLength): Promise<number> {
  if (keepDays === 0) return 0;
  if (keepDays < leastDays)
    throw new RangeError(`Entries are kept for ${leastDays} days at least, not ${keepDays}`);
  const dueBefore = await readMomentAgo(database, keepDays + 1);
  const [oldest] = await listChain(database, 0, 1);
  if (oldest === undefined || oldest.exact_at >= dueBefore) return 0;
  const before = await readMomentAgo(database, keepDays);
  let removed = 0;
  for (;;) {
    const taken = await removeOnce(database, before, keepDays, most);
    removed += taken;
    if (taken < most) return removed;
  }
}

async function removeOnce(
  database: Database,
  before: string,
  keepDays: number,
  most: number,
): Promise<number> {
  return database.transaction().execute(async (transaction) => {
    if (!(await takeTrimLock(transaction))) return 0;
    const context = await readContext(transaction);
    const beginning = context.anchor ?? beforeFirst;
    const piece = await listChain(transaction, 0, most);
    // Clocks can be set back: what stands behind a younger entry waits for it.
    const firstKept = piece.findIndex(({ exact_at }) => exact_at >= before);
    const old = firstKept === -1 ? piece : piece.slice(0, firstKept);
    const last = old.at(-1);
    if (last === undefined) return 0;
    const problem =
      (context.anchor && findAnchorFault(context.anchor)) ??
      (await findFirstFault(beginning, old, context))?.problem;
    if (problem !== undefined && problem !== null)
      throw new Error(`Nothing of the audit log is removed, because its chain is broken: ${problem}`);
    await removeUpTo(transaction, last, {
      ...{ actor_id: null, actor_kind: "machine", token_id: null, request_id: null, place_sha256: null },
      ...{ action: trimmedAction, object_kind: "audit_log", object_id: null, result: "done", code: null },
      details: {
        ...{ removed: old.length, last_seq: last.seq, last_at: last.exact_at },
        ...{ last_hash: last.hash.toString("hex"), kept_days: keepDays },
      },
    });
    return old.length;
  });
}

/** Work that one server of all does now and then: what the log keeps no longer goes. */
export function createTrimmingDuty(database: Database, keepDays: number) {
  return {
    name: "The removal of old audit entries",
    everyMs: 3_600_000,
    run: async () => {
      await trimLog(database, keepDays);
    },
  };
}
