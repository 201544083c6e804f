import { sql } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import { insertSamples } from "../../src/cli/seed/insert-samples.ts";
import { createTestApp, type TestApp } from "../app.ts";

let test: TestApp;
beforeAll(async () => {
  test = await createTestApp({ COURSEWRIGHT_REQUESTS_PER_SECOND: "1000000" });
  await insertSamples(test.database.database, { home: test.config.home, again: false });
}, 120_000);
afterAll(() => test.close());

// When a token was last used, and that somebody took the log away with them.
const noted = ["public.api_tokens", "public.audit_log", "public.audit_places"];

/** A digest of each table's rows. */
async function digestTables(): Promise<Map<string, string>> {
  const { database } = test.database;
  const { rows: tables } = await sql<{ name: string }>`
    SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'auth') ORDER BY 1`.execute(
    database,
  );
  const digests = new Map<string, string>();
  for (const { name } of tables.filter((table) => !noted.includes(table.name))) {
    const { rows } = await sql<{ digest: string }>`
      SELECT md5(coalesce(string_agg(md5(t::text), '' ORDER BY t::text), '')) AS digest FROM ${sql.raw(name)} t`.execute(
      database,
    );
    digests.set(name, rows[0]?.digest ?? "");
  }
  return digests;
}

/** Ids of things of all kinds. */
async function readIds(): Promise<string[]> {
  const tables = [
    "units",
    "lessons",
    "tasks",
    "flow_runs",
    "flow_step_runs",
    "llm_requests",
    "media",
    "users",
  ];
  const ids: string[] = [];
  for (const table of tables) {
    const { rows } = await sql<{
      id: string;
    }>`SELECT id FROM ${sql.table(table)} ORDER BY id LIMIT 2`.execute(test.database.database);
    ids.push(...rows.map(({ id }) => id));
  }
  return ids;
}

it("no GET changes anything, so that no link and no image can", async () => {
  // The server's own document.
  const { paths } = (await (await test.request("/openapi.json")).json()) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
  const routes = Object.keys(paths).filter(
    (route) => "get" in (paths[route] ?? {}) && !route.endsWith("/events"),
  );
  const ids = await readIds();
  const before = await digestTables();
  let answered = 0;
  for (const route of routes) {
    for (const id of route.includes("{") ? ids : [""]) {
      const address = route.replaceAll(/\{(\w+)\}/g, (_all, name) => (name === "position" ? "1" : id));
      const answer = await test.request(address);
      await answer.arrayBuffer();
      if (answer.ok) answered += 1;
    }
  }
  expect(answered).toBeGreaterThan(50);
  expect(await digestTables()).toEqual(before);
  process.stdout.write(
    `Reads: ${routes.length} routes, ${answered} answers, ${before.size} tables unchanged\n`,
  );
}, 120_000);

it.each([
  '../../etc/passwd"; filename="run.html',
  "line\r\nset-cookie: a=b",
  "CON.exe\u202Etxt.html",
  "潮汐",
  "/".repeat(300),
])("a download of a unit called %j has a name of letters, digits and hyphens", async (title) => {
  const { rows } = await sql<{ id: string }>`
    UPDATE units SET title = ${title} WHERE id = (SELECT id FROM units WHERE status = 'completed' ORDER BY id LIMIT 1)
    RETURNING id`.execute(test.database.database);
  for (const format of ["md", "json"]) {
    const answer = await test.request(`/api/v1/content/units/${rows[0]?.id}/export?format=${format}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-disposition")).toMatch(
      new RegExp(`^attachment; filename="[\\w-]{1,60}\\.${format}"$`),
    );
    expect(answer.headers.get("set-cookie")).toBeNull();
    await answer.arrayBuffer();
  }
});
