import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { z } from "zod";
import { defineErrors } from "./errors.ts";
import { loadedSecrets } from "./redaction.ts";

export const cryptoErrors = defineErrors({
  key_file_invalid: { status: 500, retryable: false, title: "Key file unusable" },
  key_file_mismatch: { status: 500, retryable: false, title: "Another key file" },
  secret_unreadable: { status: 500, retryable: false, title: "Stored secret unreadable" },
});

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const format = "cw1";

const keyFileSchema = z.object({
  current: z.number().int().positive(),
  keys: z.record(
    z.string().regex(/^\d+$/),
    z.base64().refine((key) => Buffer.from(key, "base64").length === keyBytes),
  ),
});
type KeyFile = z.infer<typeof keyFileSchema>;

export interface KeyRing {
  /** Version of the key that new secrets are encrypted with; another one after a rotation. */
  readonly current: number;
  /** Versions of all keys, the current one first, then from the newest. */
  readonly versions: readonly number[];
  /** 32 bytes made from a key for one purpose (HKDF-SHA256); they say nothing about the key or other purposes. */
  derive(purpose: string, version: number): Buffer;
  /**
   * Encrypts with AES-256-GCM. The context says whose secret it is, such as `connections:<id>:auth`; the text
   * can be decrypted under the same context only, so it is of no use in another row.
   */
  encrypt(secret: string, context: string): string;
  /** @throws AppError `secret_unreadable` for another context, a changed text or a key that is not in the ring. */
  decrypt(encrypted: string, context: string): string;
  /** Whether a text was encrypted with an older key and should be encrypted again. */
  isOutdated(encrypted: string): boolean;
}

/**
 * Opens the key ring, and makes one with a first key when the file is missing. The file must be readable by its
 * owner only. Without it, what was encrypted with it is lost. A key that another process added meanwhile is found: the
 * file is read again when it was replaced, or when a text names a key that the ring lacks. Every secret that goes through
 * the ring is replaced in logs and rows from then on.
 *
 * @throws AppError `key_file_invalid` when others can read the file or it is no key ring.
 */
export function openKeyRing(file: string): KeyRing {
  if (!statSync(file, { throwIfNoEntry: false })) createKeyFile(file);
  let read = readKeys(file);

  function keyOf(version: number): Buffer {
    if (!read.keys.has(version)) read = readKeys(file);
    const key = read.keys.get(version);
    if (key !== undefined) return key;
    throw cryptoErrors.create(
      "secret_unreadable",
      `Key ${version} is not in ${file}: restore the older key file.`,
    );
  }

  function newest(): ReadKeys {
    // A file that is missing for a moment changes nothing about the keys that are known.
    const mark = markOf(file);
    if (mark !== null && mark !== read.mark) read = readKeys(file);
    return read;
  }

  return {
    get current() {
      return newest().current;
    },
    get versions() {
      const { current, keys } = newest();
      const others = [...keys.keys()].filter((version) => version !== current);
      return [current, ...others.sort((left, right) => right - left)];
    },
    encrypt(secret, context) {
      loadedSecrets.add(secret);
      const { current } = newest();
      return encrypt(secret, context, current, keyOf(current));
    },
    decrypt(encrypted, context) {
      const secret = decrypt(encrypted, context, keyOf);
      loadedSecrets.add(secret);
      return secret;
    },
    isOutdated: (encrypted) => keyVersionOf(encrypted) !== newest().current,
    derive(purpose, version) {
      const derived = deriveFrom(keyOf(version), purpose);
      loadedSecrets.add(derived.toString("base64url"));
      return derived;
    },
  };
}

interface ReadKeys {
  readonly current: number;
  readonly keys: ReadonlyMap<number, Buffer>;
  /** Another one when the file was replaced since. */
  readonly mark: string | null;
}

function readKeys(file: string): ReadKeys {
  const mark = markOf(file);
  const { current, keys } = readKeyFile(file);
  const read = new Map<number, Buffer>();
  for (const [version, key] of Object.entries(keys)) {
    loadedSecrets.add(key);
    read.set(Number(version), Buffer.from(key, "base64"));
  }
  return { current, keys: read, mark };
}

function markOf(file: string): string | null {
  const found = statSync(file, { throwIfNoEntry: false, bigint: true });
  return found === undefined ? null : `${found.ino}:${found.mtimeNs}:${found.size}`;
}

