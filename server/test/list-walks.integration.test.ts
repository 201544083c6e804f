import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "./app.ts";

const rows = 24;
let test: TestApp;

// Rows of all lists, one of each every step: names, states, amounts and errors repeat in different rhythms.
beforeAll(async () => {
  test = await createTestApp();
  const { database } = test.database;
  await sql`INSERT INTO users (name, email, role, is_active)
    SELECT 'Person ' || n, 'person' || n || '@example.org', CASE WHEN n % 3 = 0 THEN 'viewer' ELSE 'learner' END, n % 4 <> 0
    FROM generate_series(1, ${rows}::int) n`.execute(database);
  await sql`INSERT INTO units (title, learner_level, status, target_lesson_count, source_kind, author, user_id, cost_usd,
      error_code, error_message, created_at, completed_at)
    SELECT 'Course ' || n || CASE WHEN n % 2 = 0 THEN ' on tides' ELSE '' END,
      CASE WHEN n % 4 = 0 THEN 'advanced' ELSE 'beginner' END, CASE WHEN n % 3 = 0 THEN 'failed' ELSE 'completed' END, 3, 'text',
      CASE WHEN n % 5 = 0 THEN 'offline' ELSE 'openai' END, (SELECT id FROM users WHERE email = 'person' || n % 3 + 1 || '@example.org'),
      CASE WHEN n % 7 <> 0 THEN n * 0.01 END, CASE WHEN n % 3 = 0 THEN 'plan_invalid' END,
      CASE WHEN n % 3 = 0 THEN 'Lesson ' || n || ' has no goal' END, '2026-01-01', '2026-01-01'::timestamptz + n * interval '1 second'
    FROM generate_series(1, ${rows}::int) n ORDER BY n`.execute(database);
  await sql`INSERT INTO lineages (unit_id) SELECT id FROM units ORDER BY id`.execute(database);
  await sql`INSERT INTO tasks (task_name, status, inputs, unit_id, user_id, lineage_id, mode, error_code, error_message, started_at,
      completed_at)
    SELECT CASE WHEN u.author = 'offline' THEN 'llm_replay' ELSE 'unit_creation' END, u.status,
      jsonb_build_object('topic', CASE WHEN u.learner_level = 'advanced' THEN 'Moon' ELSE 'Sun' END), u.id, u.user_id, l.id,
      CASE WHEN u.author = 'offline' THEN 'resume' ELSE 'from_scratch' END, u.error_code, u.error_message, u.created_at,
      u.completed_at
    FROM units u JOIN lineages l ON l.unit_id = u.id ORDER BY u.id`.execute(database);
  await sql`INSERT INTO flow_runs (flow_name, flow_version, flow_key, flow_path, status, task_id, unit_id, user_id, lineage_id, cost_usd,
      error_code, error_message, started_at, completed_at)
    SELECT CASE WHEN u.author = 'offline' THEN 'unit_art' ELSE 'unit_creation' END, 1, 'unit', 'unit', t.status, t.id, u.id,
      u.user_id, t.lineage_id, u.cost_usd, u.error_code, u.error_message, u.created_at, u.completed_at
    FROM tasks t JOIN units u ON u.id = t.unit_id ORDER BY t.id`.execute(database);
  await sql`INSERT INTO flow_step_runs (flow_run_id, task_id, lineage_id, flow_path, step_name, step_version, step_order)
    SELECT id, task_id, lineage_id, 'unit', CASE WHEN flow_name = 'unit_art' THEN 'draw' ELSE 'write' END, 1, 1
    FROM flow_runs ORDER BY id`.execute(database);
  await sql`INSERT INTO llm_requests (step_run_id, flow_run_id, task_id, unit_id, user_id, kind, provider, model, status, cost_usd,
      prompt_name, error_code, error_message, sent_at, completed_at)
    SELECT s.id, r.id, r.task_id, r.unit_id, r.user_id, CASE WHEN r.flow_name = 'unit_art' THEN 'image' ELSE 'text' END, 'openai',
      CASE WHEN r.flow_name = 'unit_art' THEN 'painter' ELSE 'writer' END, r.status, r.cost_usd, 'prompt', r.error_code,
      r.error_message, r.started_at, r.completed_at
    FROM flow_step_runs s JOIN flow_runs r ON r.id = s.flow_run_id ORDER BY s.id`.execute(database);
});
afterAll(() => test.close());

interface Walked {
  readonly ids: string[];
  readonly total: number;
}

/** Goes through the list page by page in one direction, as the Link headers lead. */
async function walk(path: string, query: string, direction: "older" | "newer"): Promise<Walked> {
  const ids: string[] = [];
  let next: string | undefined = `/api/v1/${path}?${query}&limit=3&direction=${direction}`;
  let total = 0;
  while (next !== undefined) {
    const answer: Response = await test.request(next);
    expect(answer.status).toBe(200);
    // Rows of every list have an id.
    const page = ((await answer.json()) as { id: string }[]).map(({ id }) => id);
    expect(page).toEqual(page.toSorted().toReversed());
    if (direction === "older") ids.push(...page);
    else ids.unshift(...page);
    total = Number(answer.headers.get("total-count"));
    next = answer.headers.get("link")?.match(/<(.+)>/)?.[1];
  }
  return { ids, total };
}

