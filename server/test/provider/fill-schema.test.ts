import fastCheck from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { fillSchema, type JsonSchema } from "./fill-schema.ts";
import { readPromptFacts } from "./prompt-facts.ts";
import { proseFor } from "./prose.ts";

function fillFor(schema: JsonSchema, draft?: unknown, list?: unknown[]) {
  const facts = readPromptFacts("Topic: Harbours\nObjective ids: lo_7, lo_8");
  return fillSchema(schema, draft, { facts, prose: proseFor(facts), ...(list ? { list } : {}) });
}

/** Random zod schemas of the kinds that steps use. */
const { schema: anySchema } = fastCheck.letrec<{ schema: z.ZodType }>((tie) => ({
  schema: fastCheck.oneof(
    { maxDepth: 3 },
    fastCheck.tuple(fastCheck.nat(40), fastCheck.nat(200)).map(([least, more]) =>
      z
        .string()
        .min(least)
        .max(least + more),
    ),
    fastCheck.constantFrom(
      z.string().regex(/^lo_\d+$/),
      z.iso.datetime(),
      z.uuid(),
      z.email(),
      z.url(),
      z.null(),
    ),
    fastCheck.tuple(fastCheck.integer({ min: -50, max: 50 }), fastCheck.nat(9)).map(([low, more]) =>
      z
        .int()
        .min(low)
        .max(low + more),
    ),
    fastCheck.nat(5).map((low) =>
      z
        .number()
        .gt(low)
        .lt(low + 0.5),
    ),
    fastCheck.constantFrom(
      z.boolean(),
      z.literal("fixed"),
      z.enum(["one", "two", "three"]),
      z.record(z.string(), z.int()),
    ),
    tie("schema").map((inner) => inner.nullable()),
    fastCheck.tuple(tie("schema"), fastCheck.nat(4), fastCheck.nat(4)).map(([inner, least, more]) =>
      z
        .array(inner)
        .min(least)
        .max(least + more),
    ),
    fastCheck
      .tuple(tie("schema"), tie("schema"))
      .map(([left, right]) => z.union([z.object({ left }), z.object({ right })])),
    fastCheck
      .dictionary(
        fastCheck.constantFrom("title", "id", "text", "body", "items", "note", "rank"),
        tie("schema"),
        { maxKeys: 5 },
      )
      .map((shape) => z.object(shape)),
  ),
}));

describe("filling a schema", () => {
  it("fits every schema, with a draft that does not belong to it or none", () => {
    fastCheck.assert(
      fastCheck.property(anySchema, fastCheck.option(fastCheck.jsonValue()), (schema, draft) => {
        // Holds: zod answers a plain object for every schema.
        const json = z.toJSONSchema(schema) as JsonSchema;
        const value = fillFor(json, draft ?? undefined);
        const result = schema.safeParse(value);
        expect(result.error, JSON.stringify({ json, value })).toBeUndefined();
      }),
      { numRuns: 300, seed: Number(process.env.SEED ?? 20260115) },
    );
  });

  it("keeps what fits of a draft and makes up the rest", () => {
    const schema = z.object({
      title: z.string(),
      level: z.enum(["Easy", "Hard"]),
      options: z.array(z.string()).length(2),
      objective_id: z.string(),
    });
    // Holds: zod answers a plain object for every schema.
    const json = z.toJSONSchema(schema) as JsonSchema;
    const value = fillFor(json, {
      title: "Mine",
      level: "hard",
      options: [{ text: "first", extra: 1 }, { text: "second" }, { text: "third" }],
    });
    expect(value).toEqual({
      title: "Mine",
      level: "Hard",
      options: ["first", "second"],
      objective_id: "lo_7",
    });
  });

  it("follows references, also recursive ones, and all parts of allOf", () => {
    const tree: JsonSchema = {
      $defs: {
        node: {
          type: "object",
          properties: {
            name: { type: "string" },
            children: { type: "array", items: { $ref: "#/$defs/node" } },
          },
          required: ["name", "children"],
        },
      },
      allOf: [
        { type: "object", properties: { root: { $ref: "#/$defs/node" } }, required: ["root"] },
        { type: "object", properties: { size: { type: "integer", const: 3 } }, required: ["size"] },
      ],
    };
    const draft = { root: { name: "top", children: [{ name: "leaf", children: [] }] } };
    expect(fillFor(tree, draft)).toEqual({ ...draft, size: 3 });
    expect(fillFor({ ...tree, minItems: 0 }, { root: { children: [] } })).toMatchObject({
      size: 3,
      root: { children: [] },
    });
  });

  it("puts the writer's list into an array of objects with another name", () => {
    const schema: JsonSchema = {
      type: "object",
      properties: {
        bank: {
          type: "array",
          items: { type: "object", properties: { stem: { type: "string" } }, required: ["stem"] },
        },
      },
      required: ["bank"],
    };
    expect(fillFor(schema, {}, [{ stem: "Why?" }])).toEqual({ bank: [{ stem: "Why?" }] });
  });
});
