import { createHash } from "node:crypto";
import { canonicalJson } from "../../platform/canonical-json.ts";

/** Columns of an entry that its writer decides on; they are hashed together. */
export interface EntryContent {
  readonly actor_id: string | null;
  readonly actor_kind: string;
  readonly token_id: string | null;
  readonly action: string;
  readonly object_kind: string | null;
  readonly object_id: string | null;
  readonly result: string;
  readonly code: string | null;
  readonly request_id: string | null;
  readonly details: unknown;
  /** 64 hexadecimal digits. */
  readonly place_sha256: string | null;
}

/** Where somebody was. Salted, so that its hash tells nothing once the row is erased. */
export interface Place {
  readonly salt: Buffer;
  readonly address: string | null;
  readonly user_agent: string | null;
}

/** An entry as verification reads it. */
export interface StoredEntry extends EntryContent {
  readonly seq: number;
  readonly id: string;
  /** ISO 8601 in UTC with microseconds, as it was hashed. */
  readonly exact_at: string;
  readonly previous_hash: Buffer;
  readonly hash: Buffer;
  readonly place: Place | null;
}

/** The last entry of a beginning that was removed because its time was over. */
export interface Anchor {
  readonly seq: number;
  readonly id: string;
  /** ISO 8601 in UTC with microseconds, as it was hashed. */
  readonly exact_at: string;
  readonly content_sha256: Buffer;
  readonly previous_hash: Buffer;
  readonly hash: Buffer;
}

/** The action of the entry that announces a removal. */
export const trimmedAction = "audit.trimmed";
/** No entry goes earlier, in days. The database holds the same bound. */
export const leastDays = 90;

/** What the first entry follows. */
export const beforeFirst = { seq: 0, hash: Buffer.alloc(32) } as const;

/** The hash over an entry's content. @throws TypeError for what has no exact JSON form */
export function hashContent(content: EntryContent): Buffer {
  const { actor_id, actor_kind, token_id, action, object_kind, object_id } = content;
  const { result, code, request_id, details, place_sha256 } = content;
  return sha256(
    canonicalJson({
      ...{ actor_id, actor_kind, token_id, action, object_kind, object_id },
      ...{ result, code, request_id, details, place_sha256 },
    }),
  );
}

/** The hash over a place, as 64 hexadecimal digits. */
export function hashPlace({ salt, address, user_agent }: Place): string {
  return sha256(salt, canonicalJson([address, user_agent])).toString("hex");
}

/** Whether the entry has the hash that `append_audit_entry` computes in SQL. */
function hasOwnHash(entry: Omit<Anchor, "content_sha256">, content_sha256: Buffer): boolean {
  const { exact_at: at, id, seq, previous_hash, hash } = entry;
  const head = canonicalJson({ at, content_sha256: content_sha256.toString("hex"), id, seq });
  return hash.equals(sha256(previous_hash, head));
}

function isAsWritten(entry: StoredEntry): boolean {
  try {
    return hasOwnHash(entry, hashContent(entry));
  } catch (error) {
    // No exact JSON form: nobody can have written it through us.
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** Number and hash of an entry that the next one must follow. */
export interface ChainEnd {
  readonly seq: number;
  readonly hash: Buffer;
}

/** What is wrong with an anchor itself, as a sentence; null when its hash proves which entry it was and when. */
export function findAnchorFault(anchor: Anchor): string | null {
  return hasOwnHash(anchor, anchor.content_sha256)
    ? null
    : `What is kept of entry ${anchor.seq}, the last one that was removed, is not as it was written.`;
}

const dayMs = 86_400_000;

/** Whether an entry of the chain says that everything up to the anchor was removed, and was written when that was old enough. */
export function announces(entry: StoredEntry, anchor: Anchor): boolean {
  if (entry.action !== trimmedAction || typeof entry.details !== "object" || entry.details === null)
    return false;
  const { details } = entry;
  if (!("last_hash" in details) || details.last_hash !== anchor.hash.toString("hex")) return false;
  return Date.parse(entry.exact_at) - Date.parse(anchor.exact_at) >= leastDays * dayMs;
}

/**
 * What is wrong with an entry that should follow `end`, as a sentence; null when nothing is. `erasedUpTo` says up to which
 * number the places of a person were erased, `beginning` what the first entry follows.
 */
export function findFault(
  end: ChainEnd,
  entry: StoredEntry,
  erasedUpTo: ReadonlyMap<string, number>,
  beginning: ChainEnd = beforeFirst,
): string | null {
  const { seq } = entry;
  if (seq <= beginning.seq) {
    return `Entry ${seq} was put in: everything up to number ${beginning.seq} was removed because its time was over.`;
  }
  if (seq !== end.seq + 1) {
    return end.seq === beginning.seq
      ? `The beginning is missing: the first entry has number ${seq}, not ${beginning.seq + 1}.`
      : `Entries are missing: number ${seq} comes after number ${end.seq}.`;
  }
  if (!isAsWritten(entry)) return `Entry ${seq} is not as it was written.`;
  if (!entry.previous_hash.equals(end.hash)) {
    return seq === 1
      ? "Entry 1 is not the first one of a log: it follows another entry."
      : `Entry ${seq} does not follow entry ${end.seq}: one of them was put in, taken out or written anew.`;
  }
  return findPlaceFault(entry, erasedUpTo);
}

function findPlaceFault(entry: StoredEntry, erasedUpTo: ReadonlyMap<string, number>): string | null {
  const { seq, place, place_sha256, actor_id } = entry;
  if (place !== null) {
    return place_sha256 === hashPlace(place)
      ? null
      : `Address or browser of entry ${seq} are not as they were written.`;
  }
  if (place_sha256 === null) return null;
  const isErased = actor_id !== null && seq < (erasedUpTo.get(actor_id) ?? 0);
  return isErased
    ? null
    : `Address and browser of entry ${seq} are gone, and no erasure of that person's data is written down.`;
}

function sha256(...parts: readonly (string | Buffer)[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}
