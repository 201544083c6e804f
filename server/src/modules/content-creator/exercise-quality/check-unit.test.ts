import { describe, expect, it } from "vitest";
import { checkUnit } from "./check-unit.ts";
import type { CheckedExercise } from "./model.ts";

const LABELS = ["A", "B", "C", "D"];

/** Options of equal length and equal overlap, so that no guesser can choose. */
function fairItem(index: number, keyPosition = index % 4): CheckedExercise {
  return {
    stem: `Which of these words belongs to question number ${index}?`,
    options: LABELS.map((label, position) => ({
      label,
      text: `${label.toLowerCase()}${String(index).padStart(3, "0")}`,
      is_key: position === keyPosition,
      rationale: "It is in the list.",
    })),
    category: index % 2 === 0 ? "comprehension" : "transfer",
    learning_objective_id: index % 2 === 0 ? "lo_1" : "lo_2",
    bloom_level: index % 2 === 0 ? "Recall" : "Comprehension",
    difficulty: "easy",
  };
}

function bank(count: number, item: (index: number) => CheckedExercise = fairItem): CheckedExercise[] {
  return Array.from({ length: count }, (_, index) => item(index));
}

function withTexts(index: number, texts: string[]): CheckedExercise {
  const item = fairItem(index, 0);
  return {
    ...item,
    options: item.options.map((option, position) => ({ ...option, text: texts[position]! })),
  };
}

function codes(exercises: CheckedExercise[], objectiveIds: string[] = []): string[] {
  return checkUnit(exercises, objectiveIds).findings.map((finding) => finding.code);
}

function share(exercises: CheckedExercise[], guesser: string): number {
  return checkUnit(exercises).guessers.find((score) => score.guesser === guesser)!.share;
}

describe("checkUnit", () => {
  it("counts positions, levels, categories and objectives of a fair bank and finds no fault", () => {
    const report = checkUnit(bank(24), ["lo_1", "lo_2"]);
    expect(report.findings).toEqual([]);
    expect(report.key_positions).toEqual({ A: 6, B: 6, C: 6, D: 6 });
    expect(report.bloom_levels).toEqual({ Recall: 12, Comprehension: 12 });
    expect(report.categories).toEqual({ comprehension: 12, transfer: 12 });
    expect(report.objective_coverage).toEqual([
      { learning_objective_id: "lo_1", items: 12 },
      { learning_objective_id: "lo_2", items: 12 },
    ]);
    expect(report.guessers.map((score) => score.share)).toEqual([0.25, 0.25, 0.25]);
  });

  it("finds keys that stand at one letter too often, but only from twelve items on", () => {
    expect(codes(bank(12, (index) => fairItem(index, index % 2)))).toContain("key_positions_uneven");
    expect(codes(bank(8, (index) => fairItem(index, 0)))).not.toContain("key_positions_uneven");
  });

  it("finds banks in which the longest option is the key", () => {
    const items = bank(20, (index) =>
      withTexts(index, [`a very long right answer ${index}`, `b${index}`, `c${index}`, `d${index}`]),
    );
    expect(share(items, "longest")).toBe(1);
    expect(codes(items)).toContain("guessable_longest");
  });

  it("finds banks in which the key is closest to all others, which a two by two design prevents", () => {
    const single = bank(20, (index) =>
      withTexts(
        index,
        ["high water is near", "low water is near", "high sand is near", "high water is far"].map(
          (text) => `${text} ${index}`,
        ),
      ),
    );
    expect(share(single, "most_central")).toBe(1);
    expect(codes(single)).toContain("guessable_most_central");
    const paired = bank(20, (index) =>
      withTexts(
        index,
        ["high water is near", "low water is near", "high water is far", "low water is far"].map(
          (text) => `${text} ${index}`,
        ),
      ),
    );
    expect(share(paired, "most_central")).toBe(0.25);
    expect(codes(paired)).not.toContain("guessable_most_central");
  });

  it("finds banks in which the key repeats the stem", () => {
    const items = bank(20, (index) =>
      withTexts(index, [`words of question ${index}`, "rain", "sand", "wind"]),
    );
    expect(share(items, "stem_overlap")).toBe(1);
    expect(codes(items)).toContain("guessable_stem_overlap");
  });

  it("finds objectives without items and items that repeat each other", () => {
    expect(codes(bank(4), ["lo_1", "lo_2", "lo_3"])).toEqual(["objectives_without_items"]);
    const [first, second] = bank(2);
    expect(codes([first!, second!, structuredClone(first!)])).toContain("items_repeated");
  });

  it("reports an empty bank without faults", () => {
    expect(checkUnit([])).toMatchObject({ items: 0, findings: [] });
  });
});