const common = "created_from=2020-01-01T00:00:00Z&created_to=2100-01-01T00:00:00Z";
const durations = [
  "min_duration_ms=8000",
  "max_duration_ms=5000",
  "min_duration_ms=4000&max_duration_ms=4000",
];
const costs = [
  "min_cost_usd=0.1",
  "max_cost_usd=0.05",
  "min_cost_usd=0.03&max_cost_usd=0.15&min_duration_ms=4000",
];
const words = ["q=course", "q=TIDES", "q=has%20no%20goal", "q=lesson%2099%20has", "q=on", "q=moon"];

const lists: readonly (readonly [path: string, queries: readonly string[]])[] = [
  [
    "task-queue/tasks",
    [
      ...["", common, "status=failed", "status=failed,completed", "mode=resume", "task_name=llm_replay"],
      ...[...durations, "min_duration_ms=3000&status=failed", ...words, "q=replay", "q=tides&status=failed"],
    ],
  ],
  [
    "flow-engine/runs",
    [
      ...["", common, "status=failed", "flow_name=unit_art", ...durations, ...costs],
      ...["min_cost_usd=0.02&status=completed", ...words, "q=art", "q=creation&status=failed"],
    ],
  ],
  [
    "llm/requests",
    [
      ...[
        "",
        common,
        "status=failed,completed",
        "kind=image",
        "step_name=draw",
        "model=painter",
        ...durations,
      ],
      ...[
        ...costs,
        "min_cost_usd=0.02&model=writer",
        ...words,
        "q=draw",
        "q=openai",
        "q=paint&status=completed",
      ],
    ],
  ],
  [
    "content/units",
    [
      ...["", common, "status=failed", "learner_level=advanced", "author=offline", ...durations, ...costs],
      ...["min_cost_usd=0.02&author=openai", ...words],
    ],
  ],
  [
    "admin/users",
    ["", "role=viewer", "is_active=false", "is_active=true&role=learner", "q=person", "q=person1"],
  ],
];

describe.each(lists)("%s", (path, queries) => {
  it.each(queries)("is the same list from both ends with %s", async (query) => {
    const older = await walk(path, query, "older");
    const newer = await walk(path, query, "newer");
    expect(older.ids.length).toBeGreaterThan(0);
    expect(new Set(older.ids).size).toBe(older.ids.length);
    expect(newer.ids).toEqual(older.ids);
    expect([older.total, newer.total]).toEqual([older.ids.length, older.ids.length]);
  });

  it("gives the row before and the row after any row of the same filter", async () => {
    const { ids } = await walk(path, "", "older");
    for (const [place, id] of ids.entries()) {
      const neighbour = async (direction: string) => {
        const answer = await test.request(`/api/v1/${path}?limit=1&cursor=${id}&direction=${direction}`);
        // Rows of every list have an id.
        return ((await answer.json()) as { id: string }[])[0]?.id;
      };
      expect([await neighbour("newer"), await neighbour("older")]).toEqual([ids[place - 1], ids[place + 1]]);
    }
  });

  it.each([
    "direction=up",
    "created_from=yesterday",
    "min_duration_ms=-1",
    "min_duration_ms=1.5",
    "min_cost_usd=free",
    "q=%00",
    `q=${"x".repeat(201)}`,
  ])("refuses %s", async (query) => {
    const hasField = !path.includes("users") || /^(direction|q)/.test(query);
    const isKnown = hasField && !(path.includes("tasks") && query.startsWith("min_cost"));
    expect((await test.request(`/api/v1/${path}?${query}`)).status).toBe(isKnown ? 422 : 200);
  });
});

describe("what the filters keep", () => {
  const read = async (path: string, query: string) =>
    // The fields named here are columns of the rows.
    (await (await test.request(`/api/v1/${path}?limit=200&${query}`)).json()) as {
      cost_usd: number | null;
      error_code: string | null;
      started_at: string;
      completed_at: string;
      unit_title: string;
    }[];

  it("are amounts between both bounds, to the digit; unknown costs match neither", async () => {
    const runs = await read("flow-engine/runs", "min_cost_usd=0.03&max_cost_usd=0.15");
    expect(runs.map(({ cost_usd }) => cost_usd)).toEqual(
      [15, 13, 12, 11, 10, 9, 8, 6, 5, 4, 3].map((n) => n / 100),
    );
    const tasks = await read("task-queue/tasks", "min_duration_ms=4000&max_duration_ms=6000");
    expect(
      tasks.map(({ started_at, completed_at }) => Date.parse(completed_at) - Date.parse(started_at)),
    ).toEqual([6_000, 5_000, 4_000]);
  });

  it("are the rows of one kind of error, of one unit's title, of one topic", async () => {
    for (const path of ["task-queue/tasks", "flow-engine/runs", "llm/requests", "content/units"]) {
      expect(await read(path, "q=lesson%20500%20has%20no%20goal")).toHaveLength(rows / 3);
      expect(await read(path, "q=on%20tides")).toHaveLength(rows / 2);
      expect(await read(path, "q=moon")).toHaveLength(rows / 4);
      expect(await read(path, "q=on%20tides&status=failed")).toHaveLength(rows / 6);
      expect(await read(path, "q=nothing%20holds%20this")).toEqual([]);
    }
  });
});
