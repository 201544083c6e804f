/** Lower-case words and numbers of a text; marks, markup signs and quotes are dropped. */
export function wordsOf(text: string): string[] {
  return (
    text
      .toLowerCase()
      .replace(/[*_`]/g, "")
      .replace(/(\d),(?=\d{3})/g, "$1")
      .match(/[\p{L}\p{N}]+(?:[.'’-][\p{L}\p{N}]+)*/gu) ?? []
  );
}

export function normalized(text: string): string {
  return wordsOf(text).join(" ");
}

/** Shared words over all words, 0 to 1. */
export function jaccard(a: string, b: string): number {
  const left = new Set(wordsOf(a));
  const right = new Set(wordsOf(b));
  const shared = [...left].filter((word) => right.has(word)).length;
  return shared / (left.size + right.size - shared || 1);
}

/** Whether the words of `part` stand in `text` in one piece. */
export function containsWords(text: string, part: string): boolean {
  const inner = normalized(part);
  return inner !== "" && ` ${normalized(text)} `.includes(` ${inner} `);
}

/** Share of the words of `part` that also stand in `text`. */
export function overlapShare(text: string, part: string): number {
  const words = new Set(wordsOf(text));
  const inner = [...new Set(wordsOf(part))];
  return inner.filter((word) => words.has(word)).length / (inner.length || 1);
}

export function isNumeric(text: string): boolean {
  return /^[^\p{L}]*\d[\d.,]*[^\p{L}]*$/u.test(text.trim());
}

export function numericValue(text: string): number {
  return Number(/\d[\d.,]*/.exec(text)?.[0].replace(/,/g, "") ?? Number.NaN);
}
