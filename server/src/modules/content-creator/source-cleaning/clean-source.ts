import type { SourceRemoval } from "../../content/public.ts";
import { withoutHiddenMarkup } from "./hidden-markup.ts";
import { withoutInvisibleCharacters } from "./invisible-characters.ts";
import { RemovalCounter } from "./removal.ts";

export interface CleanedSource {
  readonly text: string;
  /** What was taken out, counted by kind: a passage once, a run of characters once. */
  readonly removed: readonly SourceRemoval[];
}

/**
 * Takes out of a source what its readers would not see: comments and hidden elements of HTML and Markdown, what a page carries for
 * browsers, invisible and control characters. Code in fences, in backticks and indented stays as it is, and so do the invisible
 * characters that a script or an emoji needs. Line breaks become `\n`. Pure; time grows with the length of the text alone.
 */
export function cleanSource(text: string): CleanedSource {
  const counter = new RemovalCounter();
  const lines = text
    .toWellFormed()
    .replace(/^\uFEFF/, "")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: line breaks of all kinds become one
    .replace(/\r\n?|[\u000b\u000c\u0085\u2028\u2029]/g, "\n");
  // Characters first: one inside of `<!--` would keep the comment from being seen as one.
  const visible = withoutInvisibleCharacters(lines, counter);
  return { text: withoutHiddenMarkup(visible, counter), removed: counter.list() };
}

/** A text that a model wrote, or a title: invisible characters are all that is taken out. */
export function cleanText(text: string): string {
  return withoutInvisibleCharacters(text.toWellFormed(), new RemovalCounter());
}

/** The same for every text of an answer, whose shape stays. */
export function cleanAnswer<Answer>(answer: Answer): Answer {
  // Texts become texts, and everything else stays what it is.
  return cleanValue(answer) as Answer;
}

function cleanValue(value: unknown): unknown {
  if (typeof value === "string") return cleanText(value);
  if (Array.isArray(value)) return value.map(cleanValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, cleanValue(part)]));
}
