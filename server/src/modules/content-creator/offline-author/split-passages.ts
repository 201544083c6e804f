import type { ReferenceRange } from "./model.ts";
import type { ReadBlock, ReadSection, ReadSentence, ReadSources } from "./read-source.ts";

/** The part of the sources that one lesson is made from. */
export interface Passage {
  ranges: ReferenceRange[];
  /** The headings of the highest level that open inside the passage, in order. */
  titles: string[];
}

interface Piece {
  section: ReadSection;
  block: ReadBlock;
  words: number;
  /** How natural a cut before this piece is: 0 at a heading of the highest level, 1 inside a paragraph run. */
  cutCost: number;
}

const CUT_WEIGHT_IN_SECTION = 0.35;
const CUT_WEIGHT_AT_SUBHEADING = 0.08;
const LESSON_WORDS_MIN = 60;
const COHESION_WINDOW = 3;

function contentAround(pieces: readonly Piece[], from: number, to: number): Set<string> {
  const content = new Set<string>();
  for (const piece of pieces.slice(Math.max(0, from), to)) {
    if (!("sentences" in piece.block)) continue;
    for (const sentence of piece.block.sentences) for (const lemma of sentence.content) content.add(lemma);
  }
  return content;
}

/** Words in common before and after a cut, 0 to 1: a low value marks a change of subject (as in TextTiling). */
function cohesion(pieces: readonly Piece[], index: number): number {
  const before = contentAround(pieces, index - COHESION_WINDOW, index);
  const after = contentAround(pieces, index, index + COHESION_WINDOW);
  const shared = [...after].filter((lemma) => before.has(lemma)).length;
  return shared / (Math.min(before.size, after.size) || 1);
}

function listPieces(reading: ReadSources): Piece[] {
  const levels = reading.sections.filter((section) => section.level > 0).map((section) => section.level);
  const top = Math.min(...levels);
  const pieces: Piece[] = [];
  for (const section of reading.sections) {
    section.blocks.forEach((block, index) => {
      const isOpening = index === 0 && section.level > 0;
      const atHeading = section.level === top ? 0 : CUT_WEIGHT_AT_SUBHEADING;
      pieces.push({
        section,
        block,
        words: block.words,
        cutCost: isOpening ? atHeading : CUT_WEIGHT_IN_SECTION,
      });
    });
  }
  return pieces.map((piece, index) =>
    piece.cutCost === CUT_WEIGHT_IN_SECTION
      ? { ...piece, cutCost: CUT_WEIGHT_IN_SECTION * (0.6 + 0.8 * cohesion(pieces, index)) }
      : piece,
  );
}

/** Cuts after the given numbers of pieces when exactly `count` headings of one level cover the text. */
function cutsAtHeadings(pieces: readonly Piece[], reading: ReadSources, count: number): number[] | null {
  const levels = [
    ...new Set(reading.sections.filter((section) => section.level > 0).map((part) => part.level)),
  ];
  for (const level of levels.sort((a, b) => a - b)) {
    const opensHere = (piece: Piece, index: number) =>
      piece.section.level === level && pieces[index - 1]?.section !== piece.section;
    const starts = pieces.flatMap((piece, index) => (opensHere(piece, index) ? [index] : []));
    if (starts.length !== count) continue;
    const cuts = [0, ...starts.slice(1), pieces.length];
    const sizes = cuts.slice(1).map((cut, index) => wordsBetween(pieces, cuts[index] ?? 0, cut));
    if (sizes.every((size) => size >= LESSON_WORDS_MIN)) return cuts;
  }
  return null;
}

function wordsBetween(pieces: readonly Piece[], from: number, to: number): number {
  return pieces.slice(from, to).reduce((sum, piece) => sum + piece.words, 0);
}

