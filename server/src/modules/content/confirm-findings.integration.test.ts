import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestApi, type TestCall } from "../../../test/builders/test-api.ts";
import { findAdministrator, finishUnit, insertWrittenUnit } from "../../../test/builders/written-unit.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/database.ts";
import { createContentModule } from "./module.ts";

let test_database: TestDatabase;
let call: TestCall;

beforeAll(async () => {
  test_database = await createTestDatabase();
  const { database } = test_database;
  const content = createContentModule({
    database,
    cancelTask: async () => undefined,
    discardMedia: async () => undefined,
  });
  call = createTestApi(await findAdministrator(database), content.unitRoutes);
});
afterAll(() => test_database.close());

const database = () => test_database.database;

test("what the checks found in texts without a review of their own must be confirmed, and takes a published unit back", async () => {
  const found = { message: "Leads to attacker.example.", part: "plan" as const, lesson_position: null };
  const warnings = [{ ...found, code: "text_needs_a_look" }];
  const ids = await insertWrittenUnit(database(), { warnings });
  const publish = (body?: unknown) => call("POST", `/content/units/${ids.unit_id}/publish`, body);
  for (const body of [undefined, {}, { confirm_findings: false }]) {
    const refused = await publish(body);
    expect([refused.status, refused.body.code, refused.body.findings]).toEqual([
      ...[409, "findings_unconfirmed"],
      ["Leads to attacker.example."],
    ]);
  }
  expect((await publish({ confirm: true })).status).toBe(422);
  expect((await publish({ confirm_findings: true })).body).toMatchObject({ published_lessons: 2 });
  expect((await publish()).status).toBe(200);
  await finishUnit(database(), ids, { warnings });
  expect((await call("GET", `/content/units/${ids.unit_id}`)).body.published_at).toBeNull();
  await finishUnit(database(), ids, { warnings: [{ ...found, code: "plan_note" }] });
  expect((await publish()).status).toBe(200);
});
