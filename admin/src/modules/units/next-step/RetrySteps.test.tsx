import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";
import { RetrySteps } from "./RetrySteps.tsx";
import type { RetryStep } from "./retry-options.ts";

afterEach(cleanup);

function stepsOf(lessons: number): RetryStep[] {
  return Array.from({ length: lessons }, (_, index) => ({
    flow_name: "lesson_creation",
    flow_key: `lesson:${index + 1}`,
    lesson_position: index + 1,
    step_name: "draft_exercises",
    why: "failed" as const,
  }));
}

test("each part opens to its steps with the reason why each runs; a single part stands open", () => {
  render(<RetrySteps steps={stepsOf(1)} />);
  expect(screen.getByText("Lesson 1").closest("details")?.open).toBe(true);
  expect(screen.getByRole("listitem").textContent).toBe("draft_exercises failed");
});

test("of ten thousand parts a few are shown until more are asked for", async () => {
  const { container } = render(<RetrySteps steps={stepsOf(10_000)} />);
  expect(container.querySelectorAll("details")).toHaveLength(12);
  await userEvent.click(screen.getByRole("button", { name: "9,988 more parts" }));
  expect(container.querySelectorAll("details")).toHaveLength(120);
});

test("nothing is drawn where no step would run", () => {
  expect(render(<RetrySteps steps={[]} />).container.textContent).toBe("");
});
