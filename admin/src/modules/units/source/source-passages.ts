/** A stretch of a text, in characters from its beginning; `to` is not part of it. */
export type Stretch = { from: number; to: number };

const longestPassage = 1200;
const mostMatches = 1000;
/** What may stand between two words of a quote: blanks, line breaks, marks of emphasis and links, but no whole sentence. */
const between = "[^\\p{L}\\p{N}]{1,40}";

/**
 * Cuts a text into passages that can be drawn one by one: at its line breaks, and lines of more than 1,200 characters
 * at their blanks, or anywhere where there are none.
 */
export function passagesOf(text: string): Stretch[] {
  const passages: Stretch[] = [];
  let from = 0;
  while (from < text.length) {
    const lineBreak = text.indexOf("\n", from);
    const lineEnd = lineBreak === -1 ? text.length : lineBreak;
    let to = lineEnd;
    if (lineEnd - from > longestPassage) {
      const blank = text.lastIndexOf(" ", from + longestPassage);
      to = blank > from ? blank + 1 : from + longestPassage;
    }
    passages.push({ from, to });
    from = to === lineEnd ? lineEnd + 1 : to;
  }
  return passages;
}

/** A pattern that finds a quote in its source although the source has line breaks or Markdown inside it; null for a quote without words. */
export function quotePattern(quote: string): RegExp | null {
  const words = quote.match(/[\p{L}\p{N}]+/gu);
  return words === null ? null : new RegExp(words.join(between), "gu");
}

const escaped = (word: string) => word.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

/** A pattern for what a reader types, whatever its case; null for nothing. */
export function searchPattern(typed: string): RegExp | null {
  const words = typed.trim().split(/\s+/).filter(Boolean);
  if (words.length === 0) return null;
  return new RegExp(words.map(escaped).join("\\s+"), "giu");
}

/** Where the patterns occur, from the beginning on, at most 1,000 times and never overlapping. */
export function stretchesOf(text: string, patterns: readonly RegExp[]): Stretch[] {
  const found: Stretch[] = [];
  for (const pattern of patterns) {
    for (const match of text.matchAll(pattern)) {
      if (match[0] !== "") found.push({ from: match.index, to: match.index + match[0].length });
      if (found.length >= mostMatches) break;
    }
  }
  found.sort((left, right) => left.from - right.from || right.to - left.to);
  return found.filter((stretch, place) => place === 0 || stretch.from >= (found[place - 1]?.to ?? 0));
}

/** The passage in which a character stands. */
export function passageAt(passages: readonly Stretch[], character: number): number {
  let low = 0;
  let high = passages.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((passages[middle]?.from ?? 0) <= character) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A piece of a passage; `mark` is the number of the stretch that it belongs to, or null. */
export type Piece = { from: number; text: string; mark: number | null };

/** A passage cut at the stretches that fall into it. */
export function piecesOf(text: string, passage: Stretch, stretches: readonly Stretch[]): Piece[] {
  const pieces: Piece[] = [];
  let at = passage.from;
  stretches.forEach((stretch, mark) => {
    if (stretch.to <= at || stretch.from >= passage.to) return;
    const from = Math.max(at, stretch.from);
    if (from > at) pieces.push({ from: at, text: text.slice(at, from), mark: null });
    const to = Math.min(stretch.to, passage.to);
    pieces.push({ from, text: text.slice(from, to), mark });
    at = to;
  });
  if (at < passage.to) pieces.push({ from: at, text: text.slice(at, passage.to), mark: null });
  return pieces;
}
