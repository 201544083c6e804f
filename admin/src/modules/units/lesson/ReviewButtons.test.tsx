import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";
import { ReviewButtons } from "./ReviewButtons.tsx";
import { type Review, sentenceOf } from "./review-lesson.ts";

afterEach(cleanup);

test("while a decision is on its way, another one waits", async () => {
  const decisions: Review[] = [];
  render(<ReviewButtons what="lesson 2" review="draft" busy onReview={(review) => decisions.push(review)} />);
  await userEvent.click(screen.getByRole("button", { name: "Reject lesson 2" }));
  expect(decisions).toEqual([]);
});

test("a decision changes to the other one directly", async () => {
  const decisions: Review[] = [];
  render(
    <ReviewButtons
      what="lesson 2"
      review="rejected"
      busy={false}
      onReview={(review) => decisions.push(review)}
    />,
  );
  await userEvent.click(screen.getByRole("button", { name: "Accept lesson 2" }));
  expect(decisions).toEqual(["approved"]);
});

test("every decision is told in a sentence", () => {
  const lesson = { position: 2 };
  expect(sentenceOf(lesson, { kind: "lesson", review: "rejected" })).toBe("Lesson 2 rejected.");
  expect(sentenceOf(lesson, { kind: "exercise", exercise_id: "ex_3", number: 3, review: "draft" })).toBe(
    "Exercise 3 of lesson 2 put back to review.",
  );
  expect(sentenceOf(lesson, { kind: "all_waiting" })).toBe("Lesson 2 and its waiting exercises accepted.");
});
