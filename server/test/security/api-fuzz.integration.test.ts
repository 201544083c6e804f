import path from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import { insertSamples } from "../../src/cli/seed/insert-samples.ts";
import { createTestApp, type TestApp } from "../app.ts";
import { type ApiDocument, callsOf, type KnownIds, type Operation } from "./openapi-calls.ts";
import { createPerson, type Person } from "./people.ts";

// A failure prints seed and path of the call; SECURITY_SEED repeats it, SECURITY_REQUESTS asks for the full campaign.
const seed = Number(process.env.SECURITY_SEED ?? 20_261_122);
const requests = Number(process.env.SECURITY_REQUESTS ?? 2_000);

let test: TestApp;
let administrator: Person;
let document: ApiDocument;
let ids: Map<string, string[]>;

beforeAll(async () => {
  test = await createTestApp({
    COURSEWRIGHT_REQUIRE_SECOND_FACTOR: "nobody",
    COURSEWRIGHT_REQUESTS_PER_SECOND: "1000000",
  });
  await insertSamples(test.database.database, { home: test.config.home, again: false });
  administrator = await createPerson(test, "admin");
  // The server's own document.
  document = (await (await test.request("/openapi.json")).json()) as ApiDocument;
  ids = await readIds();
}, 120_000);
afterAll(() => test.close());

/** Some rows of each kind; of people only those whom nothing depends on. */
async function readIds(): Promise<Map<string, string[]>> {
  const learners = await Promise.all([1, 2].map(() => createPerson(test, "learner")));
  const found = new Map([["users", learners.map(({ id }) => id)]]);
  const tables = [
    "units",
    "lessons",
    "tasks",
    "flow_runs",
    "flow_step_runs",
    "llm_requests",
    "media",
    "incidents",
  ];
  for (const table of tables) {
    const { rows } = await sql<{
      id: string;
    }>`SELECT id FROM ${sql.table(table)} ORDER BY id LIMIT 20`.execute(test.database.database);
    found.set(
      table,
      rows.map(({ id }) => id),
    );
  }
  return found;
}

const tableOf: readonly (readonly [RegExp, string])[] = [
  [/\/content\/units|\/content-creator\/units/, "units"],
  [/\/lessons/, "lessons"],
  [/\/task-queue|bulk-actions|\/prefect\/tasks/, "tasks"],
  [/\/flow-engine|\/prefect\/flow-runs/, "flow_runs"],
  [/\/llm\/requests/, "llm_requests"],
  [/\/media/, "media"],
  [/\/incidents/, "incidents"],
  [/\/admin\/users/, "users"],
];
const knownIds: KnownIds = (route, parameter) => {
  const named = { unit_id: "units", task_id: "tasks", flow_run_id: "flow_runs", step_id: "flow_step_runs" };
  const table = Object.entries(named).find(([name]) => name === parameter)?.[1];
  return ids.get(table ?? tableOf.find(([pattern]) => pattern.test(route))?.[1] ?? "") ?? [];
};

/** Schemas are compiled once for each operation and status. */
function createValidators() {
  const ajv = new Ajv2020({ strict: false, validateFormats: true, allErrors: false });
  // The package is CommonJS: its function is the default of the default.
  (addFormats as unknown as { default: (target: Ajv2020) => void }).default(ajv);
  ajv.addSchema({ ...document, $id: "api" });
  const known = new Map<string, ValidateFunction | null>();
  return (operation: Operation, key: string, status: number, type: string): ValidateFunction | null => {
    const name = `${key} ${status} ${type}`;
    if (!known.has(name)) {
      const schema = operation.responses[status]?.content?.[type]?.schema;
      known.set(name, schema === undefined ? null : ajv.compile(absolute(schema)));
    }
    return known.get(name) ?? null;
  };
}

/** `#/components/…` seen from inside a part of the document. */
function absolute(schema: unknown): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"api#/components')) as object;
}

// Ends the session that the others need.
const skipped = new Set(["POST /api/v1/auth/sign-out", "DELETE /api/v1/admin/sessions"]);

it("answers whatever it is sent without a bug, and exactly as its document says", async () => {
  const validatorOf = createValidators();
  const operations = Object.entries(document.paths).flatMap(([route, item]) =>
    Object.entries(item).map(([method, operation]) => ({ route, method: method.toUpperCase(), operation })),
  );
  const chosen = operations.filter(({ method, route }) => !skipped.has(`${method} ${route}`));
  const numRuns = Math.ceil(requests / chosen.length);
  const wrong: string[] = [];
  const counted = { sent: 0, successes: 0, refusals: 0 };
  for (const { route: template, method, operation } of chosen) {
    const asPerson = /\/auth\/|\/admin\/(tokens|sessions)/.test(template);
    const property = fc.asyncProperty(
      callsOf(document, template, operation, knownIds),
      async ({ route, body }) => {
        const answer = await test.send(method, route, body, asPerson ? { ...administrator.session } : {});
        const type = answer.headers.get("content-type")?.split(";")[0] ?? "";
        if (type === "text/event-stream") return void (await answer.body?.cancel());
        const said = await answer.text();
        const what = `${method} ${route} ${JSON.stringify(body)?.slice(0, 500)} → ${answer.status} ${said.slice(0, 500)}`;
        counted.sent += 1;
        expect(answer.status, what).toBeLessThan(500);
        // What the address was cut short to, such as by an empty or dotted part, is another route's matter.
        const isOwn = matches(template, route);
        if (answer.status >= 400) {
          counted.refusals += 1;
          expect(JSON.parse(said), what).toMatchObject({
            status: answer.status,
            code: expect.any(String),
            detail: expect.any(String),
          });
          if (isOwn && ![401, 403, 413, 415, 429].includes(answer.status))
            expect(Object.keys(operation.responses), what).toContain(String(answer.status));
          return;
        }
        counted.successes += 1;
        if (!isOwn) return;
        expect(Object.keys(operation.responses), what).toContain(String(answer.status));
        const validate = validatorOf(operation, `${method} ${template}`, answer.status, type);
        if (validate === null || type !== "application/json") return;
        expect(validate(JSON.parse(said)), `${what}\n${JSON.stringify(validate.errors)}`).toBe(true);
      },
    );
    const outcome = await fc.check(property, { seed, numRuns });
    if (outcome.failed)
      wrong.push(outcome.errorInstance instanceof Error ? outcome.errorInstance.message : template);
  }
  expect(wrong).toEqual([]);
  expect(
    (await test.request("/api/v1/admin/users")).status,
    "the caller could still do everything at the end",
  ).toBe(200);
  expect(counted.successes).toBeGreaterThan(chosen.length);
  process.stdout.write(
    `API fuzz: ${counted.sent} requests on ${chosen.length} operations, ${counted.successes} successes, ` +
      `${counted.refusals} refusals, 0 answers >= 500, 0 schema mismatches (seed ${seed})\n`,
  );
}, 3_600_000);

/** Whether an address still belongs to the route that it was made for. */
function matches(template: string, route: string): boolean {
  const [address = ""] = route.split("?");
  const parts = address.split("/");
  const wanted = template.split("/");
  return (
    path.posix.normalize(address) === address &&
    parts.length === wanted.length &&
    wanted.every((part, index) => (part.startsWith("{") ? parts[index] !== "" : part === parts[index]))
  );
}
