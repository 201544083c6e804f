/** The parts of a JSON schema that a reader of answers depends on. */
interface AnswerSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, AnswerSchema>>;
  readonly required?: readonly string[];
  readonly items?: AnswerSchema;
  readonly anyOf?: readonly AnswerSchema[];
  readonly oneOf?: readonly AnswerSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
}

/**
 * What a change of an answer would break for somebody who reads it as promised: a field that is gone, renamed or no
 * longer always there, another type, a null or an enumeration's value that was not promised. Added fields break nothing.
 */
export function contractBreaks(promised: AnswerSchema, current: AnswerSchema, path = "$"): string[] {
  const before = variantsOf(promised);
  const after = variantsOf(current);
  if (before.length > 1 || after.length > 1) return variantBreaks(before, after, path);
  const breaks: string[] = [];
  if (typeOf(promised) !== typeOf(current)) {
    return [`${path}: was ${typeOf(promised)}, is ${typeOf(current)}`];
  }
  const added = valuesOf(current)?.filter((value) => !valuesOf(promised)?.includes(value)) ?? [];
  if (valuesOf(promised) !== null && (valuesOf(current) === null || added.length > 0)) {
    breaks.push(`${path}: values that were not promised: ${added.map(String).join(", ") || "any"}`);
  }
  for (const [name, property] of Object.entries(promised.properties ?? {})) {
    const now = current.properties?.[name];
    if (now === undefined) breaks.push(`${path}.${name}: is gone`);
    else breaks.push(...contractBreaks(property, now, `${path}.${name}`));
    if (now !== undefined && promised.required?.includes(name) && !current.required?.includes(name)) {
      breaks.push(`${path}.${name}: is no longer always there`);
    }
  }
  if (promised.items !== undefined && current.items !== undefined) {
    breaks.push(...contractBreaks(promised.items, current.items, `${path}[]`));
  }
  return breaks;
}

function variantsOf(schema: AnswerSchema): readonly AnswerSchema[] {
  const { type } = schema;
  const listed = schema.anyOf ?? schema.oneOf;
  if (listed !== undefined) return listed;
  return typeof type === "object" ? type.map((one) => ({ ...schema, type: one })) : [schema];
}

function typeOf(schema: AnswerSchema): string {
  if (schema.type !== undefined) return String(schema.type);
  return schema.const === undefined ? "anything" : typeof schema.const;
}

function valuesOf(schema: AnswerSchema): readonly unknown[] | null {
  return schema.enum ?? (schema.const === undefined ? null : [schema.const]);
}

/** Every variant that can be answered now must be one that was promised. */
function variantBreaks(
  before: readonly AnswerSchema[],
  after: readonly AnswerSchema[],
  path: string,
): string[] {
  return after.flatMap((variant) => {
    const attempts = before.map((promise) => contractBreaks(promise, variant, path));
    if (attempts.some((breaks) => breaks.length === 0)) return [];
    const sameType = before.findIndex((promise) => typeOf(promise) === typeOf(variant));
    return before.length > 1 && sameType < 0
      ? [`${path}: may now be ${typeOf(variant)}`]
      : (attempts[Math.max(0, sameType)] ?? []);
  });
}
