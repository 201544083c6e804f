import { at, numberFor } from "./choice.ts";
import { textFor } from "./fill-text.ts";
import type { PromptFacts } from "./prompt-facts.ts";
import type { Prose } from "./prose.ts";

/** A JSON schema as received; keywords are read one by one where they are needed. */
export type JsonSchema = Record<string, unknown>;

/** What `fillSchema` may draw on besides the schema. */
export interface FillSources {
  facts: PromptFacts;
  prose: Prose;
  /** Used for an array of objects that the draft does not name. */
  list?: readonly unknown[];
}

interface Place extends FillSources {
  root: JsonSchema;
  path: string;
  depth: number;
  /** Position in the nearest array. */
  index: number;
}

const deepest = 12;

/**
 * A value that fits the schema: the draft where it fits, generated content elsewhere. Knows `$ref`, `anyOf`,
 * `oneOf`, `allOf`, `enum`, `const`, type lists, bounds, formats and simple patterns; equal input gives equal output.
 */
export function fillSchema(schema: JsonSchema, draft: unknown, sources: FillSources): unknown {
  return fill(schema, draft, { ...sources, root: schema, path: "", depth: 0, index: 0 });
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fill(received: unknown, draft: unknown, place: Place): unknown {
  const schema = resolved(received, place);
  if ("const" in schema) return schema.const;
  if (Array.isArray(schema.enum)) return enumValue(schema.enum, draft, place);
  const branches = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(branches)) return fill(branchFor(branches, draft, place), draft, place);
  switch (typeFor(schema, draft)) {
    case "object":
      return fillObject(schema, draft, place);
    case "array":
      return fillArray(schema, draft, place);
    case "string":
      return textFor(schema, draft, place);
    case "integer":
      return numberWithin(schema, draft, place, true);
    case "number":
      return numberWithin(schema, draft, place, false);
    case "boolean":
      return typeof draft === "boolean" ? draft : numberFor(place.path) % 2 === 0;
    default:
      return null;
  }
}

function resolved(received: unknown, place: Place): JsonSchema {
  if (!isRecord(received)) return {};
  let schema = received;
  for (let hops = 0; typeof schema.$ref === "string" && hops < 20; hops++) {
    const { $ref: reference, ...beside } = schema;
    schema = { ...lookUp(place.root, String(reference)), ...beside };
  }
  if (!Array.isArray(schema.allOf)) return schema;
  const { allOf, ...own } = schema;
  return allOf.map((part) => resolved(part, place)).reduce(merged, own);
}

function lookUp(root: JsonSchema, reference: string): JsonSchema {
  let found: unknown = root;
  for (const part of reference.replace(/^#\/?/, "").split("/").filter(Boolean)) {
    found = isRecord(found)
      ? found[decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~")]
      : undefined;
  }
  return isRecord(found) ? found : {};
}

function merged(left: JsonSchema, right: JsonSchema): JsonSchema {
  const required = [...listOf(left.required), ...listOf(right.required)];
  const properties = { ...recordOf(left.properties), ...recordOf(right.properties) };
  return {
    ...left,
    ...right,
    ...(required.length > 0 ? { required } : {}),
    ...(Object.keys(properties).length > 0 ? { properties } : {}),
  };
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function recordOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

function enumValue(values: unknown[], draft: unknown, place: Place): unknown {
  const wanted = String(draft).toLowerCase();
  const same = values.find((value) => value === draft || String(value).toLowerCase() === wanted);
  if (same !== undefined) return same;
  const offered = values.filter((value) => value !== null);
  return at(offered.length > 0 ? offered : values, place.index + numberFor(place.path.replace(/\d+/g, "")));
}

function branchFor(branches: unknown[], draft: unknown, place: Place): unknown {
  const known = branches.map((branch) => ({ branch, schema: resolved(branch, place) }));
  const isNull = (schema: JsonSchema) => schema.type === "null" || schema.const === null;
  if (draft === null || place.depth > deepest) {
    const nothing = known.find(({ schema }) => isNull(schema));
    if (nothing) return nothing.branch;
  }
  const fitting = known.filter(({ schema }) => !isNull(schema));
  const best = fitting.find(({ schema }) => suits(schema, draft, place)) ?? fitting[0] ?? known[0];
  return best?.branch;
}

function suits(schema: JsonSchema, draft: unknown, place: Place): boolean {
  if ("const" in schema) return schema.const === draft;
  if (Array.isArray(schema.enum)) return schema.enum.includes(draft);
  const types = typesOf(schema);
  if (!isRecord(draft)) return draft !== undefined && types.some((type) => isOfType(draft, type));
  if (!types.includes("object")) return false;
  return Object.entries(recordOf(schema.properties)).every(([name, property]) => {
    const known = resolved(property, place);
    return !("const" in known) || !(name in draft) || known.const === draft[name];
  });
}

function typesOf(schema: JsonSchema): string[] {
  if (typeof schema.type === "string") return [schema.type];
  if (Array.isArray(schema.type)) return schema.type.map(String);
  if ("properties" in schema || "additionalProperties" in schema) return ["object"];
  if ("items" in schema || "prefixItems" in schema) return ["array"];
  return ["minimum", "maximum"].some((name) => name in schema) ? ["number"] : ["string"];
}

function isOfType(value: unknown, type: string): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  return type === "object" ? isRecord(value) : typeof value === type;
}

function typeFor(schema: JsonSchema, draft: unknown): string | undefined {
  const types = typesOf(schema);
  if (draft !== undefined) {
    const same = types.find((type) => isOfType(draft, type));
    if (same !== undefined) return same;
  }
  return types.find((type) => type !== "null") ?? types[0];
}

function fillObject(schema: JsonSchema, draft: unknown, place: Place): Record<string, unknown> {
  const given = isRecord(draft) ? draft : {};
  const required = new Set(listOf(schema.required).map(String));
  const properties = recordOf(schema.properties);
  const value: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(properties), ...required])) {
    if (!required.has(name) && given[name] === undefined) continue;
    const property = properties[name] ?? {};
    value[name] = fill(property, given[name] ?? adopted(property, place), {
      ...place,
      path: `${place.path}/${name}`,
      depth: place.depth + 1,
    });
  }
  const extra = schema.additionalProperties;
  const wanted = Math.max(Number(schema.minProperties ?? 0), Object.keys(properties).length > 0 ? 0 : 1);
  for (let index = 0; isRecord(extra) && Object.keys(value).length < wanted; index++) {
    value[`entry_${index + 1}`] = fill(extra, undefined, {
      ...place,
      path: `${place.path}/${index}`,
      index,
    });
  }
  return value;
}

