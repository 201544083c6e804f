import type { Database } from "../../platform/database.ts";
import { AppError } from "../../platform/errors.ts";
import type { Media, MediaOrigin, MediaService, StoredMedia } from "../media/public.ts";

/**
 * Stores media and makes them known to the database, in a transaction of its own; repeating it is harmless.
 * @throws AppError `media_invalid`
 */
export type KeepMedia = (store: () => Promise<StoredMedia>, origin: MediaOrigin) => Promise<Media>;

/** Another unit with the same bytes may be deleted just then, and the file with it: it is stored once more. */
export function createKeepMedia(database: Database, media: Pick<MediaService, "record">): KeepMedia {
  return async (store, origin) => {
    const keep = async () => {
      const stored = await store();
      return database.transaction().execute((transaction) => media.record(transaction, stored, origin));
    };
    try {
      return await keep();
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "media_file_missing") throw error;
      return await keep();
    }
  };
}
