import type { UnitDetail } from "../../../api/content-rows.ts";
import { formatQuantity } from "../../../ui/value/format.ts";

type Cleaning = Pick<UnitDetail["sources"][number], "removed" | "addressed_passages">;
type Kind = Cleaning["removed"][number]["kind"];

const names: Record<Kind, readonly [one: string, many: string]> = {
  comment: ["comment", "comments"],
  hidden_element: ["part that a page does not show", "parts that a page does not show"],
  page_code: ["piece of a page's code", "pieces of a page's code"],
  zero_width: ["run of invisible characters", "runs of invisible characters"],
  tag_characters: ["text in invisible letters", "texts in invisible letters"],
  direction_marks: ["mark that turns the direction of reading", "marks that turn the direction of reading"],
  variation_selectors: ["run of stray selectors", "runs of stray selectors"],
  control_characters: ["run of control characters", "runs of control characters"],
};

/** What was taken out of a source before it was stored, in a sentence; null when nothing was. */
export function removedSentence({ removed }: Cleaning): string | null {
  const total = removed.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return null;
  const parts = removed.map(({ kind, count }) => formatQuantity(count, ...names[kind]));
  const was = total === 1 ? "was" : "were";
  return `${formatQuantity(total, "hidden passage")} ${was} taken out of this source: ${new Intl.ListFormat("en").format(parts)}.`;
}

/** That a source seems to speak to a model; null when it does not. */
export function addressedSentence({ addressed_passages }: Cleaning): string | null {
  if (addressed_passages === 0) return null;
  const seems = addressed_passages === 1 ? "seems" : "seem";
  return `${formatQuantity(addressed_passages, "passage")} ${seems} to speak to a language model instead of a reader. What is made from it waits for your review.`;
}
