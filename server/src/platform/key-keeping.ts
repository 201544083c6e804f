import { createHash, timingSafeEqual } from "node:crypto";
import { statSync } from "node:fs";
import { sql } from "kysely";
import { cryptoErrors, type KeyRing, openKeyRing, pruneKeyRing, rotateKeyRing } from "./crypto.ts";
import type { Database } from "./database.ts";
import type { SecretStore } from "./secret-store.ts";

/** What a rotation did. */
export interface KeyRotation {
  readonly version: number;
  /** False: the key was there already, and an interrupted rotation was finished. */
  readonly is_new_key: boolean;
  /** Secrets that were encrypted again. */
  readonly encrypted: number;
  /** Secrets that no key reads, as `table.column id`; they stay as they are and must be entered again. */
  readonly unreadable: readonly string[];
}

export interface KeyVersions {
  readonly current: number;
  readonly held: readonly number[];
  readonly needed: readonly number[];
}

/** The key file together with all that is encrypted with it. */
export interface KeyKeeper {
  /**
   * Makes sure that the key file is the one that stored secrets were encrypted with, and notes its keys when they are new.
   *
   * @throws AppError `key_file_mismatch`, `key_file_invalid`
   */
  verify(): Promise<void>;
  /** Versions of the keys, ascending: that new secrets get, those of the file, and those that stored secrets still need. */
  readVersions(): Promise<KeyVersions>;
  /** Adds a key and encrypts everything with it. After an interruption, call it again: it goes on with the same key. */
  rotate(): Promise<KeyRotation>;
  /** Takes the keys out of the file that no stored secret needs any more. Returns their versions. */
  prune(): Promise<number[]>;
  /** Accepts that the former key file is lost: a fresh key takes over, and what only the former one reads is unreadable. */
  acceptLoss(): Promise<KeyRotation>;
}

/** `stores`: everything that is encrypted with keys of the ring, from every module. */
export function createKeyKeeper(options: {
  readonly database: Database;
  readonly file: string;
  readonly keyRing: () => KeyRing;
  readonly stores: readonly SecretStore[];
}): KeyKeeper {
  const { database, file, keyRing, stores } = options;

  async function versionsInUse(): Promise<Set<number>> {
    const lists = await Promise.all(stores.map((store) => store.listVersions()));
    return new Set(lists.flat());
  }

  async function encryptOutdated(is_new_key: boolean): Promise<KeyRotation> {
    let encrypted = 0;
    const unreadable: string[] = [];
    for (const store of stores) {
      const done = await store.reencrypt();
      encrypted += done.encrypted;
      unreadable.push(...done.unreadable);
    }
    return { version: keyRing().current, is_new_key, encrypted, unreadable };
  }

  async function verify(): Promise<void> {
    const known = await listChecks(database);
    const isMissing = !statSync(file, { throwIfNoEntry: false });
    const inUse = await versionsInUse();
    if (isMissing && (known.size > 0 || inUse.size > 0)) throw mismatch(`The key file ${file} is missing`);
    const ring = keyRing();
    const held = new Set(ring.versions);
    for (const version of inUse) {
      if (!held.has(version)) throw mismatch(`The key file ${file} lacks key ${version}`);
    }
    for (const version of held) {
      const expected = known.get(version);
      const isSame =
        expected === undefined
          ? await readsStored(stores, version)
          : isEqual(expected, checkOf(ring, version));
      if (!isSame) throw mismatch(`The key file ${file} is not the one of this database`);
    }
    await noteChecks(database, ring, held);
  }

  async function rotate(): Promise<KeyRotation> {
    await verify();
    const ring = keyRing();
    const isInterrupted = [...(await versionsInUse())].some((version) => version !== ring.current);
    if (!isInterrupted) rotateKeyRing(file);
    await noteChecks(database, ring, new Set(ring.versions));
    return encryptOutdated(!isInterrupted);
  }

  async function prune(): Promise<number[]> {
    await verify();
    const gone = pruneKeyRing(file, await versionsInUse());
    await sql`DELETE FROM key_checks WHERE version = ANY(${gone}::int[])`.execute(database);
    return gone;
  }

  async function acceptLoss(): Promise<KeyRotation> {
    const former = await versionsInUse();
    openKeyRing(file); // Makes the file when there is none.
    const ring = keyRing();
    // A number that a lost key had must not stand for another key.
    while (former.has(ring.current)) rotateKeyRing(file);
    await sql`DELETE FROM key_checks`.execute(database);
    await noteChecks(database, ring, new Set(ring.versions));
    return encryptOutdated(true);
  }

  return {
    verify,
    async readVersions() {
      const { current, versions } = keyRing();
      const inOrder = (given: Iterable<number>) => [...given].sort((left, right) => left - right);
      return { current, held: inOrder(versions), needed: inOrder(await versionsInUse()) };
    },
    rotate: () => takeTurns(database, rotate),
    prune: () => takeTurns(database, prune),
    acceptLoss: () => takeTurns(database, acceptLoss),
  };
}

/** Two that replace the key file at once would each lose the other's key, with all that was encrypted with it. */
function takeTurns<Result>(database: Database, work: () => Promise<Result>): Promise<Result> {
  return database.transaction().execute(async (transaction) => {
    await sql`SELECT pg_advisory_xact_lock(hashtextextended('coursewright.keys', 0))`.execute(transaction);
    return work();
  });
}

async function listChecks(database: Database): Promise<Map<number, string>> {
  const { rows } = await sql<{ version: number; value: string }>`
    SELECT version, value FROM key_checks`.execute(database);
  return new Map(rows.map(({ version, value }) => [version, value]));
}

/** Another server may note the same at the same time. */
async function noteChecks(database: Database, ring: KeyRing, versions: ReadonlySet<number>): Promise<void> {
  for (const version of versions) {
    await sql`
      INSERT INTO key_checks (version, value) VALUES (${version}, ${checkOf(ring, version)})
      ON CONFLICT (version) DO NOTHING`.execute(database);
  }
}

/** Says nothing about the key: a hash of what follows from it for this purpose alone. */
function checkOf(ring: KeyRing, version: number): string {
  return createHash("sha256").update(ring.derive("check", version)).digest("hex");
}

function isEqual(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)];
  return first.length === second.length && timingSafeEqual(first, second);
}

/** Whether a key that was never noted reads what was stored with its number; true when nothing was. */
async function readsStored(stores: readonly SecretStore[], version: number): Promise<boolean> {
  const answers = await Promise.all(stores.map((store) => store.canRead(version)));
  return !answers.includes(false) || answers.includes(true);
}

function mismatch(what: string) {
  return cryptoErrors.create(
    "key_file_mismatch",
    `${what}: stored secrets cannot be read. Restore the key file that COURSEWRIGHT_KEY_FILE names; when it is lost for ` +
      'good, "coursewright rotate-keys --lost" begins with a fresh one, and stored credentials must be entered again.',
  );
}
