/** Scripts without spaces between words: read by pairs of characters. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const stemLetters = 4;
const shortestWord = 4;

/** Beginnings of the words that carry meaning, without accents, in lower case. */
function stemsOf(text: string): Set<string> {
  const words =
    text
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .match(/\p{L}+/gu) ?? [];
  return new Set(words.flatMap(stemsOfWord));
}

function stemsOfWord(word: string): string[] {
  if (!unspaced.test(word)) return word.length >= shortestWord ? [word.slice(0, stemLetters)] : [];
  const letters = [...word];
  return letters.slice(1).map((letter, place) => `${letters[place]}${letter}`);
}

const leastOfTitle = 1 / 3;
const leastOfAll = 1 / 4;

/**
 * Whether a lesson speaks of what its outline promised: a third of the title's words, or a quarter of those of title and
 * objective, come up in it in whatever form. Outlines of one word and less are not judged.
 */
export function matchesOutline(
  outline: { readonly title: string; readonly objective: string },
  text: string,
): boolean {
  const written = stemsOf(text);
  const share = (words: ReadonlySet<string>) =>
    [...words].filter((word) => written.has(word)).length / words.size;
  const title = stemsOf(outline.title);
  const all = new Set([...title, ...stemsOf(outline.objective)]);
  if (all.size < 2) return true;
  return (title.size > 0 && share(title) >= leastOfTitle) || share(all) >= leastOfAll;
}