function deriveFrom(key: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", key, Buffer.alloc(0), `coursewright ${purpose}`, keyBytes));
}

/**
 * The version of the key that a text was encrypted with.
 *
 * @throws AppError `secret_unreadable` for what was never encrypted
 */
export function keyVersionOf(encrypted: string): number {
  return parse(encrypted).version;
}

/** Opens the key ring when it is asked for first, so that whoever stores no secret needs no key file. */
export function openKeyRingOnce(file: string): () => KeyRing {
  let opened: KeyRing | undefined;
  return () => {
    opened ??= openKeyRing(file);
    return opened;
  };
}

/** Adds a key for new secrets and keeps the older ones for reading. Returns the new version. */
export function rotateKeyRing(file: string): number {
  const { current, keys } = readKeyFile(file);
  const version = Math.max(current, ...Object.keys(keys).map(Number)) + 1;
  replaceKeyFile(file, { current: version, keys: { ...keys, [version]: newKey() } });
  return version;
}

/** Takes out the keys that are neither the current one nor `kept`. Returns their versions. What they encrypted is lost. */
export function pruneKeyRing(file: string, kept: ReadonlySet<number>): number[] {
  const { current, keys } = readKeyFile(file);
  const stays = (version: string) => Number(version) === current || kept.has(Number(version));
  const gone = Object.keys(keys).filter((version) => !stays(version));
  if (gone.length === 0) return [];
  const staying = Object.fromEntries(Object.entries(keys).filter(([version]) => stays(version)));
  replaceKeyFile(file, { current, keys: staying });
  return gone.map(Number);
}

function replaceKeyFile(file: string, content: KeyFile): void {
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  writeKeyFile(draft, content);
  renameSync(draft, file);
}

function createKeyFile(file: string): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  writeKeyFile(draft, { current: 1, keys: { "1": newKey() } });
  try {
    linkSync(draft, file); // Whole or not at all; another process may have been first.
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function writeKeyFile(file: string, content: KeyFile): void {
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flush: true });
  chmodSync(file, 0o600);
}

function readKeyFile(file: string): KeyFile {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) {
    throw cryptoErrors.create("key_file_invalid", `The key file ${file} is missing: restore it.`);
  }
  if ((found.mode & 0o077) !== 0) {
    throw cryptoErrors.create("key_file_invalid", `Other users can read ${file}: run chmod 600 on it.`);
  }
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw cryptoErrors.create("key_file_invalid", `${file} is not a key file: restore it.`, { cause: error });
  }
  const parsed = keyFileSchema.safeParse(content);
  if (!parsed.success || parsed.data.keys[String(parsed.data.current)] === undefined) {
    throw cryptoErrors.create("key_file_invalid", `${file} is not a key file: restore it.`);
  }
  return parsed.data;
}

function newKey(): string {
  return randomBytes(keyBytes).toString("base64");
}

function encrypt(secret: string, context: string, version: number, key: Buffer): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(boundData(version, context));
  const sealed = Buffer.concat([nonce, cipher.update(secret, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `${format}.${version}.${sealed.toString("base64url")}`;
}

function decrypt(encrypted: string, context: string, keyOf: (version: number) => Buffer): string {
  const { version, sealed } = parse(encrypted);
  const key = keyOf(version);
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, nonceBytes), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(boundData(version, context));
    decipher.setAuthTag(sealed.subarray(-tagBytes));
    const body = sealed.subarray(nonceBytes, -tagBytes);
    return Buffer.concat([decipher.update(body), decipher.final()]).toString("utf8");
  } catch (error) {
    throw unreadable(error);
  }
}

function parse(encrypted: string): { readonly version: number; readonly sealed: Buffer } {
  const [, version, text] = /^cw1\.([1-9]\d{0,8})\.([\w-]+)$/.exec(encrypted) ?? [];
  const sealed = Buffer.from(text ?? "", "base64url");
  if (version === undefined || sealed.length < nonceBytes + tagBytes) throw unreadable();
  return { version: Number(version), sealed };
}

function boundData(version: number, context: string): Buffer {
  return Buffer.from(JSON.stringify([format, version, context]), "utf8");
}

function unreadable(cause?: unknown) {
  return cryptoErrors.create(
    "secret_unreadable",
    "A stored secret cannot be decrypted: it was changed, belongs elsewhere, or the key file is another one.",
    { cause },
  );
}
