import { expect, test } from "vitest";
import { countReviews, publishSentence, waitingPhrase } from "./publish-words.ts";

// Only the fields that are counted.
const lesson = (review: string, draft_count = 0, status = "completed") =>
  ({ review, draft_count, status }) as never;

test("failed lessons are not counted, whatever their review", () => {
  expect(countReviews([lesson("approved", 2), lesson("draft", 6), lesson("draft", 0, "failed")])).toEqual({
    accepted_lessons: 1,
    draft_lessons: 1,
    rejected_lessons: 0,
    draft_exercises: 8,
  });
});

test("publishing says what stays out", () => {
  const counts = countReviews([lesson("approved", 2), lesson("draft", 6), lesson("rejected")]);
  expect(publishSentence(counts)).toBe(
    "Learners see 1 accepted lesson with the accepted exercises. 1 lesson and 8 exercises still wait for review and stay out. 1 rejected lesson stays out too.",
  );
});

test("a single draft is spoken of in the singular", () => {
  expect(publishSentence(countReviews([lesson("approved", 1)]))).toContain(
    "1 exercise still waits for review and stays out.",
  );
});

test("nothing waits when everything is decided", () => {
  expect(waitingPhrase(countReviews([lesson("approved"), lesson("rejected")]))).toBeNull();
});
