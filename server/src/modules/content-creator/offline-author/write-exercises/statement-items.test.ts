import { describe, expect, it } from "vitest";
import { readSources } from "../read-source.ts";
import { DropCounter, type ItemDraft } from "./item-draft.ts";
import { gatherMaterial } from "./lesson-material.ts";
import { pairedStatements, swappableSentences } from "./statement-items.ts";

const TERMS =
  "The tower guards the harbour. The tower and the harbour stand near the town. The tower is old.";

function paired(sentence: string): { drafts: ItemDraft[]; reasons: string[] } {
  const reading = readSources([{ text: `${sentence}\n\n${TERMS}` }]);
  const from = { section: 1, paragraph: 1 };
  const material = gatherMaterial(reading, {
    position: 1,
    title: "Towers",
    objective: "Describe the tower.",
    learning_objective_ids: ["lo_1"],
    passages: [{ source: 1, from, to: from }],
  });
  const dropped = new DropCounter();
  const drafts = pairedStatements(material, swappableSentences(material, dropped), dropped);
  return { drafts, reasons: dropped.list().map((entry) => entry.reason) };
}

describe("pairedStatements", () => {
  it("combines two independent changes into four statements, each two of which differ alike", () => {
    const { drafts } = paired("In 1476 the tower was strong enough to hold the harbour against the fleet.");
    expect(drafts).toHaveLength(1);
    expect(drafts[0]!.stem).toBe("Which statement does the source make about the tower?");
    expect(drafts[0]!.key.text).toContain("In 1476 the tower was strong");
    expect(drafts[0]!.distractors.map((option) => option.text.match(/1476|1507|strong|weak/g))).toEqual([
      ["1476", "weak"],
      ["1507", "strong"],
      ["1507", "weak"],
    ]);
  });

  it("drops pairs that could make a true statement together", () => {
    const mirrored = [
      "The pull on the tower becomes stronger when the harbour wall is heavier.",
      "A mortar for the tower made of 1,000 grams of lime and 650 grams of water sets within a day.",
      "The long wall of the tower falls quickly and the short wall of the harbour falls slowly.",
    ];
    for (const sentence of mirrored) {
      expect(paired(sentence)).toEqual({
        drafts: [],
        reasons: ["two changes together could make a true statement"],
      });
    }
  });

  it("does not ask about sentences that need the ones before them", () => {
    expect(paired("In 1476 this tower was strong enough to hold the harbour.")).toEqual({
      drafts: [],
      reasons: ["the sentence needs the sentences around it"],
    });
  });
});
