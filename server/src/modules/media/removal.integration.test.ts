import { randomBytes, randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pngOfClaimedSize } from "../../../test/builders/png.ts";
import {
  buildLesson,
  finishUnit,
  insertStartedUnit,
  insertWrittenUnit,
} from "../../../test/builders/written-unit.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/database.ts";
import { createSilentLogger } from "../../platform/logger.ts";
import type { Media } from "./models.ts";
import { createMediaModule } from "./module.ts";

let testDatabase: TestDatabase;
let home: string;
let media: ReturnType<typeof createMediaModule>;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  home = await mkdtemp(path.join(tmpdir(), "media-removal-test-"));
  media = createMediaModule({
    ...{ database: testDatabase.database, home, logger: createSilentLogger() },
    isPublished: async () => false,
  });
});

afterAll(async () => {
  await media.service.close();
  await testDatabase.close();
  await rm(home, { recursive: true });
});

const database = () => testDatabase.database;

const buildPicture = () => pngOfClaimedSize(1, 1, randomBytes(16));

async function keep(bytes = buildPicture(), task_id: string | null = null): Promise<Media> {
  const stored = await media.service.storeImage(bytes);
  return database()
    .transaction()
    .execute((transaction) =>
      media.service.record(transaction, stored, { made_by_llm_request_id: null, task_id }),
    );
}

const fileOf = ({ sha256 }: Media) => path.join(home, "media", sha256.slice(0, 2), `${sha256}.png`);

/** Which of them have a row and a file; throws for one that has only one of the two. */
async function left(...of: readonly Media[]): Promise<string[]> {
  const files = new Set(await readdir(path.join(home, "media"), { recursive: true }));
  const kept = [];
  for (const one of of) {
    const row = await media.service.findMedia(one.id);
    const hasFile = files.has(path.relative(path.join(home, "media"), fileOf(one)));
    if ((row !== null) !== hasFile) throw new Error(`row ${row !== null}, file ${hasFile}`);
    if (hasFile) kept.push(one.id);
  }
  return kept;
}

const coverOf = ({ id }: Media) => ({ media_id: id, alt: "The sea", palette: [] });

async function deleteUnit(unit_id: string): Promise<void> {
  await sql`DELETE FROM units WHERE id = ${unit_id}::uuid`.execute(database());
}

describe("media that nothing refers to", () => {
  test("are removed with their files; what a cover, a podcast or a lesson shows stays", async () => {
    const [unused, cover, podcast, audio] = await Promise.all([keep(), keep(), keep(), keep()]);
    await insertWrittenUnit(database(), {
      cover: coverOf(cover),
      podcast: { media_id: podcast.id, seconds: 1, transcript: "" },
      lessons: [buildLesson(1, { audio: { media_id: audio.id, seconds: 1 } })],
    });
    const all = [unused, cover, podcast, audio];
    expect(await media.service.removeUnused(all.map(({ id }) => id))).toBe(1);
    expect(await left(...all)).toEqual([cover.id, podcast.id, audio.id]);
    expect(await media.service.removeUnused([unused.id, randomUUID()])).toBe(0);
  });

  test("stay until the last of the units that share them is gone", async () => {
    const shared = await keep();
    const first = await insertWrittenUnit(database(), { cover: coverOf(shared) });
    const second = await insertWrittenUnit(database(), { cover: coverOf(shared) });
    await deleteUnit(first.unit_id);
    expect(await media.service.removeUnused([shared.id])).toBe(0);
    await deleteUnit(second.unit_id);
    expect(await media.service.removeUnused([shared.id])).toBe(1);
    expect(await left(shared)).toEqual([]);
  });

  test("stay while the unit that made them could be resumed, and no longer", async () => {
    const ids = await insertStartedUnit(database());
    const made = await keep(buildPicture(), ids.task_id);
    await finishUnit(database(), ids, { status: "partial" });
    expect(await media.service.removeUnused([made.id])).toBe(0);
    // A start from scratch begins another lineage.
    await sql`
      WITH begun AS (INSERT INTO lineages (unit_id) VALUES (${ids.unit_id}::uuid) RETURNING id)
      UPDATE units SET lineage_id = begun.id FROM begun WHERE units.id = ${ids.unit_id}::uuid`.execute(
      database(),
    );
    expect(await media.service.removeUnused([made.id])).toBe(1);
  });

  test("stay for a while for the replay that brought them, although no unit shows them", async () => {
    const stored = await media.service.storeImage(buildPicture());
    const origin = { made_by_llm_request_id: randomUUID(), task_id: null, keep_days: 30 };
    const made = await database()
      .transaction()
      .execute((transaction) => media.service.record(transaction, stored, origin));
    expect(await media.service.removeUnused([made.id])).toBe(0);
    await sql`UPDATE media_requests SET kept_until = clock_timestamp() WHERE media_id = ${made.id}`.execute(
      database(),
    );
    expect(await media.service.removeUnused([made.id])).toBe(1);
    expect(await left(made)).toEqual([]);
  });

  test("can be made again at the same moment: whoever was told that they are kept finds the file", async () => {
    const bytes = buildPicture();
    const { task_id } = await insertStartedUnit(database());
    for (let round = 0; round < 20; round++) {
      const before = await keep(bytes);
      const [kept] = await Promise.allSettled([
        keep(bytes, task_id),
        media.service.removeUnused([before.id]),
        media.service.removeUnused([before.id]),
      ]);
      if (kept.status === "rejected") {
        expect(kept.reason).toMatchObject({ code: "media_file_missing" });
        continue;
      }
      expect(await left(kept.value)).toEqual([kept.value.id]);
      await sql`DELETE FROM media_uses WHERE media_id = ${kept.value.id}::uuid`.execute(database());
      await media.service.removeUnused([kept.value.id]);
    }
  });
});

describe("the housekeeping", () => {
  test("removes what a dead process left behind, once it is more than a day old", async () => {
    const [old, young] = await Promise.all([keep(), keep()]);
    await sql`UPDATE media SET created_at = created_at - interval '25 hours' WHERE id = ${old.id}::uuid`.execute(
      database(),
    );
    const folder = path.join(home, "media", "ab");
    await mkdir(folder, { recursive: true });
    const write = async (name: string, ageHours: number) => {
      await writeFile(path.join(folder, name), "half a file");
      const at = new Date(Date.now() - ageHours * 3_600_000);
      await utimes(path.join(folder, name), at, at);
    };
    await write("old.png.1.part", 25);
    await write("young.png.1.part", 23);
    await write("notes.txt", 25);
    expect(await media.service.removeOrphans()).toEqual({ media: 1, files: 1 });
    expect(await left(old, young)).toEqual([young.id]);
    expect((await readdir(folder)).filter((name) => !/^[0-9a-f]{64}/.test(name)).sort()).toEqual([
      "notes.txt",
      "young.png.1.part",
    ]);
  });
});
