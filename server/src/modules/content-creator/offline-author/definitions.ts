import type { Token } from "./language-model.ts";
import type { ReadSentence } from "./read-source.ts";

/** A sentence that names something: "A rising tide is called a flood tide." */
export interface Definition {
  /** The name without its article, as written. */
  term: string;
  /** The name with its article. */
  phrase: string;
  /** Where `phrase` stands in the sentence. */
  start: number;
  end: number;
  /** What is named, when the sentence says it in its opening words; null otherwise. */
  description: string | null;
  sentence: ReadSentence;
}

const NAMING =
  /\b(?:is|are|was|were)(?: (?:also|often|usually|sometimes|therefore|commonly))? (?:called|known as|termed|referred to as|said to be) /g;
const ARTICLES = new Set(["a", "an", "the"]);
const TERM_WORDS_MAX = 5;
const ENDS_TERM = new Set([
  ..."and or but because since while when where which who that whose if as than although though after before".split(
    " ",
  ),
  ..."is are was were has have had does by at on from so whereas can will may must usually in for only too".split(
    " ",
  ),
]);
const DESCRIPTION_OPENERS = new Set(["DET", "ADJ", "NOUN", "PROPN", "VERB", "ADV", "NUM"]);
const CLAUSE_WORDS = new Set(["if", "while", "although", "because", "but", "then", "therefore"]);
const RELATIVE_WORDS = new Set(["that", "which", "who", "where", "when"]);

/** The words of the name: up to the next mark or linking word, at most five. */
function termTokens(tokens: readonly Token[], from: number): Token[] {
  const taken: Token[] = [];
  for (const token of tokens) {
    if (token.start < from) continue;
    const isFirst = taken.length === 0;
    if (!token.isWord && !(token.text === "-" || /^['’]s?$/.test(token.text))) break;
    if (ENDS_TERM.has(token.lower) && !(isFirst && ARTICLES.has(token.lower))) break;
    if (token.pos === "PRON") break;
    taken.push(token);
  }
  return taken;
}

/** "X rises and Y" is a clause and a noun; only a relative clause or two nouns may hold an "and". */
function joinsClauses(words: readonly Token[]): boolean {
  const joint = words.findIndex((word) => word.lower === "and" || word.lower === "or");
  const before = words.slice(0, Math.max(0, joint));
  const hasVerb = before.some((word) => word.pos === "VERB" || word.pos === "AUX");
  return hasVerb && !before.some((word) => RELATIVE_WORDS.has(word.lower));
}

function descriptionOf(
  sentence: ReadSentence,
  verbStart: number,
  lowerCaseWords: ReadonlySet<string>,
): string | null {
  const opening = sentence.tokens.filter((token) => token.end <= verbStart);
  const words = opening.filter((token) => token.isWord);
  const first = words[0];
  const hasMark = opening.some((token) => token.pos === "PUNCT" && token.text !== "-");
  if (first === undefined || words.length < 3 || hasMark || !sentence.isStandalone) return null;
  if (!DESCRIPTION_OPENERS.has(first.pos) || words.some((word) => CLAUSE_WORDS.has(word.lower))) return null;
  if (joinsClauses(words)) return null;
  const text = sentence.text.slice(0, verbStart).trim();
  const keepsCapital = first.pos === "PROPN" && !lowerCaseWords.has(first.lower);
  return keepsCapital ? text : text.charAt(0).toLowerCase() + text.slice(1);
}

function definitionAt(
  sentence: ReadSentence,
  verbStart: number,
  nameStart: number,
  lowerCaseWords: ReadonlySet<string>,
): Definition | null {
  const taken = termTokens(sentence.tokens, nameStart);
  const first = taken[0];
  const last = taken.at(-1);
  if (first === undefined || last === undefined) return null;
  const hasArticle = ARTICLES.has(first.lower);
  const named = hasArticle ? taken.slice(1) : taken;
  const head = named[0];
  if (head === undefined || named.length > TERM_WORDS_MAX || head.isStopWord || head.pos === "ADP")
    return null;
  // A capital after the cut means that the name goes on ("Resource Acquisition Is Initialization").
  const following = sentence.tokens.find((token) => token.start >= last.end);
  if (following?.isWord && /^\p{Lu}/u.test(following.text)) return null;
  if (!named.some((token) => /^\p{L}{3}/u.test(token.text))) return null;
  return {
    term: sentence.text.slice(head.start, last.end),
    phrase: sentence.text.slice(first.start, last.end),
    start: first.start,
    end: last.end,
    description: descriptionOf(sentence, verbStart, lowerCaseWords),
    sentence,
  };
}

/**
 * Finds names given with "is called", "is known as" and the like, the only wordings that proved reliable:
 * "X is a Y" gives more noise than definitions. The first definition of each term counts.
 */
export function findDefinitions(sentences: readonly ReadSentence[]): Definition[] {
  const found = new Map<string, Definition>();
  const tokens = sentences.flatMap((sentence) => sentence.tokens);
  const lowerCaseWords = new Set(
    tokens.filter((token) => token.text === token.lower).map((token) => token.lower),
  );
  for (const sentence of sentences) {
    if (!sentence.isQuotable) continue;
    for (const match of sentence.text.matchAll(NAMING)) {
      const definition = definitionAt(sentence, match.index, match.index + match[0].length, lowerCaseWords);
      if (definition === null || found.has(definition.term.toLowerCase())) continue;
      found.set(definition.term.toLowerCase(), definition);
    }
  }
  return [...found.values()];
}
