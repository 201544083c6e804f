/**
 * Splits a text at sentence ends into pieces of at most `limit` characters, in order and without loss of words.
 * A sentence longer than the limit is split at a space, a word longer than the limit inside.
 */
export function splitAtSentences(text: string, limit: number): string[] {
  const pieces: string[] = [];
  let current = "";
  for (const { segment } of new Intl.Segmenter("en", { granularity: "sentence" }).segment(text)) {
    for (const part of partsWithin(segment, limit)) {
      if (current !== "" && (current + part).trimEnd().length > limit) {
        pieces.push(current.trim());
        current = "";
      }
      current += part;
    }
  }
  pieces.push(current.trim());
  return pieces.filter((piece) => piece !== "");
}

function partsWithin(sentence: string, limit: number): string[] {
  const parts: string[] = [];
  let rest = sentence;
  while (rest.trimEnd().length > limit) {
    const space = rest.lastIndexOf(" ", limit);
    const end = space > 0 ? space + 1 : limit;
    parts.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  parts.push(rest);
  return parts;
}
