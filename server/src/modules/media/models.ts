import { z } from "@hono/zod-openapi";

const mediaKinds = ["audio", "image"] as const;
export const mediaMimes = ["audio/mpeg", "audio/wav", "image/png", "image/jpeg", "image/webp"] as const;
export type MediaMime = (typeof mediaMimes)[number];

/** One recording or picture. Its bytes never change; the same bytes are the same row. */
export const mediaSchema = z
  .object({
    id: z.uuid(),
    /** Hex SHA-256 of the bytes; also the file's name and its ETag. */
    sha256: z.string(),
    kind: z.enum(mediaKinds),
    mime: z.enum(mediaMimes),
    /** Size of the file. */
    bytes: z.number().int(),
    /** Length of a recording; null for pictures. */
    seconds: z.number().nullable(),
    /** Pixels; null for recordings. */
    width: z.number().int().nullable(),
    height: z.number().int().nullable(),
    /** The request that made it first; null when it was uploaded. */
    made_by_llm_request_id: z.uuid().nullable(),
    created_at: z.string(),
  })
  .openapi("Media");
export type Media = z.infer<typeof mediaSchema>;

/** Proven and written to disk, but not yet known to the database. */
export type StoredMedia = Pick<Media, "sha256" | "kind" | "mime" | "bytes" | "seconds" | "width" | "height">;

/** Bytes `start` to `end`, both included, counted from 0. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}
