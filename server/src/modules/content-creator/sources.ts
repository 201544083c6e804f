import type { CreatorServices } from "./definitions.ts";
import { creatorErrors } from "./errors.ts";
import type { SourceReference } from "./models.ts";

/** A source with its text, as the authors read it. */
export interface ReadSource {
  readonly title: string | null;
  readonly text: string;
}

/** Reads the texts of all references, stored ones from the unit. */
export function readSources(
  services: CreatorServices,
  unit_id: string | null,
  sources: readonly SourceReference[],
): Promise<ReadSource[]> {
  return Promise.all(
    sources.map(async ({ title, sha256, text }) => {
      if (text !== null) return { title, text };
      if (unit_id === null) {
        throw creatorErrors.create("request_unreadable", "A stored source was named outside of a unit.");
      }
      return { title, text: await services.readSource(unit_id, sha256) };
    }),
  );
}

/** Those of the sources that people gave; the others were written by a step. */
export function givenSources(
  references: readonly SourceReference[],
  sources: readonly ReadSource[],
): ReadSource[] {
  return sources.filter((_source, place) => references[place]?.text === null);
}

/** Each text under its title, as a model reads them. */
export function titledTexts(sources: readonly ReadSource[]): string[] {
  return sources.map(({ title, text }) => `${title ?? ""}\n\n${text}`);
}

/** Largest source text of a unit, all its sources together: 10 MB of UTF-8. */
export const maxSourceBytes = 10 * 1024 * 1024;

/**
 * Refuses what is no text: empty, NUL or many undecodable or control characters, more than 10 MB.
 * @throws AppError `source_empty`, `source_binary`, `source_too_large`
 */
export function refuseUnusableSources(sources: readonly { readonly text: string }[]): void {
  let bytes = 0;
  for (const [place, { text }] of sources.entries()) {
    const name = nameOf(place, sources.length);
    if (text.trim() === "") {
      throw creatorErrors.create(
        "source_empty",
        `${name} holds no text. Paste a text or leave the source out.`,
      );
    }
    if (isBinary(text)) {
      throw creatorErrors.create(
        "source_binary",
        `${name} is not readable text. Save the document as plain text or Markdown in UTF-8 and send that.`,
      );
    }
    bytes += Buffer.byteLength(text, "utf8");
  }
  if (bytes > maxSourceBytes) {
    throw creatorErrors.create(
      "source_too_large",
      "The sources have more than 10 MB. Split the text and make one unit of each part.",
    );
  }
}

/**
 * Refuses what held nothing but hidden text, which was taken out.
 * @throws AppError `source_empty`
 */
export function refuseEmptySources(sources: readonly { readonly text: string }[]): void {
  const place = sources.findIndex(({ text }) => text.trim() === "");
  if (place < 0) return;
  throw creatorErrors.create(
    "source_empty",
    `${nameOf(place, sources.length)} holds nothing but hidden text, such as comments. Paste the text that readers see.`,
  );
}

function nameOf(place: number, count: number): string {
  return count === 1 ? "The source" : `Source ${place + 1}`;
}

/** More than one character in a hundred that no text has: undecodable bytes (U+FFFD) or control characters. */
const mostOddCharacters = 0.01;

function isBinary(text: string): boolean {
  if (text.includes("\u0000")) return true;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const odd = text.match(/[\u0001-\u0008\u000e-\u001f\u007f\ufffd]/g)?.length ?? 0;
  return odd / text.length > mostOddCharacters;
}

interface Passage {
  readonly place: number;
  readonly text: string;
}

/**
 * The parts of long sources that fit a model's prompt: headings and the paragraphs that share most words with
 * `about`, in their order. Short sources come back whole; `is_whole` says which it was.
 */
export function selectPassages(
  sources: readonly ReadSource[],
  about: string,
  maxCharacters: number,
): { readonly sources: ReadSource[]; readonly is_whole: boolean } {
  const total = sources.reduce((sum, { text }) => sum + text.length, 0);
  if (total <= maxCharacters) return { sources: [...sources], is_whole: true };
  const wanted = new Set(contentWords(about));
  const share = maxCharacters / total;
  const selected = sources.map(({ title, text }) => ({
    title,
    text: selectWithin(text, wanted, Math.floor(text.length * share)),
  }));
  return { sources: selected, is_whole: false };
}

function selectWithin(text: string, wanted: ReadonlySet<string>, budget: number): string {
  const paragraphs = text
    .split(/\n\s*\n/)
    .map((paragraph, place): Passage => ({ place, text: paragraph.trim() }));
  const scored = paragraphs
    .map((passage) => ({ passage, score: scoreOf(passage.text, wanted) }))
    .sort((left, right) => right.score - left.score || left.passage.place - right.passage.place);
  const kept: Passage[] = [];
  let left = budget;
  for (const { passage } of scored) {
    if (passage.text.length <= left) kept.push(passage);
    else if (kept.length === 0) kept.push({ ...passage, text: passage.text.slice(0, left) });
    else continue;
    left -= passage.text.length + 2;
  }
  kept.sort((first, second) => first.place - second.place);
  return kept.map((passage) => passage.text).join("\n\n");
}

function scoreOf(paragraph: string, wanted: ReadonlySet<string>): number {
  if (/^#{1,6}\s/.test(paragraph)) return Number.MAX_VALUE;
  const words = contentWords(paragraph);
  if (words.length === 0) return 0;
  return words.filter((word) => wanted.has(word)).length / Math.sqrt(words.length);
}

function contentWords(text: string): string[] {
  return text.toLowerCase().match(/\p{L}{4,}/gu) ?? [];
}
