import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "../../../../test/app.ts";
import { insertedId } from "../../../../test/builders/inserted-id.ts";
import { insertRunningStep, type RunningStep } from "../../../../test/builders/running-step.ts";
import { createPerson } from "../../../../test/security/people.ts";
import type { FoundKind, SearchAnswer } from "./models.ts";

let test: TestApp;
let step: RunningStep;

beforeAll(async () => {
  test = await createTestApp();
  step = await insertRunningStep(test.database.database);
});
afterAll(() => test.close());

function run(statement: ReturnType<typeof sql>) {
  return statement.execute(test.database.database);
}

async function search(q: string, limit = 5): Promise<SearchAnswer> {
  const answer = await test.request(
    `/api/v1/admin/search?${new URLSearchParams({ q, limit: String(limit) })}`,
  );
  expect(answer.status).toBe(200);
  // The answer's schema, as the route declares it.
  return (await answer.json()) as SearchAnswer;
}

/** `kind matched id` of every hit. */
async function found(q: string): Promise<string[]> {
  const { groups } = await search(q);
  return groups.flatMap(({ hits }) => hits.map(({ kind, matched, id }) => `${kind} ${matched} ${id}`));
}

async function listed(list: string, q: string): Promise<string[]> {
  const answer = await test.request(`/api/v1/${list}?${new URLSearchParams({ q })}`);
  expect(answer.status).toBe(200);
  // Rows of every list have an id.
  return ((await answer.json()) as { id: string }[]).map(({ id }) => id);
}

function insertUnit(title: string): Promise<string> {
  return insertedId(
    test.database.database,
    sql`
    INSERT INTO units (title, learner_level, status, target_lesson_count, source_kind, user_id)
    VALUES (${title}, 'beginner', 'draft', 3, 'text', ${step.user_id}) RETURNING id`,
  );
}

async function insertTask(inputs: object, unit_id: string | null): Promise<string> {
  const lineage_id = await insertedId(
    test.database.database,
    sql`INSERT INTO lineages DEFAULT VALUES RETURNING id`,
  );
  return await insertedId(
    test.database.database,
    sql`
    INSERT INTO tasks (task_name, inputs, unit_id, lineage_id)
    VALUES ('unit_creation', ${JSON.stringify(inputs)}::jsonb, ${unit_id}, ${lineage_id}) RETURNING id`,
  );
}

