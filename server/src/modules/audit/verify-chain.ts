import { setImmediate } from "node:timers/promises";
import type { Database } from "../../platform/database.ts";
import { beforeFirst, type ChainEnd, findFault, type StoredEntry } from "./chain.ts";
import type { AuditVerification } from "./models.ts";
import { findHead, listChain, listErasures } from "./repo/writing.ts";

/** Entries that are in memory at once. */
export const pieceLength = 5_000;
// Hashing so many takes a few milliseconds: other requests are answered in between.
const entriesPerTurn = 250;

/** Reads the whole chain again and compares every hash; ends at the first entry that is not as it was written. */
export async function verifyChain(database: Database): Promise<AuditVerification> {
  const erasedUpTo = await listErasures(database);
  let end: ChainEnd = beforeFirst;
  for (;;) {
    const piece = await listChain(database, end.seq, pieceLength);
    const fault = await findFirstFault(end, piece, erasedUpTo);
    if (fault !== null) {
      const { first_broken_seq, problem, entries } = fault;
      return { is_intact: false, entries, head: await findHead(database), first_broken_seq, problem };
    }
    end = piece.at(-1) ?? end;
    if (piece.length < pieceLength) break;
  }
  const head = end.seq === 0 ? null : end.hash.toString("hex");
  return { is_intact: true, entries: end.seq, head, first_broken_seq: null, problem: null };
}

async function findFirstFault(
  before: ChainEnd,
  piece: readonly StoredEntry[],
  erasedUpTo: ReadonlyMap<string, number>,
) {
  let end = before;
  for (const [place, entry] of piece.entries()) {
    if (place % entriesPerTurn === entriesPerTurn - 1) await setImmediate();
    const problem = findFault(end, entry, erasedUpTo);
    if (problem !== null) return { first_broken_seq: entry.seq, problem, entries: end.seq };
    end = entry;
  }
  return null;
}
