import { createHash, randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildLesson, insertWrittenUnit } from "../../../test/builders/written-unit.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/database.ts";
import { createContentModule } from "./module.ts";

let test: TestDatabase;
let content: ReturnType<typeof createContentModule>;
beforeAll(async () => {
  test = await createTestDatabase();
  content = createContentModule({
    database: test.database,
    cancelTask: async () => undefined,
    discardMedia: async () => undefined,
  });
});
afterAll(() => test.close());

async function insertMedia(kind: "audio" | "image"): Promise<string> {
  const sha256 = createHash("sha256").update(randomUUID()).digest("hex");
  const [mime, seconds, pixels] = kind === "audio" ? ["audio/mpeg", 1, null] : ["image/png", null, 1];
  const { rows } = await sql<{ id: string }>`
    INSERT INTO media (sha256, kind, mime, bytes, seconds, width, height)
    VALUES (${sha256}, ${kind}, ${mime}, 1, ${seconds}, ${pixels}, ${pixels}) RETURNING id`.execute(
    test.database,
  );
  if (rows[0] === undefined) throw new Error("An inserted row is returned");
  return rows[0].id;
}

/** A unit with a cover, a podcast and a recording of each of its lessons: an approved one and a draft. */
async function insertUnitWithMedia() {
  const { unit_id } = await insertWrittenUnit(test.database, {
    lessons: [buildLesson(1), buildLesson(2, { review: "draft" })],
  });
  const media = {
    cover: await insertMedia("image"),
    podcast: await insertMedia("audio"),
    approved: await insertMedia("audio"),
    draft: await insertMedia("audio"),
  };
  await sql`UPDATE units SET cover_media_id = ${media.cover}, cover_alt = 'A cover', podcast_media_id = ${media.podcast},
    podcast_seconds = 1 WHERE id = ${unit_id}`.execute(test.database);
  for (const [position, id] of [
    [1, media.approved],
    [2, media.draft],
  ]) {
    await sql`UPDATE lessons SET audio_media_id = ${id}, audio_seconds = 1
      WHERE unit_id = ${unit_id} AND position = ${position}`.execute(test.database);
  }
  return { unit_id, media };
}

describe("media that learners may see", () => {
  it("are those of published units and of their approved lessons, as long as they are published", async () => {
    const { unit_id, media } = await insertUnitWithMedia();
    const shown = async () => {
      const seen: string[] = [];
      for (const [name, id] of Object.entries(media))
        if (await content.learnerService.isPublishedMedia(id)) seen.push(name);
      return seen;
    };
    expect(await shown()).toEqual([]);
    await content.service.publishUnit(unit_id);
    expect(await shown()).toEqual(["cover", "podcast", "approved"]);
    await content.service.unpublishUnit(unit_id);
    expect(await shown()).toEqual([]);
  });

  it("are not what nobody knows", async () => {
    expect(await content.learnerService.isPublishedMedia(randomUUID())).toBe(false);
    expect(await content.learnerService.isPublishedMedia(await insertMedia("image"))).toBe(false);
  });
});
