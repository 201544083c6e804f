import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { contractBreaks } from "../../../test/contract-breaks.ts";
import { learnerAnswers } from "./learner-models.ts";

const file = path.resolve(import.meta.dirname, "../../../../docs/reference/learner-contract.json");
const contract = JSON.parse(readFileSync(file, "utf8"));

type Schema = Parameters<typeof contractBreaks>[0];
// z.toJSONSchema types its result wider than the parts that are compared here.
const schemaOf = (answer: z.ZodType) => z.toJSONSchema(answer) as Schema;

describe("the learner contract", () => {
  test("names every route of the learner's app", () => {
    expect(Object.keys(contract.answers).sort()).toEqual(Object.keys(learnerAnswers).sort());
  });

  test.each(Object.keys(learnerAnswers) as (keyof typeof learnerAnswers)[])("is kept by %s", (route) => {
    expect(contractBreaks(contract.answers[route], schemaOf(learnerAnswers[route]))).toEqual([]);
  });

  test("holds every field that is answered, so that new ones are promised too", () => {
    for (const [route, answer] of Object.entries(learnerAnswers)) {
      expect(contractBreaks(schemaOf(answer), contract.answers[route])).toEqual([]);
    }
  });
});

describe("contractBreaks", () => {
  const promised = schemaOf(
    z.object({
      id: z.string(),
      seconds: z.number().nullable(),
      level: z.enum(["a", "b"]),
      list: z.array(z.object({ x: z.int() })),
    }),
  );
  const now = (change: z.ZodRawShape) =>
    contractBreaks(
      promised,
      schemaOf(
        z.object({
          id: z.string(),
          seconds: z.number().nullable(),
          level: z.enum(["a", "b"]),
          list: z.array(z.object({ x: z.int() })),
          ...change,
        }),
      ),
    );

  test("accepts added fields at any depth and values that are no longer used", () => {
    expect(
      now({
        extra: z.string(),
        list: z.array(z.object({ x: z.int(), y: z.string() })),
        level: z.enum(["a"]),
      }),
    ).toEqual([]);
    expect(now({ seconds: z.number() })).toEqual([]);
  });

  test.each([
    ["a removed or renamed field", { list: z.array(z.object({ z: z.int() })) }, "$.list[].x: is gone"],
    ["another type", { id: z.number() }, "$.id: was string, is number"],
    ["a field that may be missing", { id: z.string().optional() }, "$.id: is no longer always there"],
    ["a null that was not promised", { id: z.string().nullable() }, "$.id: was string, is null"],
    [
      "a value that was not promised",
      { level: z.enum(["a", "c"]) },
      "$.level: values that were not promised: c",
    ],
    ["another type beside null", { seconds: z.string().nullable() }, "$.seconds: may now be string"],
  ])("finds %s", (_name, change, message) => {
    expect(now(change)).toEqual([message]);
  });
});
