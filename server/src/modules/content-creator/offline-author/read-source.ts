import { createHash } from "node:crypto";
import { hasMarkup } from "./inline-text.ts";
import type { TaggedSentence, Token } from "./language-model.ts";
import { tagText } from "./language-model.ts";
import type { Reference, SourceInput } from "./model.ts";
import { parseBlocks, type SourceBlock } from "./parse-blocks.ts";
import { isComplete, isStandalone } from "./sentence-quality.ts";

export interface ReadSentence {
  reference: Reference;
  text: string;
  tokens: Token[];
  words: number;
  /** Lemmas of the words that carry meaning. */
  content: Set<string>;
  /** A whole sentence of prose without markup: may be quoted. */
  isQuotable: boolean;
  /** Quotable, and understood without the sentences before it. */
  isStandalone: boolean;
}

export type ReadBlock =
  | { kind: "paragraph" | "list_item"; paragraph: number; sentences: ReadSentence[]; words: number }
  | { kind: "code"; paragraph: number; text: string; words: 0 }
  | { kind: "table"; paragraph: number; rows: string[][]; words: 0 };

export interface ReadSection {
  source: number;
  section: number;
  level: number;
  title: string;
  blocks: ReadBlock[];
  words: number;
}

export interface ReadSources {
  hash: string;
  /** The title of the first source: given, or its only top heading. */
  title: string;
  sections: ReadSection[];
  words: number;
}

const PARAGRAPH_WORDS_MAX = 280;
const PARAGRAPH_WORDS_SPLIT = 150;
const KEPT_READINGS = 4;
const readings = new Map<string, ReadSources>();

function countWords(tokens: readonly Token[]): number {
  return tokens.filter((token) => token.isWord).length;
}

function contentLemmas(tokens: readonly Token[]): Set<string> {
  const carriesMeaning = (token: Token) => token.isWord && !token.isStopWord && token.lower.length > 1;
  return new Set(tokens.filter(carriesMeaning).map((token) => token.lemma));
}

/** Cuts a paragraph of more than 280 words at sentence ends, so that a text without breaks can still be divided. */
function splitLongParagraph(sentences: TaggedSentence[]): TaggedSentence[][] {
  const total = sentences.reduce((sum, sentence) => sum + countWords(sentence.tokens), 0);
  if (total <= PARAGRAPH_WORDS_MAX) return [sentences];
  const parts: TaggedSentence[][] = [];
  let part: TaggedSentence[] = [];
  let words = 0;
  for (const sentence of sentences) {
    part.push(sentence);
    words += countWords(sentence.tokens);
    if (words < PARAGRAPH_WORDS_SPLIT) continue;
    parts.push(part);
    part = [];
    words = 0;
  }
  if (part.length > 0) parts.push(part);
  return parts;
}

function readSentence(tagged: TaggedSentence, reference: Reference, isProse: boolean): ReadSentence {
  const words = countWords(tagged.tokens);
  const isQuotable = isProse && !hasMarkup(tagged.text) && isComplete(tagged.text, tagged.tokens, words);
  return {
    reference,
    text: tagged.text,
    tokens: tagged.tokens,
    words,
    content: contentLemmas(tagged.tokens),
    isQuotable,
    isStandalone: isQuotable && isStandalone(tagged.text, tagged.tokens),
  };
}

function readBlocks(blocks: SourceBlock[], source: number, section: number): ReadBlock[] {
  const result: ReadBlock[] = [];
  for (const block of blocks) {
    if (block.kind === "code") {
      result.push({ kind: "code", paragraph: result.length + 1, text: block.text, words: 0 });
      continue;
    }
    if (block.kind === "table") {
      result.push({ kind: "table", paragraph: result.length + 1, rows: block.rows, words: 0 });
      continue;
    }
    for (const part of splitLongParagraph(tagText(block.text))) {
      const paragraph = result.length + 1;
      const sentences = part.map((tagged, index) =>
        readSentence(tagged, { source, section, paragraph, sentence: index + 1 }, true),
      );
      const words = sentences.reduce((sum, sentence) => sum + sentence.words, 0);
      result.push({ kind: block.kind, paragraph, sentences, words });
    }
  }
  return result;
}

function readAll(sources: readonly SourceInput[], hash: string): ReadSources {
  const sections: ReadSection[] = [];
  let title = sources[0]?.title?.trim() ?? "";
  sources.forEach((input, sourceIndex) => {
    const parsed = parseBlocks(input.text);
    const topLevel = Math.min(...parsed.filter((part) => part.level > 0).map((part) => part.level));
    const tops = parsed.filter((part) => part.level === topLevel);
    const isTitled = tops.length === 1 && tops[0] === parsed[0] && parsed.length > 1;
    if (sourceIndex === 0 && title === "" && isTitled) title = tops[0]?.title ?? "";
    parsed.forEach((part, index) => {
      const blocks = readBlocks(part.blocks, sourceIndex + 1, index + 1);
      sections.push({
        source: sourceIndex + 1,
        section: index + 1,
        // The heading that names the whole source opens no lesson: its text is an introduction.
        level: isTitled && index === 0 ? 0 : part.level,
        title: isTitled && index === 0 ? "" : part.title,
        blocks,
        words: blocks.reduce((sum, block) => sum + block.words, 0),
      });
    });
  });
  return { hash, title, sections, words: sections.reduce((sum, section) => sum + section.words, 0) };
}

/** Reads and tags the sources. The last four readings are kept, because each step of one unit reads the same text. */
export function readSources(sources: readonly SourceInput[]): ReadSources {
  const identity = sources.flatMap((source) => [source.title ?? "", source.text]);
  const hash = createHash("sha256").update(identity.join("\u0000")).digest("hex");
  const known = readings.get(hash);
  if (known !== undefined) return known;
  const reading = readAll(sources, hash);
  const oldest = readings.size >= KEPT_READINGS ? readings.keys().next().value : undefined;
  if (oldest !== undefined) readings.delete(oldest);
  readings.set(hash, reading);
  return reading;
}

export function sentencesOf(sections: readonly ReadSection[]): ReadSentence[] {
  return sections.flatMap((section) =>
    section.blocks.flatMap((block) => ("sentences" in block ? block.sentences : [])),
  );
}
