import { zstdCompressSync, zstdDecompressSync } from "node:zlib";

/** Above this many bytes of JSON a payload is stored compressed. */
const compressAboveBytes = 8 * 1024;

/** The columns of `payloads_llm_requests` that hold a value. Exactly one of the first two is set. */
export interface EncodedPayload {
  readonly content: string | null;
  readonly content_zstd: Buffer | null;
  readonly characters: number;
}

/** A stored payload as the driver reads it. */
export interface StoredPayload {
  readonly content: unknown;
  readonly content_zstd: Buffer | null;
}

/**
 * JSON for storing. PostgreSQL holds neither U+0000 nor half a surrogate pair: both become U+FFFD. `jsonb` forgets in which
 * order properties came; with `keepOrder` the text is kept as it is, compressed whatever its size.
 */
export function encodePayload(
  value: unknown,
  { keepOrder = false }: { readonly keepOrder?: boolean } = {},
): EncodedPayload {
  const text = JSON.stringify(value, (_name, part: unknown) =>
    typeof part === "string" ? storable(part) : part,
  );
  const bytes = Buffer.from(text, "utf8");
  return keepOrder || bytes.length > compressAboveBytes
    ? { content: null, content_zstd: zstdCompressSync(bytes), characters: text.length }
    : { content: text, content_zstd: null, characters: text.length };
}

/** What `encodePayload` stored. */
export function decodePayload(stored: StoredPayload): unknown {
  return stored.content_zstd === null ? stored.content : JSON.parse(decodePayloadText(stored));
}

/** The same as JSON text. */
export function decodePayloadText({ content, content_zstd }: StoredPayload): string {
  return content_zstd === null ? JSON.stringify(content) : zstdDecompressSync(content_zstd).toString("utf8");
}

/** The text without the characters that PostgreSQL cannot hold. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll("\u0000", "\uFFFD");
}
