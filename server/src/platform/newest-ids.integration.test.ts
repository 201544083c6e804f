import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../test/database.ts";
import { selectNewestIds, type WantedRows } from "./newest-ids.ts";
import type { PageDirection } from "./page.ts";
import { containing, plainWords } from "./search-words.ts";

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

type Wanted = Partial<WantedRows> & {
  readonly after?: string | undefined;
  readonly direction?: PageDirection;
};

async function positions({ after, direction = "older", ...wanted }: Wanted): Promise<number[]> {
  const position = { after: after ?? null, direction };
  const query = selectNewestIds({ table: "users", conditions: [], position, limit: 50, ...wanted });
  const { rows } = await query.execute(test.database);
  return rows.map(({ id }) => ids.indexOf(id));
}

/** A search whose words were found in nothing: the newest rows are tested. */
function tested(text: string): Pick<WantedRows, "text"> {
  const found = { ...plainWords(text), isCommon: true };
  return { text: { found, lookUps: [], isNarrow: false, holds: sql`newest.name ILIKE ${containing(text)}` } };
}

describe("selectNewestIds", () => {
  it("goes through the rows of several values in one order, page by page", async () => {
    const anyOf = { column: "role", values: ["operator", "learner", "operator"] };
    expect(await positions({ anyOf, limit: 4 })).toEqual([8, 6, 5, 3]);
    expect(await positions({ anyOf, limit: 4, after: ids[3] })).toEqual([2, 0]);
    expect(await positions({ anyOf, conditions: [sql`name <> 'learner 6'`], limit: 2 })).toEqual([8, 5]);
  });

  it("goes to newer rows from the nearest one on", async () => {
    const anyOf = { column: "role", values: ["operator", "learner"] };
    expect(await positions({ anyOf, limit: 2, after: ids[3], direction: "newer" })).toEqual([5, 6]);
    expect(await positions({ limit: 2, direction: "newer" })).toEqual([0, 1]);
    expect(await positions({ ...tested("view"), after: ids[1], direction: "newer", limit: 1 })).toEqual([4]);
  });

  it("finds nothing for no value at all", async () => {
    expect(await positions({ anyOf: { column: "role", values: [] } })).toEqual([]);
    const text = { found: plainWords("nothing"), lookUps: [], isNarrow: false };
    expect(await positions({ text })).toEqual([]);
  });

  it("takes words literally, in either case, together with a filter and a cursor", async () => {
    expect(await positions(tested("VIEW"))).toEqual([7, 4, 1]);
    expect(await positions({ ...tested("view"), after: ids[7], limit: 1 })).toEqual([4]);
    expect(await positions({ ...tested("er"), anyOf: { column: "role", values: ["viewer"] } })).toEqual([
      7, 4, 1,
    ]);
    expect(await positions(tested("l%r"))).toEqual([]);
  });

  it("merges what was looked up with what is tested, each row once", async () => {
    const { text } = tested("learner");
    if (text === undefined) throw new Error("There is no search");
    const lookUps = [
      { column: "role", values: ["learner", "operator"] },
      { column: "id", values: [ids[0] ?? ""] },
    ];
    expect(await positions({ text: { ...text, lookUps } })).toEqual([8, 6, 5, 3, 2, 0]);
    expect(await positions({ text: { ...text, lookUps }, after: ids[5], limit: 2 })).toEqual([3, 2]);
    const anyOf = { column: "role", values: ["operator"] };
    expect(await positions({ text: { ...text, lookUps }, anyOf })).toEqual([8, 5, 2]);
  });

  it("finds an id, or what begins with the words, once", async () => {
    const id = ids[5] ?? "";
    expect(await positions(tested(id.toUpperCase()))).toEqual([5]);
    expect(await positions(tested(id.slice(0, 35)))).toContain(5);
    expect(await positions({ ...tested(id), conditions: [sql`role = 'viewer'`] })).toEqual([]);
    await sql`UPDATE users SET name = ${id.slice(0, 30)} WHERE id = ${id}`.execute(test.database);
    const found = await positions(tested(id.slice(0, 30)));
    expect(found.filter((position) => position === 5)).toEqual([5]);
  });
});
