/** One place where an answer does not fit its schema. */
export type Violation = {
  /** Such as `lessons[2].title`; empty for the whole answer. */
  path: string;
  message: string;
};

const mostViolations = 50;

type Schema = Record<string, unknown>;

function schemaOf(value: unknown): Schema | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value;
}

function fitsType(value: unknown, type: string): boolean {
  if (type === "integer") return Number.isInteger(value);
  return typeOf(value) === type;
}

const typeWords: Record<string, string> = {
  array: "a list",
  object: "an object",
  string: "text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  null: "null",
};

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function resolved(schema: Schema, root: Schema): Schema {
  const reference = schema.$ref;
  if (typeof reference !== "string" || !reference.startsWith("#/")) return schema;
  let target: unknown = root;
  for (const name of reference.slice(2).split("/")) {
    target = schemaOf(target)?.[name.replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  return schemaOf(target) ?? {};
}

/** Where an answer does not fit its JSON Schema, at most 50 places. Keywords that models are not given are not checked. */
export function violationsOf(schema: unknown, answer: unknown): Violation[] {
  const root = schemaOf(schema);
  if (root === null) return [];
  const found: Violation[] = [];
  check(root, answer, "", root, found);
  return found.slice(0, mostViolations);
}

function fits(schema: unknown, value: unknown, root: Schema): boolean {
  const found: Violation[] = [];
  const given = schemaOf(schema);
  if (given !== null) check(given, value, "", root, found);
  return found.length === 0;
}

function check(unresolved: Schema, value: unknown, path: string, root: Schema, found: Violation[]): void {
  if (found.length >= mostViolations) return;
  const schema = resolved(unresolved, root);
  const types = [schema.type].flat().filter((type) => typeof type === "string");
  if (types.length > 0 && !types.some((type) => fitsType(value, type))) {
    const wanted = types.map((type) => typeWords[type] ?? type).join(" or ");
    found.push({ path, message: `is ${shown(value)}, not ${wanted}` });
    return;
  }
  if (Array.isArray(schema.enum) && !schema.enum.some((each) => shown(each) === shown(value))) {
    found.push({ path, message: `is ${shown(value)}, not one of ${schema.enum.map(shown).join(", ")}` });
  }
  if (schema.const !== undefined && shown(schema.const) !== shown(value)) {
    found.push({ path, message: `is ${shown(value)}, not ${shown(schema.const)}` });
  }
  const choices = [schema.anyOf ?? schema.oneOf].flat().filter((each) => each !== undefined);
  if (choices.length > 0 && !choices.some((choice) => fits(choice, value, root))) {
    found.push({ path, message: `fits none of its ${choices.length} allowed shapes` });
  }
  for (const part of [schema.allOf].flat()) {
    const given = schemaOf(part);
    if (given !== null) check(given, value, path, root, found);
  }
  if (typeof value === "string") checkText(schema, value, path, found);
  if (typeof value === "number") checkNumber(schema, value, path, found);
  if (Array.isArray(value)) checkList(schema, value, path, root, found);
  else if (typeof value === "object" && value !== null) checkFields(schema, { ...value }, path, root, found);
}

function checkText(schema: Schema, text: string, path: string, found: Violation[]): void {
  const { minLength, maxLength } = schema;
  if (typeof minLength === "number" && text.length < minLength) {
    found.push({ path, message: `has ${text.length} characters, fewer than ${minLength}` });
  }
  if (typeof maxLength === "number" && text.length > maxLength) {
    found.push({ path, message: `has ${text.length} characters, more than ${maxLength}` });
  }
}

function checkNumber(schema: Schema, value: number, path: string, found: Violation[]): void {
  const { minimum, maximum } = schema;
  if (typeof minimum === "number" && value < minimum) {
    found.push({ path, message: `is ${value}, below ${minimum}` });
  }
  if (typeof maximum === "number" && value > maximum) {
    found.push({ path, message: `is ${value}, above ${maximum}` });
  }
}

function checkList(schema: Schema, values: unknown[], path: string, root: Schema, found: Violation[]): void {
  const { minItems, maxItems } = schema;
  if (typeof minItems === "number" && values.length < minItems) {
    found.push({ path, message: `has ${values.length} entries, fewer than ${minItems}` });
  }
  if (typeof maxItems === "number" && values.length > maxItems) {
    found.push({ path, message: `has ${values.length} entries, more than ${maxItems}` });
  }
  const items = schemaOf(schema.items);
  if (items === null) return;
  for (const [position, value] of values.entries()) check(items, value, `${path}[${position}]`, root, found);
}

function checkFields(
  schema: Schema,
  fields: Record<string, unknown>,
  path: string,
  root: Schema,
  found: Violation[],
): void {
  const properties = schemaOf(schema.properties) ?? {};
  const within = (name: string) => (path === "" ? name : `${path}.${name}`);
  for (const name of [schema.required].flat()) {
    if (typeof name === "string" && !(name in fields)) {
      found.push({ path: within(name), message: "is missing" });
    }
  }
  for (const [name, value] of Object.entries(fields)) {
    const given = schemaOf(properties[name]);
    if (given !== null) check(given, value, within(name), root, found);
    else if (schema.additionalProperties === false && !(name in properties)) {
      found.push({ path: within(name), message: "is not in the schema" });
    }
  }
}
