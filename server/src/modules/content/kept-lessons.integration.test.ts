import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestApi, type TestCall } from "../../../test/builders/test-api.ts";
import {
  buildLesson,
  findAdministrator,
  finishUnit,
  insertWrittenUnit,
} from "../../../test/builders/written-unit.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/database.ts";
import type { Lesson, UnitDetail } from "./models.ts";
import { createContentModule } from "./module.ts";

let testDatabase: TestDatabase;
let call: TestCall;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  const { database } = testDatabase;
  const content = createContentModule({
    database,
    cancelTask: async () => undefined,
    discardMedia: async () => undefined,
  });
  call = createTestApi(await findAdministrator(database), content.unitRoutes, content.lessonRoutes);
});
afterAll(() => testDatabase.close());

const failure = { error_code: "llm_call_failed", error_message: "The provider answered 500." };

/** A lesson whose text and exercises came from these requests. */
function lessonBy(position: number, ...requests: [transcript: string, exercises: string]) {
  const [transcript, exercises] = requests;
  return buildLesson(position, { review: "draft", written_by: { transcript, exercises } });
}

async function readUnit(unit_id: string): Promise<UnitDetail> {
  return (await call<UnitDetail>("GET", `/content/units/${unit_id}`)).body;
}

async function readLesson(id: string): Promise<Lesson> {
  return (await call<Lesson>("GET", `/content/lessons/${id}`)).body;
}

test("a lesson that the same requests wrote stays as a person left it when its unit is written again", async () => {
  const requests = Array.from({ length: 8 }, () => crypto.randomUUID());
  const [text1 = "", exercises1 = "", text2 = "", exercises2 = "", text3 = "", exercises3 = ""] = requests;
  const unit = await insertWrittenUnit(testDatabase.database, {
    status: "partial",
    lessons: [
      lessonBy(1, text1, exercises1),
      lessonBy(2, text2, exercises2),
      { ...lessonBy(3, text3, exercises3), status: "failed", ...failure, written_by: {} },
    ],
  });
  const before = (await readUnit(unit.unit_id)).lessons.map(({ id }) => id);
  const [kept = "", rewritten = "", failed = ""] = before;
  await call("PUT", `/content/lessons/${kept}/review`, { review: "approved" });
  const { version } = await readLesson(kept);
  await call("PATCH", `/content/lessons/${kept}`, { version, title: "In my words" });
  const asLeft = await readLesson(kept);
  expect(asLeft).toMatchObject({ title: "In my words", review: "approved" });
  const published = await call("POST", `/content/units/${unit.unit_id}/publish`);
  expect(published.status).toBe(200);

  await finishUnit(testDatabase.database, unit, {
    lessons: [
      lessonBy(1, text1, exercises1),
      lessonBy(2, text2, requests[6] ?? ""),
      lessonBy(3, text3, exercises3),
    ],
  });
  const after = await readUnit(unit.unit_id);
  expect(after.lessons.map(({ id, status }) => [before.indexOf(id), status])).toEqual([
    [0, "completed"],
    [-1, "completed"],
    [-1, "completed"],
  ]);
  expect(after.published_at).not.toBeNull();
  const { version: _version, updated_at: _updated, ...rest } = await readLesson(kept);
  expect(asLeft).toMatchObject(rest);
  for (const gone of [rewritten, failed]) {
    expect((await call("GET", `/content/lessons/${gone}`)).status).toBe(404);
  }

  await finishUnit(testDatabase.database, unit, { lessons: [] });
  const left = await sql<{ count: number }>`
    SELECT count(*)::int AS count FROM lessons WHERE unit_id = ${unit.unit_id}::uuid`.execute(
    testDatabase.database,
  );
  expect(left.rows[0]?.count).toBe(0);
});
