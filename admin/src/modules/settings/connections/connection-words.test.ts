import { expect, test } from "vitest";
import { goodVerdict } from "../../engines/engine-fixtures.ts";
import { filterWords, standingWords, verdictFacts } from "./connection-words.ts";

test.each([
  [[], [], "all its runs"],
  [["a", "b"], [], "runs tagged a and b"],
  [[], ["d"], "runs of 1 deployment"],
  [["a"], ["d", "e"], "runs tagged a of 2 deployments"],
])("tags %j and deployments %j are %s", (filter_tags, filter_deployment_ids, words) => {
  expect(filterWords({ filter_tags, filter_deployment_ids })).toBe(words);
});

test("how all stand begins with what needs somebody", () => {
  expect(standingWords([])).toBe("none yet");
  expect(standingWords([{ health: "live" }, { health: "down" }, { health: "live" }])).toBe("1 down, 2 live");
});

test("a verdict's measurements stand beside its sentence without repeating it", () => {
  expect(verdictFacts(goodVerdict)).toEqual(["answered in 34 ms", "events come live"]);
  expect(verdictFacts({ ...goodVerdict, sentence: "It answers.", has_events: false })).toEqual([
    "Prefect 3.8.8",
    "answered in 34 ms",
    "no live events: it is read every few seconds",
    "12 runs",
    "2 deployments",
  ]);
});
