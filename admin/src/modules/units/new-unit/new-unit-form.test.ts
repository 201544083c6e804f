import { expect, test } from "vitest";
import { ApiError } from "../../../api/problem.ts";
import { bodyOf, checkDraft, countWords, emptyDraft, errorsOfRefusal, remarkOn } from "./new-unit-form.ts";

const file = { key: "f", name: "tides.md", bytes: 11, words: 2, text: "Tides rise." };

test("an untouched form says what it needs", () => {
  expect(checkDraft(emptyDraft, false)).toEqual({
    source_text: "Paste a text, add a file, or give a topic below.",
  });
});

test("a topic alone is enough only where a text model is set", () => {
  const draft = { ...emptyDraft, topic: "Tides" };
  expect(checkDraft(draft, false)).toEqual({});
  expect(checkDraft(draft, true).source_text).toContain("No text model is set");
});

test.each(["0", "21", "2.5", "", "many"])("%s lessons are refused", (lesson_count) => {
  const draft = { ...emptyDraft, source_text: "A text.", lesson_count };
  expect(checkDraft(draft, true).lesson_count).toBe("Choose between 1 and 20 lessons.");
});

test("pasted text and files count together against the limit", () => {
  const large = { ...file, bytes: 10 * 1024 * 1024 - 3 };
  expect(checkDraft({ ...emptyDraft, files: [large] }, true)).toEqual({});
  expect(checkDraft({ ...emptyDraft, files: [large], source_text: "four" }, true).source_text).toContain(
    "10 MB",
  );
});

test("fields that were left empty stay out of the body", () => {
  const objectives = ["Explain tides", "  ", " Predict them "].map((text) => ({ key: text, text }));
  const draft = { ...emptyDraft, source_text: "A text.", files: [file], objectives };
  expect(bodyOf(draft, true)).toEqual({
    sources: [
      { kind: "text", text: "A text." },
      { kind: "file", title: "tides.md", text: "Tides rise." },
    ],
    learner_level: "beginner",
    learning_objectives: ["Explain tides", "Predict them"],
    target_lesson_count: 4,
    start: true,
  });
});

test("a short text for many lessons gets a remark, a long one none", () => {
  expect(remarkOn({ ...emptyDraft, source_text: "word ".repeat(100) })).toContain(
    "100 words are little for 4 lessons",
  );
  expect(remarkOn({ ...emptyDraft, source_text: "word ".repeat(1000) })).toBeNull();
});

test.each([
  ["", 0],
  ["  \n ", 0],
  ["one", 1],
  [" Ebbe und\u00a0Flut\n", 3],
])("%j has its words counted", (text, words) => {
  expect(countWords(text)).toBe(words);
});

const refusal = (code: string, issues: { field: string; message: string }[] = []) =>
  new ApiError({ status: 422, code, title: "No", detail: "Not English.", request_id: null, issues });

test("a refused source stands beside the text, refused fields beside theirs", () => {
  expect(errorsOfRefusal(refusal("source_not_english"))).toEqual({ source_text: "Not English." });
  const issues = [{ field: "learning_objectives.0", message: "too short" }];
  expect(errorsOfRefusal(refusal("request_invalid", issues))).toEqual({
    objectives: "The server refused this: too short.",
  });
});

test("a refusal that belongs to no field is left to the page", () => {
  expect(errorsOfRefusal(refusal("database_unavailable"))).toEqual({});
  expect(errorsOfRefusal(new Error("away"))).toEqual({});
});
