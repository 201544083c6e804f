import { setImmediate } from "node:timers/promises";
import type { Database, Transaction } from "../../platform/database.ts";
import {
  type Anchor,
  announces,
  beforeFirst,
  type ChainEnd,
  findAnchorFault,
  findFault,
  type StoredEntry,
} from "./chain.ts";
import type { AuditVerification } from "./models.ts";
import { findAnchor } from "./repo/trimming.ts";
import { findHead, listChain, listErasures } from "./repo/writing.ts";

/** Entries that are in memory at once. */
export const pieceLength = 5_000;
// Hashing so many takes a few milliseconds: other requests are answered in between.
const entriesPerTurn = 250;

/** What entries are judged by. */
export interface ChainContext {
  /** Null while nothing was removed. */
  readonly anchor: Anchor | null;
  readonly erasedUpTo: ReadonlyMap<string, number>;
}

/** Reads the whole chain again and compares every hash; ends at the first entry that is not as it was written. */
export async function verifyChain(database: Database): Promise<AuditVerification> {
  for (let context = await readContext(database); ; ) {
    const verdict = await walk(database, context);
    if (verdict.is_intact) return verdict;
    // What looks like a fault may be a removal or an erasure that was written down meanwhile.
    const now = await readContext(database);
    if (isSame(context, now)) return verdict;
    context = now;
  }
}

/** Reads what entries are judged by. */
export async function readContext(database: Database | Transaction): Promise<ChainContext> {
  return { anchor: await findAnchor(database), erasedUpTo: await listErasures(database) };
}

function isSame(one: ChainContext, other: ChainContext): boolean {
  if (one.anchor?.seq !== other.anchor?.seq || one.erasedUpTo.size !== other.erasedUpTo.size) return false;
  return [...one.erasedUpTo].every(([person, seq]) => other.erasedUpTo.get(person) === seq);
}

/** Follows the chain from what is left of its beginning. */
async function walk(database: Database, context: ChainContext): Promise<AuditVerification> {
  const { anchor } = context;
  const beginning: ChainEnd = anchor ?? beforeFirst;
  const extent = { removed: beginning.seq, since: null as string | null };
  const broken = async (end: ChainEnd, first_broken_seq: number, problem: string) => {
    const entries = end.seq - beginning.seq;
    return {
      is_intact: false,
      entries,
      ...extent,
      head: await findHead(database),
      first_broken_seq,
      problem,
    };
  };
  const anchorFault = anchor && findAnchorFault(anchor);
  if (anchorFault !== null) return broken(beginning, beginning.seq + 1, anchorFault);

  let end = beginning;
  let isAnnounced = anchor === null;
  for (;;) {
    // The first piece from number 0, to find what stands where nothing may be.
    const piece = await listChain(database, end === beginning ? 0 : end.seq, pieceLength);
    extent.since ??= piece[0]?.exact_at ?? null;
    const fault = await findFirstFault(end, piece, context);
    if (fault !== null) return broken(fault.end, fault.seq, fault.problem);
    isAnnounced ||= anchor !== null && piece.some((entry) => announces(entry, anchor));
    end = piece.at(-1) ?? end;
    if (piece.length < pieceLength) break;
  }
  if (!isAnnounced) {
    const problem = `The beginning is missing: no entry says that everything up to number ${beginning.seq} was removed because its time was over.`;
    return broken(beginning, beginning.seq + 1, problem);
  }
  const head = end.seq === 0 ? null : end.hash.toString("hex");
  const entries = end.seq - beginning.seq;
  return { is_intact: true, entries, ...extent, head, first_broken_seq: null, problem: null };
}

/** The first entry of a piece that is not as it was written or does not follow `before`, and what comes before it. */
export async function findFirstFault(
  before: ChainEnd,
  piece: readonly StoredEntry[],
  { anchor, erasedUpTo }: ChainContext,
): Promise<{ readonly seq: number; readonly problem: string; readonly end: ChainEnd } | null> {
  let end = before;
  for (const [place, entry] of piece.entries()) {
    if (place % entriesPerTurn === entriesPerTurn - 1) await setImmediate();
    const problem = findFault(end, entry, erasedUpTo, anchor ?? beforeFirst);
    if (problem !== null) return { seq: entry.seq, problem, end };
    end = entry;
  }
  return null;
}
