import { createRootRoute, createRouter, RouterContextProvider } from "@tanstack/react-router";
import { cleanup, render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test } from "vitest";
import type { Block, Exercise } from "../../../api/content-rows.ts";
import { UnitTroubles } from "../UnitTroubles.tsx";
import { ExerciseCard } from "./ExerciseCard.tsx";
import { LessonBody } from "./LessonBody.tsx";

afterEach(cleanup);

const markup = '<img src=x onerror="alert(1)"><script>alert(2)</script>';
const unseen = "bell\u0007 nul\u0000 \u202egpj.exe";
const endless = "M".repeat(1_000_000);
const place = { unitId: "u", lessonId: "l", severalSources: false };
const reference = { source: 1, section: 1, paragraph: 1, sentence: 1 };

function show(children: ReactNode): HTMLElement {
  const router = createRouter({ routeTree: createRootRoute() });
  return render(<RouterContextProvider router={router}>{children}</RouterContextProvider>).container;
}

function bodyOf(text: string): Block[] {
  return [
    { type: "heading", level: 1, text },
    { type: "paragraph", spans: [{ text, kind: "quote", reference }] },
    { type: "list", items: [[{ text, kind: "written", reference: null }]] },
    { type: "code", text, reference: null },
    { type: "table", rows: [[text], [text]], reference: null },
  ];
}

function exerciseOf(text: string): Exercise {
  const option = (label: "A" | "B" | "C" | "D") => ({
    label,
    text: `${label} ${text}`,
    is_key: label === "A",
    rationale: text,
  });
  return {
    id: "ex_1",
    kind: "multiple_choice",
    category: "comprehension",
    stem: text,
    options: [option("A"), option("B"), option("C"), option("D")],
    learning_objective_id: "lo_1",
    bloom_level: "Recall",
    difficulty: "easy",
    evidence: { quote: text, reference },
    review: "draft",
  };
}

function cardOf(text: string): ReactNode {
  return (
    <ExerciseCard
      exercise={exerciseOf(text)}
      number={1}
      objective={text}
      place={place}
      offline={false}
      remarks={[text]}
      keyShown
      busy={false}
      onReview={() => {}}
    />
  );
}

test("markup in every kind of block stays text", () => {
  const container = show(<LessonBody blocks={bodyOf(markup)} place={place} />);
  expect(container.querySelector("img, script")).toBeNull();
  expect(container.textContent?.split(markup)).toHaveLength(7);
});

test("markup in stem, options, rationales, evidence and remarks stays text", () => {
  const container = show(cardOf(markup));
  expect(container.querySelector("img, script")).toBeNull();
  expect(container.textContent?.split(markup).length).toBeGreaterThan(11);
});

test("control characters and turned directions are seen wherever a lesson has text", () => {
  for (const part of [<LessonBody key="body" blocks={bodyOf(unseen)} place={place} />, cardOf(unseen)]) {
    const container = show(part);
    expect(container.textContent).toContain("bell␇ nul␀ <U+202E>gpj.exe");
    for (const character of ["\u0007", "\u0000", "\u202e"])
      expect(container.textContent).not.toContain(character);
    cleanup();
  }
});

test("a source mark leads to the quoted place, with a bounded address whatever is quoted", () => {
  show(<LessonBody blocks={bodyOf(endless)} place={place} />);
  const mark = screen.getByRole("link", { name: /Quoted from section 1, paragraph 1, sentence 1/ });
  const address = mark.getAttribute("href") ?? "";
  expect(address).toMatch(/^\/units\/u\/lessons\/l\?source=1&quote=M+$/);
  expect(address.length).toBeLessThan(400);
});

test("a line of a million characters is drawn in parts", () => {
  const container = show(cardOf(endless));
  expect(container.textContent?.length).toBeLessThan(20_000);
  expect(screen.getAllByRole("button", { name: "Show more of 1.0 MB" }).length).toBeGreaterThan(5);
});

test("an error of a million characters does not fill the unit's page", () => {
  const unit = { status: "failed", error_code: "x", error_message: markup + endless, warnings: [] };
  // Only the fields that are read; a whole unit does not matter here.
  const container = show(<UnitTroubles unit={unit as never} />);
  expect(container.querySelector("img, script")).toBeNull();
  expect(container.textContent?.length).toBeLessThan(2000);
});
