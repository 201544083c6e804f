import { createHash, randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { mediaErrors } from "./errors.ts";
import type { ByteRange, Media, MediaMime } from "./models.ts";

type StoredFile = Pick<Media, "sha256" | "mime" | "bytes">;

/** Files named by their content, below `<home>/media/ab/<sha256>.<extension>`. */
export interface MediaStore {
  /** Writes the bytes unless they are there already. Afterwards they survive a power cut. */
  write(bytes: Uint8Array, mime: MediaMime): Promise<StoredFile>;
  /** @throws AppError `media_file_missing` when the file is gone or has another size than recorded */
  requireWhole(file: StoredFile): Promise<void>;
  /** Opens the file with the first read, and closes it at the end or when the reader cancels. */
  read(file: StoredFile, range?: ByteRange): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Nothing when the file is gone already. */
  remove(file: StoredFile): Promise<void>;
  /** Removes what broken-off writes left behind and nobody has touched for `age_ms`; answers how many. */
  removeLeftovers(age_ms: number): Promise<number>;
}

const extensions: Readonly<Record<MediaMime, string>> = {
  "audio/mpeg": "mp3",
  "audio/wav": "wav",
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/webp": "webp",
};

const chunkBytes = 256 * 1024;

/** Keeps its files in `<home>/media`; the folder is made with the first write. */
export function createMediaStore(home: string): MediaStore {
  const folder = join(home, "media");
  const fileOf = ({ sha256, mime }: Pick<StoredFile, "sha256" | "mime">) =>
    join(folder, sha256.slice(0, 2), `${sha256}.${extensions[mime]}`);

  return {
    async write(bytes, mime) {
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      const file = { sha256, mime, bytes: bytes.length };
      const target = fileOf(file);
      if ((await sizeOf(target)) !== bytes.length) await writeDurably(target, bytes);
      return file;
    },
    async requireWhole(file) {
      const size = await sizeOf(fileOf(file));
      if (size === file.bytes) return;
      throw mediaErrors.create(
        "media_file_missing",
        size === null
          ? "The file of this media is no longer in the data folder. Create it again, or restore a backup."
          : "The file of this media is damaged. Create it again, or restore a backup.",
        { details: { sha256: file.sha256 } },
      );
    },
    read: (file, range) => readLazily(fileOf(file), range ?? { start: 0, end: file.bytes - 1 }),
    remove: (file) => rm(fileOf(file), { force: true }),
    removeLeftovers: (age_ms) => removeLeftovers(folder, Date.now() - age_ms),
  };
}

const leftover = ".part";

/** Folder by folder, so that a store of any size is never listed at once. */
async function removeLeftovers(folder: string, before_ms: number): Promise<number> {
  let removed = 0;
  for (const part of await namesIn(folder)) {
    for (const name of await namesIn(join(folder, part))) {
      const path = join(folder, part, name);
      if (!name.endsWith(leftover) || !(await isOlder(path, before_ms))) continue;
      await rm(path, { force: true });
      removed += 1;
    }
  }
  return removed;
}

/** Nothing for what is no folder, or not there yet. */
async function namesIn(folder: string): Promise<string[]> {
  return (await orMissing(readdir(folder), "ENOENT", "ENOTDIR")) ?? [];
}

async function isOlder(path: string, before_ms: number): Promise<boolean> {
  const found = await orMissing(stat(path), "ENOENT");
  return found !== null && found.mtimeMs < before_ms;
}

async function sizeOf(path: string): Promise<number | null> {
  return (await orMissing(stat(path), "ENOENT"))?.size ?? null;
}

/** Null when the file system answers with one of the codes. */
async function orMissing<Answer>(
  asked: Promise<Answer>,
  ...codes: readonly string[]
): Promise<Answer | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Error && "code" in error && codes.includes(String(error.code))) return null;
    throw error;
  }
}

/** Nobody ever sees half a file: written aside, synced, renamed, and the folder's entry synced too. */
async function writeDurably(target: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(target);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const aside = `${target}.${randomUUID()}${leftover}`;
  try {
    await withHandle(await open(aside, "wx", 0o600), async (handle) => {
      await handle.writeFile(bytes);
      await handle.sync();
    });
    await rename(aside, target);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
  await withHandle(await open(folder, "r"), (handle) => handle.sync());
}

async function withHandle(handle: FileHandle, work: (handle: FileHandle) => Promise<void>): Promise<void> {
  try {
    await work(handle);
  } finally {
    await handle.close();
  }
}

function readLazily(path: string, { start, end }: ByteRange): ReadableStream<Uint8Array<ArrayBuffer>> {
  let handle: FileHandle | null = null;
  let position = start;
  const close = async () => {
    await handle?.close();
    handle = null;
  };
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        try {
          handle ??= await open(path, "r");
          const chunk = new Uint8Array(Math.min(chunkBytes, end - position + 1));
          const { bytesRead } = await handle.read(chunk, 0, chunk.length, position);
          if (bytesRead === 0) throw new Error("the file became shorter while it was read");
          position += bytesRead;
          controller.enqueue(chunk.subarray(0, bytesRead));
          if (position > end) {
            await close();
            controller.close();
          }
        } catch (error) {
          await close();
          throw error;
        }
      },
      cancel: close,
    },
    // Nothing is read ahead: a HEAD request, whose body nobody reads, never opens the file.
    { highWaterMark: 0 },
  );
}
