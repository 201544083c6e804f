import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";
import type { Exercise } from "../../../api/content-rows.ts";
import { ExerciseCard } from "./ExerciseCard.tsx";
import type { Review } from "./review-lesson.ts";

afterEach(cleanup);

const option = (label: "A" | "B" | "C" | "D", is_key: boolean) => ({
  label,
  text: `Answer ${label}`,
  is_key,
  rationale: `Reason ${label}`,
});

function exerciseWith(review: Review): Exercise {
  return {
    id: "ex_1",
    kind: "multiple_choice",
    category: "comprehension",
    stem: "What raises the tide?",
    options: [option("A", false), option("B", true), option("C", false), option("D", false)],
    learning_objective_id: "lo_1",
    bloom_level: "Recall",
    difficulty: "easy",
    evidence: { quote: "The Moon raises the tide.", reference: null },
    review,
  };
}

function show(review: Review, keyShown = false): Review[] {
  const decisions: Review[] = [];
  render(
    <ExerciseCard
      exercise={exerciseWith(review)}
      number={1}
      objective="Explain tides"
      place={{ unitId: "u", lessonId: "l", severalSources: false }}
      offline
      remarks={[]}
      keyShown={keyShown}
      busy={false}
      onReview={(decided) => decisions.push(decided)}
    />,
  );
  return decisions;
}

test("key, rationales and evidence stay hidden until they are asked for", async () => {
  show("draft");
  expect(screen.queryByText("Reason B")).toBeNull();
  expect(screen.queryByText("The Moon raises the tide.")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Show the key" }));
  expect(screen.getByText("key").closest("li")?.textContent).toContain("Answer B");
  expect(screen.getByText("Reason A")).toBeTruthy();
  expect(screen.getByText("Explain tides")).toBeTruthy();
});

test("with all keys shown, the button of one exercise says why it does nothing", () => {
  show("draft", true);
  expect(screen.getByText("Reason B")).toBeTruthy();
  expect(screen.getByRole("button", { name: /Hide the key/ }).getAttribute("title")).toBe(
    "All keys of this lesson are shown.",
  );
});

test("an exercise of the offline author says that no model wrote it", () => {
  show("draft");
  expect(screen.getByText("No AI model wrote this")).toBeTruthy();
});

test("a draft can be accepted or rejected", async () => {
  const decisions = show("draft");
  await userEvent.click(screen.getByRole("button", { name: "Accept exercise 1" }));
  await userEvent.click(screen.getByRole("button", { name: "Reject exercise 1" }));
  expect(decisions).toEqual(["approved", "rejected"]);
});

test("pressing the decision in force takes it back", async () => {
  const decisions = show("approved");
  const accept = screen.getByRole("button", { name: "Accept exercise 1" });
  expect(accept.getAttribute("aria-pressed")).toBe("true");
  await userEvent.click(accept);
  expect(decisions).toEqual(["draft"]);
});