describe("GET /admin/search", () => {
  it("finds anything by its id or the beginning of it, and by the title of its unit", async () => {
    const { groups } = await search(step.unit_id);
    expect(groups).toEqual([
      {
        kind: "unit",
        has_more: false,
        hits: [
          {
            ...{ kind: "unit", id: step.unit_id, title: "Tides", detail: null, status: "in_progress" },
            ...{ unit_id: step.unit_id, flow_run_id: null, matched: "id" },
          },
        ],
      },
    ]);
    expect(await found(step.step_run_id.slice(0, 30))).toContain(`step_run id ${step.step_run_id}`);
    expect(await found("tIDe")).toEqual([
      `unit title ${step.unit_id}`,
      `flow_run title ${step.flow_run_id}`,
      `task title ${step.task_id}`,
    ]);
    expect(await found("lesson_crea")).toEqual([`flow_run name ${step.flow_run_id}`]);
  });

  it("finds lessons by their title and people by name or address", async () => {
    const lesson_id = await insertedId(
      test.database.database,
      sql`
      INSERT INTO lessons (unit_id, position, title, status)
      VALUES (${step.unit_id}, 1, 'Spring and neap', 'completed') RETURNING id`,
    );
    const user_id = await insertedId(
      test.database.database,
      sql`
      INSERT INTO users (name, email, role) VALUES ('Ada Neapolitan', 'ada@example.org', 'viewer') RETURNING id`,
    );
    const { groups } = await search("neap");
    expect(groups.flatMap(({ hits }) => hits)).toMatchObject([
      { kind: "lesson", id: lesson_id, detail: "Tides", unit_id: step.unit_id, matched: "title" },
      { kind: "user", id: user_id, detail: "ada@example.org", status: "active", matched: "title" },
    ]);
    expect(await found("ada@")).toEqual([`user title ${user_id}`]);
  });

  it("finds every row of a kind of error by the words of one, whatever its numbers and names are", async () => {
    const failed = async (message: string) =>
      insertedId(
        test.database.database,
        sql`
        INSERT INTO llm_requests (task_id, kind, provider, model, status, error_code, error_message)
        VALUES (${step.task_id}, 'text', 'p', 'm', 'failed', 'provider_refused', ${message}) RETURNING id`,
      );
    const first = await failed(
      'Call 17 for "Tides" was refused after 3.5 s, see https://example.org/errors/17',
    );
    const second = await failed(
      'Call 18 for "Geysers" was refused after 12 s, see https://example.org/errors/18',
    );
    expect(await found("was refused after 999 s")).toEqual([
      `llm_request error ${second}`,
      `llm_request error ${first}`,
    ]);
    expect(await found("s, see https://example.org/errors/999")).toHaveLength(2);
    expect(await found("provider_refused")).toHaveLength(2);
    expect((await search("refused after")).groups[0]?.hits[1]?.detail).toContain("Call 17");
    const kinds = await run(sql`SELECT 1 FROM error_fingerprints WHERE error_code = 'provider_refused'`);
    expect(kinds.rows).toHaveLength(1);
  });

  it("forgets an error that a row no longer has", async () => {
    const message = "The plan has no lessons left";
    await run(
      sql`UPDATE units SET error_code = 'plan_invalid', error_message = ${message} WHERE id = ${step.unit_id}`,
    );
    expect(await found("no lessons left")).toEqual([`unit error ${step.unit_id}`]);
    await run(sql`UPDATE units SET error_code = NULL, error_message = NULL WHERE id = ${step.unit_id}`);
    expect(await found("no lessons left")).toEqual([]);
  });

  it("finds tasks by the title and topic that they were given, never by a source's text or a prompt", async () => {
    const unit_id = await insertUnit("Ice");
    const inputs = {
      topic: "How glaciers melt",
      sources: [{ title: "moraine.md", sha256: "a1" }],
      system: "drumlin",
    };
    const task_id = await insertTask(inputs, unit_id);
    await run(sql`
      INSERT INTO unit_sources (unit_id, position, kind, title, text_zstd, characters, words, sha256)
      VALUES (${unit_id}, 1, 'text', 'moraine', 'esker', 5, 1, 'a1')`);
    await run(sql`
      INSERT INTO payloads_llm_requests (owner_id, part, content, characters)
      VALUES (uuidv7(), 'request', '{"body": "esker"}', 16)`);
    expect(await found("glaciers melt")).toEqual([`unit inputs ${unit_id}`, `task inputs ${task_id}`]);
    for (const hidden of ["esker", "moraine", "drumlin"]) expect(await found(hidden)).toEqual([]);
  });

  it("still finds what a deleted unit left behind by its title", async () => {
    const unit_id = await insertUnit("Sinkholes of Florida");
    const task_id = await insertTask({}, unit_id);
    const flow_run_id = await insertedId(
      test.database.database,
      sql`
      INSERT INTO flow_runs (flow_name, flow_version, flow_key, flow_path, task_id, unit_id)
      VALUES ('unit_creation', 1, 'unit', 'unit', ${task_id}, ${unit_id}) RETURNING id`,
    );
    await run(sql`DELETE FROM units WHERE id = ${unit_id}`);
    expect(await found("sinkholes")).toEqual([`flow_run title ${flow_run_id}`, `task title ${task_id}`]);
    expect(await listed("task-queue/tasks", "of Florida")).toEqual([task_id]);
    expect(await listed("flow-engine/runs", "of Florida")).toEqual([flow_run_id]);
  });

  it.each([
    ["100% of it", "0% o"],
    ["snake_case_title", "e_c"],
    ["back\\slash", "k\\s"],
    ["<b onclick=x>bold</b>", "<b onc"],
    ["שלום עולם", "עולם"],
    ["‮gnirts", "‮gni"],
    ["ab", "ab"],
  ])("takes the words of %s as they are", async (title, words) => {
    const unit_id = await insertUnit(title);
    await insertUnit("100 of it, snake-case title, backslash");
    expect(await found(words)).toEqual([`unit title ${unit_id}`]);
    expect(await listed("content/units", words)).toEqual([unit_id]);
    await run(sql`DELETE FROM units WHERE id <> ${step.unit_id}`);
  });

  it("tells that there is more than it shows", async () => {
    for (const number of [1, 2, 3]) await insertUnit(`Volcano ${number}`);
    const { groups } = await search("volcano", 2);
    expect(groups).toMatchObject([{ kind: "unit", has_more: true }]);
    expect(groups[0]?.hits.map(({ title }) => title)).toEqual(["Volcano 3", "Volcano 2"]);
    const kinds = groups.map(({ kind }): FoundKind => kind);
    expect(kinds).toEqual(["unit"]);
  });

  it.each(["q=", "q=%20", "q=%00", "q=a%00b", `q=${"x".repeat(201)}`, "q=a&limit=0", "q=a&limit=21", ""])(
    "refuses %s",
    async (query) => {
      const answer = await test.request(`/api/v1/admin/search?${query}`);
      expect(answer.status).toBe(422);
    },
  );
});

// Last: the people of this test have addresses made at random, which the words of others may hold.
describe("accounts in GET /admin/search", () => {
  it("are found by administrators only: nobody else learns of a person or their address", async () => {
    await run(
      sql`INSERT INTO users (name, email, role) VALUES ('Tide Turner', 'turner@example.org', 'viewer')`,
    );
    for (const role of ["viewer", "operator"] as const) {
      const { session } = await createPerson(test, role);
      const narrow = {
        authorization: `Bearer ${await test.makeToken(role === "viewer" ? "read" : "operate")}`,
      };
      for (const headers of [session, narrow]) {
        for (const q of ["turner@example.org", "tide"]) {
          const answer = await test.request(`/api/v1/admin/search?${new URLSearchParams({ q })}`, {
            headers,
          });
          expect(answer.status).toBe(200);
          expect(await answer.text()).not.toMatch(/"kind":"user"|Turner/);
        }
      }
    }
    expect((await found("turner@example.org")).length).toBe(1);
  });
});
