import fc from "fast-check";

/** The parts of a JSON schema that values are made from. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly $ref?: string;
  readonly format?: string;
}

export interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: { readonly "application/json": { readonly schema: Schema } } };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}

/** An OpenAPI 3.1 document, as far as calls are made from it. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export interface Call {
  readonly route: string;
  readonly body: unknown;
}

/** Ids of rows that exist, by the first part of the path below the prefix that they belong to. */
export type KnownIds = (path: string, parameter: string) => readonly string[];

const awkward = fc.constantFrom(
  ...["", " ", "\u0000", "a\u0000b", "\ud800", "%00", "'; DROP TABLE units; --", "💧", "-1", "1e309", "null"],
  ...[
    "../../etc/passwd",
    "{{7*7}}",
    "#{7*7}",
    "\r\nset-cookie: a=b",
    "__proto__",
    "<script>alert(1)</script>",
  ],
);
const text = fc.oneof(awkward, fc.string({ maxLength: 30 }), fc.string({ unit: "binary", maxLength: 20 }));
const moment = fc
  .date({ min: new Date("1990-01-01"), max: new Date("2100-01-01"), noInvalidDate: true })
  .map((date) => date.toISOString());

/** Calls of one operation: mostly what its document asks for, sometimes anything. */
export function callsOf(
  document: ApiDocument,
  path: string,
  operation: Operation,
  known: KnownIds,
): fc.Arbitrary<Call> {
  const make = createMaker(document);
  const parameters = Object.fromEntries(
    (operation.parameters ?? []).map(({ name, in: place, schema }) => {
      const ids = place === "path" || name.endsWith("_id") ? known(path, name) : [];
      const value = make.anything(schema);
      return [
        name,
        ids.length === 0 ? value : fc.oneof({ arbitrary: fc.constantFrom(...ids), weight: 3 }, value),
      ];
    }),
  );
  const pathNames = (operation.parameters ?? []).flatMap(({ name, in: place }) =>
    place === "path" ? [name] : [],
  );
  const body = operation.requestBody?.content["application/json"].schema;
  return fc
    .record({
      values: fc.record(parameters, { requiredKeys: pathNames }),
      body: body === undefined ? fc.constant(undefined) : make.anything(body),
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

function createMaker(document: ApiDocument) {
  function anything(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
    const noise = fc.oneof(fc.jsonValue({ maxDepth: 2 }), text);
    return fc.oneof({ arbitrary: fitting(schema, depth), weight: 6 }, { arbitrary: noise, weight: 1 });
  }

  function fitting(schema: Schema, depth: number): fc.Arbitrary<unknown> {
    if (schema.$ref !== undefined) return fitting(referenced(schema.$ref), depth);
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
    if (schema.anyOf !== undefined)
      return fc.oneof(...schema.anyOf.map((option) => fitting(option, depth + 1)));
    const [type] = [schema.type ?? "string"].flat();
    if (schema.format === "uuid") return fc.uuid();
    if (schema.format === "date-time") return moment;
    if (type === "integer") return fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer(), fc.double());
    if (type === "number") return fc.oneof(fc.double({ min: 0, max: 100, noNaN: true }), fc.double());
    if (type === "boolean") return fc.boolean();
    if (type === "null") return fc.constant(null);
    if (type === "array")
      return depth > 3
        ? fc.constant([])
        : fc.array(anything(schema.items ?? {}, depth + 1), { maxLength: 3 });
    if (type === "object") return objectOf(schema, depth);
    return text;
  }

  function objectOf(schema: Schema, depth: number): fc.Arbitrary<unknown> {
    if (depth > 4) return fc.constant({});
    const properties = Object.entries(schema.properties ?? {});
    const fields = Object.fromEntries(properties.map(([name, part]) => [name, anything(part, depth + 1)]));
    const required = (schema.required ?? []).filter((name) => name in fields);
    // Mostly whole, so that what lies behind the validation is reached too.
    return fc.oneof(
      { arbitrary: fc.record(fields, { requiredKeys: required }), weight: 3 },
      { arbitrary: fc.record(fields, { requiredKeys: [] }), weight: 1 },
    );
  }

  function referenced(reference: string): Schema {
    return document.components.schemas[reference.split("/").at(-1) ?? ""] ?? {};
  }

  return { anything };
}

function encode(value: unknown): string {
  const word = typeof value === "string" ? value : JSON.stringify(value);
  return encodeURIComponent((word ?? "").toWellFormed());
}
