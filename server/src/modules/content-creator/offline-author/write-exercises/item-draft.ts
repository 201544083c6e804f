import type { OfflineBloomLevel } from "../model.ts";
import type { ReadSentence } from "../read-source.ts";

export type ItemType = "statement" | "four_statements" | "description" | "definition" | "number" | "name";

export interface DraftOption {
  text: string;
  rationale: string;
}

/** An item before its key has a position. */
export interface ItemDraft {
  type: ItemType;
  stem: string;
  key: DraftOption;
  /** Three wrong options; for numbers three smaller and three larger ones, of which three are used. */
  distractors: DraftOption[];
  larger?: DraftOption[];
  bloomLevel: OfflineBloomLevel;
  difficulty: "easy" | "medium" | "hard";
  evidence: ReadSentence;
  /** Every sentence the item uses, so that no two items give each other away. */
  sentences: ReadSentence[];
  /** What the item asks for, lower case; two items of a lesson never share it. */
  subject: string;
  /** Higher is better, compared within one type. */
  score: number;
}

/** Counts why items were thrown away. */
export class DropCounter {
  readonly #counts = new Map<string, number>();

  add(reason: string): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
  }

  list(): { reason: string; count: number }[] {
    return [...this.#counts]
      .map(([reason, count]) => ({ reason, count }))
      .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
  }
}

/** Where a quote stands, for people: "section 2, paragraph 1, sentence 3". */
export function placeOf(sentence: ReadSentence): string {
  const { source, section, paragraph, sentence: number } = sentence.reference;
  const prefix = source > 1 ? `source ${source}, ` : "";
  return `${prefix}section ${section}, paragraph ${paragraph}, sentence ${number}`;
}

export function citation(sentence: ReadSentence): string {
  return `“${sentence.text}” (${placeOf(sentence)})`;
}