/** At the top of an answer an array of objects that the draft does not name gets the writer's list. */
function adopted(property: unknown, place: Place): unknown {
  if (place.depth > 0 || place.list === undefined) return undefined;
  const schema = resolved(property, place);
  const isListOfObjects =
    schema.type === "array" && typesOf(resolved(schema.items, place)).includes("object");
  return isListOfObjects && place.list.some(isRecord) ? place.list : undefined;
}

function fillArray(schema: JsonSchema, draft: unknown, place: Place): unknown[] {
  const fixed = listOf(schema.prefixItems);
  const given = Array.isArray(draft) ? draft : undefined;
  const least = Math.max(Number(schema.minItems ?? 0), fixed.length);
  const most = Number(schema.maxItems ?? Number.POSITIVE_INFINITY);
  const usual = place.depth > deepest ? 0 : 3;
  const length = Math.min(Math.max(given?.length ?? usual, least), most);
  const values: unknown[] = [];
  for (let index = 0; index < length; index++) {
    const item = fixed[index] ?? schema.items ?? {};
    const next = { ...place, path: `${place.path}/${index}`, depth: place.depth + 1, index };
    values.push(fill(item, given?.[index], next));
  }
  return schema.uniqueItems === true ? distinct(values, schema, least, place) : values;
}

function distinct(values: unknown[], schema: JsonSchema, least: number, place: Place): unknown[] {
  const kept = new Map(values.map((value) => [JSON.stringify(value), value]));
  for (let index = values.length; kept.size < least && index < values.length + 100; index++) {
    const value = fill(schema.items ?? {}, undefined, { ...place, path: `${place.path}/${index}`, index });
    kept.set(JSON.stringify(value), value);
  }
  return [...kept.values()];
}

function numberWithin(schema: JsonSchema, draft: unknown, place: Place, whole: boolean): number {
  const unit = typeof schema.multipleOf === "number" ? schema.multipleOf : whole ? 1 : 0;
  const step = unit || 1e-6;
  const least = Math.max(
    Number(schema.minimum ?? Number.NEGATIVE_INFINITY),
    typeof schema.exclusiveMinimum === "number" ? schema.exclusiveMinimum + step : Number.NEGATIVE_INFINITY,
  );
  const most = Math.min(
    Number(schema.maximum ?? Number.POSITIVE_INFINITY),
    typeof schema.exclusiveMaximum === "number" ? schema.exclusiveMaximum - step : Number.POSITIVE_INFINITY,
  );
  const low = Number.isFinite(least) ? least : Math.min(1, most);
  const high = Math.min(most, low + (whole ? 4 : 1));
  const generated = low + ((numberFor(`${place.facts.seed}${place.path}`) % 1000) / 999) * (high - low);
  const wanted = Math.min(Math.max(numberDraft(draft) ?? generated, least), most);
  if (unit === 0)
    return Math.round(wanted * 1000) / 1000 >= low
      ? Math.min(Math.round(wanted * 1000) / 1000, most)
      : wanted;
  const rounded = Math.round(wanted / unit) * unit;
  if (rounded < least) return Math.ceil(least / unit) * unit;
  return rounded > most ? Math.floor(most / unit) * unit : rounded;
}

function numberDraft(draft: unknown): number | undefined {
  if (typeof draft === "number") return draft;
  const place = typeof draft === "string" ? ["A", "B", "C", "D"].indexOf(draft) : -1;
  if (place >= 0) return place;
  const rank = typeof draft === "string" ? ["easy", "medium", "hard"].indexOf(draft) : -1;
  return rank >= 0 ? rank + 1 : undefined;
}
