import { expect, test } from "vitest";
import { sampleDeployment } from "../engine-fixtures.ts";
import {
  furtherParameters,
  givenParameters,
  likelyDeployment,
  readParameters,
  returnsLessons,
} from "./launch-form.ts";

const needing = {
  ...sampleDeployment,
  id: "needing",
  parameters: [...sampleDeployment.parameters, { name: "topic", is_required: true }],
};
const foreign = { ...sampleDeployment, id: "foreign", parameters: [{ name: "day", is_required: false }] };

test("nothing typed is no parameters, an object is taken as it is", () => {
  expect(readParameters("  ", sampleDeployment)).toEqual({ parameters: {}, error: null, remark: null });
  expect(readParameters('{"variant": "slow"}', sampleDeployment).parameters).toEqual({ variant: "slow" });
  expect(readParameters('{"anything": 1}', null).parameters).toEqual({ anything: 1 });
});

test.each(["{variant: slow}", "[1]", '"slow"', "null", "7"])("%s is refused with an example", (text) => {
  expect(readParameters(text, sampleDeployment).error).toContain('{"variant": "slow"}');
});

test("parameters that the flow cannot do without have to be given", () => {
  expect(readParameters("", needing).error).toBe("The flow needs “topic”: give it here.");
  expect(readParameters('{"topic": "Tides"}', needing).parameters).toEqual({ topic: "Tides" });
});

test("what the unit gives needs nobody to give it", () => {
  const strict = {
    ...sampleDeployment,
    parameters: sampleDeployment.parameters.map(({ name }) => ({ name, is_required: name === "unit_id" })),
  };
  expect(readParameters("", strict).error).toBeNull();
});

test("unknown names and names of the unit are remarked on, not refused", () => {
  expect(readParameters('{"colour": "red"}', sampleDeployment)).toMatchObject({
    error: null,
    remark: "The flow does not name “colour”: Prefect may refuse the run.",
  });
  expect(readParameters('{"unit_id": "x"}', sampleDeployment).remark).toContain("own “unit_id” is used");
});

test("more than 64 KB is refused before it is sent", () => {
  expect(readParameters(JSON.stringify({ variant: "x".repeat(64_000) }), sampleDeployment).error).toBe(
    "At most 64 KB of parameters fit.",
  );
});

test("parameters are told apart by who gives them", () => {
  expect(givenParameters(sampleDeployment)).toEqual([
    "unit_id",
    "target_lesson_count",
    "learner_level",
    "source_text",
    "return_to",
  ]);
  expect(furtherParameters(sampleDeployment)).toEqual(["variant", "seconds_per_lesson"]);
  expect(returnsLessons(sampleDeployment)).toBe(true);
  expect(returnsLessons(foreign)).toBe(false);
});

test("the one that writes units and whose runs are fetched is chosen, a foreign one only when it is alone", () => {
  const idle = { ...sampleDeployment, id: "idle", is_ready: false };
  expect(likelyDeployment([foreign, idle, sampleDeployment])?.id).toBe(sampleDeployment.id);
  expect(likelyDeployment([foreign, { ...foreign, id: "second" }])).toBeNull();
  expect(likelyDeployment([foreign])?.id).toBe("foreign");
  expect(likelyDeployment([])).toBeNull();
});
