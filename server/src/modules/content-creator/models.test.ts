import { describe, expect, test } from "vitest";
import { z } from "zod";
import { coverAnswerSchema, exercisesAnswerSchema, metadataAnswerSchema } from "./models.ts";
import { planFrom } from "./steps/extract-unit-metadata.ts";

type JsonSchema = { properties?: Record<string, JsonSchema>; required?: string[]; items?: JsonSchema };

function missingKeys(schema: JsonSchema, path = "$"): string[] {
  const names = Object.keys(schema.properties ?? {});
  const own = names.filter((name) => !schema.required?.includes(name)).map((name) => `${path}.${name}`);
  const nested = names.flatMap((name) => missingKeys(schema.properties?.[name] ?? {}, `${path}.${name}`));
  return [...own, ...nested, ...(schema.items ? missingKeys(schema.items, `${path}[]`) : [])];
}

describe("wire schemas", () => {
  test.each([
    ["unit_metadata", metadataAnswerSchema],
    ["exercises", exercisesAnswerSchema],
    ["cover_description", coverAnswerSchema],
  ])("%s lists every key as required and limits no length, as strict providers demand", (_name, schema) => {
    expect(missingKeys(z.toJSONSchema(schema) as JsonSchema)).toEqual([]);
    expect(JSON.stringify(z.toJSONSchema(schema))).not.toMatch(/"(minLength|maxLength)"/);
  });

  test("an empty title is refused on arrival", () => {
    const cover = { description: " ", alt_text: "A wave", palette: Array(5).fill("#123456") };
    expect(coverAnswerSchema.safeParse(cover).success).toBe(false);
    expect(coverAnswerSchema.safeParse({ ...cover, description: "Waves" }).success).toBe(true);
  });

  test("the check finds an optional key", () => {
    const schema = z.object({ list: z.array(z.object({ a: z.string().optional() })) });
    expect(missingKeys(z.toJSONSchema(schema) as JsonSchema)).toEqual(["$.list[].a"]);
  });
});

describe("planFrom", () => {
  const objective = (id: string, text: string) => ({
    id,
    text,
    bloom_level: "Recall" as const,
    evidence_of_mastery: "",
    covered_by_source: true,
  });
  const lesson = (title: string, ...learning_objective_ids: string[]) => ({
    title,
    objective: "",
    learning_objective_ids,
  });

  test("keeps objectives that the model forgot, and says that no lesson serves them", () => {
    const plan = planFrom(
      {
        title: "Model's title",
        description: "",
        learning_objectives: [objective("lo_1", "Explain tides.")],
        lessons: [lesson("One", "lo_1")],
      },
      { title: "My title", learning_objectives: ["explain tides", "Name the phases"] },
    );
    expect(plan.title).toBe("My title");
    expect(plan.learning_objectives.map(({ text, covered_by_source }) => [text, covered_by_source])).toEqual([
      ["Explain tides.", true],
      ["Name the phases", false],
    ]);
    expect(plan.warnings).toEqual(['No lesson serves the objective "Name the phases".']);
  });

  test("drops ids that name no objective and gives such a lesson one that exists", () => {
    const plan = planFrom(
      {
        title: "T",
        description: "",
        learning_objectives: [objective("lo_1", "A"), objective("lo_2", "B")],
        lessons: [lesson("One", "lo_9", "lo_1"), lesson("Two", "lo_7")],
      },
      { title: null, learning_objectives: [] },
    );
    expect(
      plan.lessons.map(({ position, learning_objective_ids }) => [position, learning_objective_ids]),
    ).toEqual([
      [1, ["lo_1"]],
      [2, ["lo_2"]],
    ]);
  });
});
