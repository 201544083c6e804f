import type { Block, Span } from "../../../api/content-rows.ts";

type SentenceReference = NonNullable<Span["reference"]>;
type CodeReference = NonNullable<Extract<Block, { type: "code" }>["reference"]>;

/** Where in the sources a piece of text stands; code and tables name a whole paragraph. */
export type SourceReference = SentenceReference | CodeReference;

function joined(numbers: number[]): string {
  const last = numbers.at(-1);
  return numbers.length < 2 ? `${last}` : `${numbers.slice(0, -1).join(", ")} and ${last}`;
}

function sentencesOf(references: readonly SourceReference[]): string {
  const numbers = references.flatMap((reference) => ("sentence" in reference ? [reference.sentence] : []));
  const unique = [...new Set(numbers)].sort((left, right) => left - right);
  if (unique.length === 0) return "";
  return `, ${unique.length === 1 ? "sentence" : "sentences"} ${joined(unique)}`;
}

/** `section 4, paragraph 1, sentences 1 and 3`; the source is named where the unit has several. */
export function formatReferences(references: readonly SourceReference[], severalSources: boolean): string {
  const places = Map.groupBy(
    references,
    ({ source, section, paragraph }) => `${source}/${section}/${paragraph}`,
  );
  return [...places.values()]
    .map((group) => {
      const [first] = group;
      if (first === undefined) return "";
      const source = severalSources ? `source ${first.source}, ` : "";
      return `${source}section ${first.section}, paragraph ${first.paragraph}${sentencesOf(group)}`;
    })
    .join("; ");
}

/** `4.1`: section and paragraph of the first reference, for a mark in the text. */
export function shortReference(references: readonly SourceReference[]): string {
  const [first] = references;
  return first === undefined ? "" : `${first.section}.${first.paragraph}`;
}

/** The references of all quotes in some spans. */
export function referencesOf(spans: readonly Span[]): SourceReference[] {
  return spans.flatMap(({ reference }) => (reference === null ? [] : [reference]));
}
