import { expect, it } from "vitest";
import { jsonBytes, type LaunchBody, launchParameters, requestedSourcesSchema } from "./launch-body.ts";

const body: LaunchBody = {
  ...{ deployment_id: "d", unit_id: "u", title: "Tides", target_lesson_count: 3, learner_level: "beginner" },
  source_sha256s: [],
  parameters: { variant: "slow", title: "Mine" },
};
const knows = (...names: string[]) => ({
  parameter_openapi_schema: { properties: Object.fromEntries(names.map((name) => [name, {}])) },
});

it("gives a flow what it knows of the unit, and the user's own beside it", () => {
  const given = { source_text: "Water rises.", return_to: null };
  expect(
    launchParameters(body, knows("unit_id", "title", "source_text", "return_to", "variant"), given),
  ).toEqual({
    ...{ unit_id: "u", title: "Tides", source_text: "Water rises.", variant: "slow" },
  });
});

it("gives a flow of which nothing is known the user's own alone", () => {
  const given = { source_text: null, return_to: "http://127.0.0.1:4400" };
  expect(launchParameters(body, { parameter_openapi_schema: null }, given)).toEqual(body.parameters);
});

it("measures JSON as Python writes it", () => {
  expect(jsonBytes("tide")).toBe(6);
  expect(jsonBytes("Ü")).toBe(8);
  expect(jsonBytes("🌊")).toBe(14);
});

it("finds the sources of a request, and none in one of another form", () => {
  expect(requestedSourcesSchema.parse({ topic: "Tides", sources: [{ title: null, sha256: "ab" }] })).toEqual([
    "ab",
  ]);
  expect(requestedSourcesSchema.parse({})).toEqual([]);
});
