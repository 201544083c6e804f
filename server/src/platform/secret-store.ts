import { sql } from "kysely";
import { type KeyRing, keyVersionOf } from "./crypto.ts";
import type { Database } from "./database.ts";
import { AppError } from "./errors.ts";

/** A place where secrets are stored, encrypted with keys of the ring. */
export interface SecretStore {
  /** The keys that are needed to read all of it. */
  listVersions(): Promise<number[]>;
  /** Encrypts again what was not encrypted with the current key. May be interrupted, and run beside writers. */
  reencrypt(): Promise<{ readonly encrypted: number; readonly unreadable: readonly string[] }>;
  /** Whether a secret of the key can be read; null when there is none. */
  canRead(version: number): Promise<boolean | null>;
}

interface StoredText {
  readonly id: string;
  readonly text: string;
}

/** How the texts of a store are read, written and encrypted. */
export interface SecretTexts {
  /** As people find it, such as `connections.auth_encrypted`. */
  readonly name: string;
  list(): Promise<readonly StoredText[]>;
  /** Puts the new text into the place of the former one, unless somebody changed that meanwhile. False: somebody did. */
  replace(id: string, former: string, text: string): Promise<boolean>;
  versionOf(text: string): number;
  decrypt(id: string, text: string): Promise<string>;
  encrypt(id: string, secret: string): Promise<string>;
}

/** A store of a few hundred texts at most: they are read at once. */
export function createSecretStore(texts: SecretTexts, currentVersion: () => number): SecretStore {
  const isReadable = async ({ id, text }: StoredText) =>
    texts.decrypt(id, text).then(
      () => true,
      () => false,
    );
  return {
    async listVersions() {
      return [...new Set((await texts.list()).map(({ text }) => texts.versionOf(text)))];
    },
    async reencrypt() {
      let encrypted = 0;
      const unreadable: string[] = [];
      for (const stored of await texts.list()) {
        if (texts.versionOf(stored.text) === currentVersion()) continue;
        if (!(await isReadable(stored))) {
          unreadable.push(`${texts.name} ${stored.id}`);
          continue;
        }
        const secret = await texts.decrypt(stored.id, stored.text);
        const text = await texts.encrypt(stored.id, secret);
        if (await texts.replace(stored.id, stored.text, text)) encrypted += 1;
      }
      return { encrypted, unreadable };
    },
    async canRead(version) {
      const found = (await texts.list()).find(({ text }) => texts.versionOf(text) === version);
      return found === undefined ? null : isReadable(found);
    },
  };
}

/** A column that the key ring encrypts; `contextOf` answers what the secret of a row is bound to. */
export function createColumnStore(
  database: Database,
  keyRing: () => KeyRing,
  column: {
    readonly table: string;
    readonly name: string;
    readonly contextOf: (id: string) => string;
  },
): SecretStore {
  const { table, name, contextOf } = column;
  const texts: SecretTexts = {
    name: `${table}.${name}`,
    async list() {
      const { rows } = await sql<StoredText>`
        SELECT id::text AS id, ${sql.ref(name)} AS text FROM ${sql.table(table)}
        WHERE ${sql.ref(name)} IS NOT NULL ORDER BY id`.execute(database);
      // What was never encrypted is nobody's secret; the module that reads it says so.
      return rows.filter(({ text }) => isEncrypted(text));
    },
    async replace(id, former, text) {
      const { rows } = await sql`
        UPDATE ${sql.table(table)} SET ${sql.ref(name)} = ${text}
        WHERE id = ${id}::uuid AND ${sql.ref(name)} = ${former} RETURNING 1`.execute(database);
      return rows.length > 0;
    },
    versionOf: keyVersionOf,
    decrypt: async (id, text) => keyRing().decrypt(text, contextOf(id)),
    encrypt: async (id, secret) => keyRing().encrypt(secret, contextOf(id)),
  };
  return createSecretStore(texts, () => keyRing().current);
}

function isEncrypted(text: string): boolean {
  try {
    keyVersionOf(text);
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}
