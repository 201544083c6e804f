import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "./app.ts";

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly $ref?: string;
  readonly format?: string;
}
interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: { readonly "application/json": { readonly schema: Schema } } };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

// A failure prints the seed; SEED=… repeats it, RUNS=… runs the full campaign.
const seed = Number(process.env.SEED ?? 20_261_121);
const numRuns = Number(process.env.RUNS ?? 15);

let test: TestApp;
let document: Document;
beforeAll(async () => {
  test = await createTestApp();
  // The server's own document.
  document = (await (await test.request("/openapi.json")).json()) as Document;
});
afterAll(() => test.close());

const awkward = fc.constantFrom(
  "",
  " ",
  "\u0000",
  "a\u0000b",
  "\ud800",
  "%00",
  "'; DROP TABLE units; --",
  "💧",
  "-1",
  "1e309",
  "null",
  "../../etc/passwd",
);
const text = fc.oneof(awkward, fc.string({ maxLength: 30 }), fc.string({ unit: "binary", maxLength: 20 }));

function anythingFor(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
  const noise = fc.oneof(fc.jsonValue({ maxDepth: 2 }), text);
  return fc.oneof({ arbitrary: fitting(schema, depth), weight: 4 }, { arbitrary: noise, weight: 1 });
}

function fitting(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) return fitting(referenced(schema.$ref), depth);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined)
    return fc.oneof(...schema.anyOf.map((option) => fitting(option, depth + 1)));
  const [type] = [schema.type ?? "string"].flat();
  if (schema.format === "uuid") return fc.uuid();
  if (type === "integer" || type === "number") return fc.oneof(fc.integer(), fc.double());
  if (type === "boolean") return fc.boolean();
  if (type === "array")
    return depth > 3
      ? fc.constant([])
      : fc.array(anythingFor(schema.items ?? {}, depth + 1), { maxLength: 3 });
  if (type === "object") return objectOf(schema, depth);
  return text;
}

function objectOf(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  if (depth > 4) return fc.constant({});
  const fields = Object.entries(schema.properties ?? {}).map(([name, part]) => [
    name,
    anythingFor(part, depth + 1),
  ]);
  return fc.record(Object.fromEntries(fields), { requiredKeys: [] });
}

function referenced(reference: string): Schema {
  return document.components.schemas[reference.split("/").at(-1) ?? ""] ?? {};
}

interface Call {
  readonly route: string;
  readonly body: unknown;
}

function callOf(path: string, operation: Operation): fc.Arbitrary<Call> {
  const parameters = Object.fromEntries(
    (operation.parameters ?? []).map(({ name, schema }) => [name, anythingFor(schema)]),
  );
  const body = operation.requestBody?.content["application/json"].schema;
  return fc
    .record({
      values: fc.record(parameters, { requiredKeys: [] }),
      body: body === undefined ? fc.constant(undefined) : anythingFor(body),
    })
    .map(({ values, body: sent }) => {
      const words = new Map(Object.entries(values).map(([name, value]) => [name, encode(value)]));
      const filled = path.replace(/\{(\w+)\}/g, (_whole, name: string) => words.get(name) || "missing");
      const query = (operation.parameters ?? []).flatMap(({ name, in: place }) => {
        const value = words.get(name);
        return place !== "query" || value === undefined ? [] : [`${name}=${value}`];
      });
      return { route: query.length === 0 ? filled : `${filled}?${query.join("&")}`, body: sent };
    });
}

function encode(value: unknown): string {
  const word = typeof value === "string" ? value : JSON.stringify(value);
  return encodeURIComponent((word ?? "").toWellFormed());
}

describe("every route of the API", () => {
  it("answers whatever it is sent without a bug, and as its document says", async () => {
    const operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
    );
    expect(operations.length).toBeGreaterThan(30);
    for (const { path, method, operation } of operations) {
      const property = fc.asyncProperty(callOf(path, operation), async ({ route, body }) => {
        const answer = await test.send(method, route, body);
        const said = await answer.text();
        expect([method, route, answer.status, answer.status >= 500 ? said : ""]).toEqual([
          method,
          route,
          expect.any(Number),
          "",
        ]);
        if (answer.status >= 400) {
          expect(JSON.parse(said)).toMatchObject({
            status: answer.status,
            code: expect.any(String),
            detail: expect.any(String),
          });
        }
        if (
          route.startsWith(path.split("{")[0] ?? "") &&
          answer.headers.get("content-type")?.startsWith("application/json")
        ) {
          expect(Object.keys(operation.responses)).toContain(String(answer.status));
        }
      });
      await fc.assert(property, { seed, numRuns });
    }
  });
});
