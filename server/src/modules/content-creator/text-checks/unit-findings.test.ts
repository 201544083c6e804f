import { expect, test } from "vitest";
import { buildLesson } from "../../../../test/builders/written-unit.ts";
import { unitFindings, withPlanFindings } from "./unit-findings.ts";

const spoken = { code: "source_speaks_to_model", message: "Made from a text with a passage." };
const foreign = { code: "foreign_address", message: "Leads to attacker.example." };
const quality = { dropped: [], findings: [], note: "", audio_outdated: false };
const none = { plan: {}, lessons: [], podcast: null, cover: null };

test("a lesson of a plan that was made from a text which speaks to a model waits for a person", () => {
  const lesson = withPlanFindings(buildLesson(1), { findings: [foreign, spoken] });
  expect([lesson.review, lesson.quality.text_findings]).toEqual(["draft", [spoken]]);
});

test("it says so once, and says nothing without such a plan", () => {
  const told = buildLesson(1, { review: "draft", quality: { ...quality, text_findings: [spoken] } });
  expect(withPlanFindings(told, { findings: [spoken] })).toEqual(told);
  expect(withPlanFindings(buildLesson(1), { findings: [foreign] })).toEqual(buildLesson(1));
  expect(withPlanFindings(buildLesson(1), {})).toEqual(buildLesson(1));
  const failed = buildLesson(1, { status: "failed" });
  expect(withPlanFindings(failed, { findings: [spoken] })).toEqual(failed);
});

test("what has no review of its own is told with its place, and must be confirmed", () => {
  expect(
    unitFindings({ ...none, plan: { findings: [foreign] }, cover: { alt: "See evil.example/x" } }),
  ).toEqual([
    {
      code: "text_needs_a_look",
      message: "Title, description, objectives: Leads to attacker.example.",
      part: "plan",
      lesson_position: null,
    },
    {
      code: "text_needs_a_look",
      message: "Description of the cover: Leads to evil.example, which stands in no source.",
      part: "art",
      lesson_position: null,
    },
  ]);
});

test("a podcast is told of for addresses that no lesson holds, and for the lessons that it speaks of", () => {
  const lessons = [
    buildLesson(1, { transcript: "See known.example/x." }),
    buildLesson(2, { quality: { ...quality, text_findings: [foreign] } }),
  ];
  const messages = (transcript: string, of = lessons) =>
    unitFindings({ ...none, lessons: of, podcast: { transcript } }).map(({ message }) => message);
  expect(messages("Go to known.example/x and to evil.example/y.")).toEqual([
    "Podcast: Leads to evil.example, which stands in no source.",
    "Podcast: Speaks of lesson 2, where the checks found something.",
  ]);
  expect(messages("Water rises.", lessons.slice(0, 1))).toEqual([]);
});
