import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { loadedSecrets } from "../../platform/redaction.ts";

const compressFrom = 8 * 1024;

/** A JSON text as its two columns hold it: at most one is set. */
export interface StoredValue {
  readonly content: string | null;
  readonly content_zstd: Buffer | null;
  readonly characters: number;
}

/**
 * Texts over 8 KB are compressed, because the database's own compression is slow and weak on them. Loaded secrets are taken out before:
 * the driver, which does so for texts, cannot look into bytes.
 */
export function encodeStored(text: string): StoredValue {
  const bytes = Buffer.byteLength(text);
  if (bytes <= compressFrom) return { content: text, content_zstd: null, characters: text.length };
  const clean = loadedSecrets.jsonText(text);
  return { content: null, content_zstd: zstdCompressSync(clean), characters: clean.length };
}

/** The value of the two columns; `content` was parsed by the driver. */
export function decodeStored(content: unknown, content_zstd: Buffer | null): unknown {
  if (content_zstd === null) return content;
  return JSON.parse(zstdDecompressSync(content_zstd).toString("utf8"));
}
