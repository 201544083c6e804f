import type { Database, Transaction } from "../../platform/database.ts";
import { joinAudio, type Recording } from "./audio/audio.ts";
import type { Cover, CoverInput } from "./cover/cover.ts";
import { noSuchMedia } from "./errors.ts";
import { probeImage } from "./image/image.ts";
import type { ByteRange, Media, StoredMedia } from "./models.ts";
import type { InheritedUses, MediaRepo, MediaUse } from "./repo.ts";
import type { SpeechEngine } from "./speech/speech-engine.ts";
import type { MediaStore } from "./store.ts";

/** Makes, proves, keeps and reads recordings and pictures. */
export interface MediaService {
  /**
   * Speaks an English text with the built-in voice (no AI model), as MP3. About 0.35 s of CPU for each 100 words,
   * in a thread of its own; the same text gives the same bytes.
   * @throws AppError `speech_text_empty`, `speech_text_unspeakable`, `speech_text_too_long`, `speech_failed`
   * @throws the signal's reason when aborted
   */
  synthesizeSpeech(text: string, signal?: AbortSignal): Promise<Recording>;
  /**
   * Draws a cover with the built-in generator (no AI model), as PNG of 1,024 × 1,024 pixels; the same input gives
   * the same bytes.
   * @throws AppError `cover_palette_invalid`
   * @throws the signal's reason when aborted
   */
  drawCover(input: CoverInput, signal?: AbortSignal): Promise<Cover>;
  /**
   * Proves that bytes are MP3 or WAV, joins several parts of one recording in order, and writes the file. Writing
   * the same bytes again does nothing, so a step may repeat it.
   * @throws AppError `media_invalid`
   */
  storeAudio(parts: readonly Uint8Array[]): Promise<StoredMedia>;
  /**
   * Proves that bytes are PNG, JPEG or WebP of at most 8,192 pixels and 20 MB, and writes the file.
   * @throws AppError `media_invalid`
   */
  storeImage(bytes: Uint8Array): Promise<StoredMedia>;
  /**
   * Makes stored media known, within the caller's transaction. Bytes that are known already keep their id. It stays while a
   * unit or lesson shows it, and while the unit of the task could be resumed.
   * @throws AppError `media_file_missing` when the file was removed since it was stored: store it again
   */
  record(transaction: Transaction, stored: StoredMedia, origin: MediaOrigin): Promise<Media>;
  /** What recorded steps of one lineage name stays for the lineage that continues it as well. */
  inheritUses(transaction: Transaction, uses: InheritedUses): Promise<void>;
  /** The lineage's recorded steps no longer name the media: it goes once nothing shows it and `removeUnused` is told. */
  dropUse(transaction: Transaction, use: MediaUse): Promise<void>;
  findMedia(id: string): Promise<Media | null>;
  /** @throws AppError `media_not_found`, `media_file_missing` */
  getMedia(id: string): Promise<Media>;
  /** The bytes of media that `getMedia` gave, or a range of them. */
  read(media: Media, range?: ByteRange): ReadableStream<Uint8Array<ArrayBuffer>>;
  /**
   * Removes those of the media that nothing refers to any more, rows and files; the others stay. Unknown ids are left out.
   * Answers how many were removed.
   */
  removeUnused(media_ids: readonly string[]): Promise<number>;
  /**
   * Removes what a process that ended too early left behind: media of more than a day that nothing refers to, at most 10,000 at
   * once, and files that were never written to their end.
   */
  removeOrphans(): Promise<{ readonly media: number; readonly files: number }>;
  /** Ends the speech threads. */
  close(): Promise<void>;
}

export interface MediaOrigin {
  readonly made_by_llm_request_id: string | null;
  /** The task whose steps will name the media; null when none will. */
  readonly task_id: string | null;
  /** How long the media stay although nothing shows them, from now on. */
  readonly keep_days?: number | null;
}

export interface MediaServiceParts {
  readonly database: Database;
  readonly store: MediaStore;
  readonly repo: MediaRepo;
  readonly speech: SpeechEngine;
  readonly cover: (input: CoverInput, signal?: AbortSignal) => Promise<Cover>;
}

const orphanAgeMs = 24 * 60 * 60_000;
const roundSize = 500;
const mostRounds = 20;

export function createMediaService({
  database,
  store,
  repo,
  speech,
  cover,
}: MediaServiceParts): MediaService {
  function removeUnused(media_ids: readonly string[]): Promise<number> {
    if (media_ids.length === 0) return Promise.resolve(0);
    return database.transaction().execute(async (transaction) => {
      await repo.lockMedia(transaction, media_ids);
      const removed = await repo.deleteUnused(transaction, media_ids);
      // Before the commit: until then nobody can record the same bytes, and when it does not come the rows are found
      // again by the next pass, while a file without a row would never be.
      for (const media of removed) await store.remove(media);
      return removed.length;
    });
  }

  return {
    synthesizeSpeech: (text, signal) => speech.synthesize(text, signal === undefined ? {} : { signal }),
    drawCover: cover,
    async storeAudio(parts) {
      const { bytes, mime, seconds } = joinAudio(parts);
      const file = await store.write(bytes, mime);
      return { ...file, kind: "audio", seconds, width: null, height: null };
    },
    async storeImage(bytes) {
      const { mime, width, height } = probeImage(bytes);
      const file = await store.write(bytes, mime);
      return { ...file, kind: "image", seconds: null, width, height };
    },
    async record(transaction, stored, { task_id, made_by_llm_request_id, keep_days = null }) {
      const media = await repo.insertMedia(transaction, { ...stored, made_by_llm_request_id });
      if (task_id !== null) await repo.insertUse(transaction, media.id, task_id);
      if (made_by_llm_request_id !== null) {
        await repo.insertRequest(transaction, media.id, made_by_llm_request_id, keep_days);
      }
      // The row is locked: whoever was removing the same media has ended, and with it the file.
      await store.requireWhole(media);
      return media;
    },
    inheritUses: (transaction, uses) => repo.copyUses(transaction, uses),
    dropUse: (transaction, use) => repo.deleteUse(transaction, use),
    findMedia: (id) => repo.findMedia(id),
    async getMedia(id) {
      const media = await repo.findMedia(id);
      if (media === null) throw noSuchMedia();
      await store.requireWhole(media);
      return media;
    },
    read: (media, range) => store.read(media, range),
    removeUnused,
    async removeOrphans() {
      let media = 0;
      for (let round = 0; round < mostRounds; round++) {
        const ids = await repo.listUnused(orphanAgeMs, roundSize);
        const removed = await removeUnused(ids);
        media += removed;
        if (ids.length < roundSize || removed === 0) break;
      }
      return { media, files: await store.removeLeftovers(orphanAgeMs) };
    },
    close: () => speech.close(),
  };
}