/** The cheapest division into `count` runs by dynamic programming: even lengths, cuts where they are natural. */
function balancedCuts(pieces: readonly Piece[], count: number): number[] | null {
  const sums = [0];
  for (const piece of pieces) sums.push((sums.at(-1) ?? 0) + piece.words);
  const ideal = (sums.at(-1) ?? 0) / count;
  const length = pieces.length;
  let costs = new Array<number>(length + 1).fill(Number.POSITIVE_INFINITY);
  costs[0] = 0;
  const choices: number[][] = [];
  for (let lesson = 1; lesson <= count; lesson++) {
    const next = new Array<number>(length + 1).fill(Number.POSITIVE_INFINITY);
    const choice = new Array<number>(length + 1).fill(0);
    for (let end = lesson; end <= length; end++) {
      for (let start = lesson - 1; start < end; start++) {
        const before = costs[start] ?? Number.POSITIVE_INFINITY;
        const words = (sums[end] ?? 0) - (sums[start] ?? 0);
        if (before === Number.POSITIVE_INFINITY || words < LESSON_WORDS_MIN) continue;
        const cut = start === 0 ? 0 : (pieces[start]?.cutCost ?? 0);
        const cost = before + ((words - ideal) / ideal) ** 2 + cut;
        if (cost < (next[end] ?? 0)) {
          next[end] = cost;
          choice[end] = start;
        }
      }
    }
    costs = next;
    choices.push(choice);
  }
  if ((costs[length] ?? Number.POSITIVE_INFINITY) === Number.POSITIVE_INFINITY) return null;
  const cuts = [length];
  for (let lesson = count - 1; lesson >= 0; lesson--) cuts.unshift(choices[lesson]?.[cuts[0] ?? 0] ?? 0);
  return cuts;
}

/** Long sources are divided by groups of neighbouring paragraphs, which keeps the division fast at any length. */
function joinPieces(pieces: readonly Piece[], most: number): Piece[][] {
  const total = wordsBetween(pieces, 0, pieces.length);
  const size = pieces.length > most ? total / most : 0;
  const groups: Piece[][] = [];
  let words = 0;
  for (const piece of pieces) {
    const isNew = groups.length === 0 || words >= size || piece.cutCost < CUT_WEIGHT_AT_SUBHEADING;
    if (isNew) {
      groups.push([]);
      words = 0;
    }
    groups.at(-1)?.push(piece);
    words += piece.words;
  }
  return groups;
}

function passageOf(pieces: readonly Piece[]): Passage {
  const ranges: ReferenceRange[] = [];
  const opened: ReadSection[] = [];
  for (const [index, { section, block }] of pieces.entries()) {
    const place = { section: section.section, paragraph: block.paragraph };
    const last = ranges.at(-1);
    if (last?.source === section.source) last.to = place;
    else ranges.push({ source: section.source, from: place, to: { ...place } });
    if (section.title !== "" && pieces[index - 1]?.section !== section) opened.push(section);
  }
  const top = Math.min(...opened.map((section) => section.level));
  const titles = opened.filter((section) => section.level === top).map((section) => section.title);
  return { ranges, titles };
}

/**
 * Divides the sources into at most `count` passages: at the headings when their number fits, otherwise evenly,
 * by sections and then by paragraphs. Fewer come back when the text cannot give each lesson 60 words.
 */
export function splitPassages(reading: ReadSources, count: number): Passage[] {
  const pieces = listPieces(reading);
  for (let lessons = Math.min(count, pieces.length); lessons >= 1; lessons--) {
    const atHeadings = cutsAtHeadings(pieces, reading, lessons);
    if (atHeadings !== null)
      return between(
        pieces.map((piece) => [piece]),
        atHeadings,
      );
    const groups = joinPieces(pieces, 600);
    const merged = groups.map((group) => ({
      ...(group[0] as Piece),
      words: wordsBetween(group, 0, group.length),
    }));
    const cuts = balancedCuts(merged, lessons);
    if (cuts !== null) return between(groups, cuts);
  }
  return pieces.length === 0 ? [] : [passageOf(pieces)];
}

function between(groups: readonly Piece[][], cuts: readonly number[]): Passage[] {
  return cuts.slice(1).map((cut, index) => passageOf(groups.slice(cuts[index], cut).flat()));
}

function isWithin(range: ReferenceRange, section: number, paragraph: number): boolean {
  const value = section * 1_000_000 + paragraph;
  const from = range.from.section * 1_000_000 + range.from.paragraph;
  const to = range.to.section * 1_000_000 + range.to.paragraph;
  return value >= from && value <= to;
}

/** The sections and blocks inside the ranges, in reading order; sections without a block in range are left out. */
export function sectionsWithin(reading: ReadSources, ranges: readonly ReferenceRange[]): ReadSection[] {
  return reading.sections.flatMap((section) => {
    const blocks = section.blocks.filter((block) =>
      ranges.some(
        (range) => range.source === section.source && isWithin(range, section.section, block.paragraph),
      ),
    );
    return blocks.length === 0 ? [] : [{ ...section, blocks }];
  });
}

export function sentencesWithin(reading: ReadSources, ranges: readonly ReferenceRange[]): ReadSentence[] {
  return sectionsWithin(reading, ranges).flatMap((section) =>
    section.blocks.flatMap((block) => ("sentences" in block ? block.sentences : [])),
  );
}
