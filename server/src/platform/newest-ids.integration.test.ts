import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../test/database.ts";
import { containing, selectNewestIds, type WantedRows } from "./newest-ids.ts";

let test: TestDatabase;
/** Oldest first; their names are "learner 0", "viewer 1", "operator 2", "learner 3", … */
let ids: string[];
const roles = ["learner", "viewer", "operator"];

beforeAll(async () => {
  test = await createTestDatabase({ max: 2 });
  await sql`DELETE FROM users`.execute(test.database);
  ids = [];
  for (let position = 0; position < 9; position += 1) {
    const role = roles[position % 3];
    const { rows } = await sql<{ id: string }>`
      INSERT INTO users (name, role) VALUES (${`${role} ${position}`}, ${role}) RETURNING id`.execute(
      test.database,
    );
    ids.push(...rows.map(({ id }) => id));
  }
});
afterAll(() => test.close());

async function positions(wanted: Partial<WantedRows>): Promise<number[]> {
  const query = selectNewestIds({ table: "users", conditions: [], after: null, limit: 50, ...wanted });
  const { rows } = await query.execute(test.database);
  return rows.map(({ id }) => ids.indexOf(id));
}

function words(text: string): Pick<WantedRows, "text"> {
  return { text: { words: text, holds: sql`newest.name ILIKE ${containing(text)}` } };
}

describe("selectNewestIds", () => {
  it("goes through the rows of several values in one order, page by page", async () => {
    const anyOf = { column: "role", values: ["operator", "learner", "operator"] };
    expect(await positions({ anyOf, limit: 4 })).toEqual([8, 6, 5, 3]);
    expect(await positions({ anyOf, limit: 4, after: ids[3] ?? null })).toEqual([2, 0]);
    expect(await positions({ anyOf, conditions: [sql`name <> 'learner 6'`], limit: 2 })).toEqual([8, 5]);
  });

  it("finds nothing for no value at all", async () => {
    expect(await positions({ anyOf: { column: "role", values: [] } })).toEqual([]);
  });

  it("takes words literally, in either case, together with a filter and a cursor", async () => {
    expect(await positions(words("VIEW"))).toEqual([7, 4, 1]);
    expect(await positions({ ...words("view"), after: ids[7] ?? null, limit: 1 })).toEqual([4]);
    expect(await positions({ ...words("er"), anyOf: { column: "role", values: ["viewer"] } })).toEqual([
      7, 4, 1,
    ]);
    expect(await positions(words("l%r"))).toEqual([]);
  });

  it("finds an id, or what begins with the words, once", async () => {
    const id = ids[5] ?? "";
    expect(await positions(words(id.toUpperCase()))).toEqual([5]);
    expect(await positions(words(id.slice(0, 35)))).toContain(5);
    expect(await positions({ ...words(id), conditions: [sql`role = 'viewer'`] })).toEqual([]);
    await sql`UPDATE users SET name = ${id.slice(0, 30)} WHERE id = ${id}`.execute(test.database);
    const found = await positions(words(id.slice(0, 30)));
    expect(found.filter((position) => position === 5)).toEqual([5]);
  });
});
