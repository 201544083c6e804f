import type { Definition } from "./definitions.ts";
import type { Token } from "./language-model.ts";
import type { ReadSentence } from "./read-source.ts";

export interface KeyTerm {
  /** The commonest spelling, lower case unless it is a name. */
  text: string;
  /** Lower case with the last word in its base form; equal for "spring tide" and "Spring tides". */
  key: string;
  head: string;
  isName: boolean;
  isPlural: boolean;
  isDefined: boolean;
  count: number;
  score: number;
}

interface Candidate {
  key: string;
  head: string;
  length: number;
  isName: boolean;
  count: number;
  spellings: Map<string, number>;
}

const TERM_WORDS_MAX = 3;
const DEFINITION_BONUS = 4;
const VAGUE_HEADS = new Set(
  `thing way part time day year hour minute second week month century number kind sort type fact people person man
  woman place point end side example case reason result effect cause lot amount level idea work use rest step
  other one two half third moment word name hand line top bottom metre kilometre gram percent degree piece first
  last whole difference term change form set group area size length problem question answer matter source text
  beginning middle date age period past future story life world country town city`.split(/\s+/),
);

function isTermWord(token: Token): boolean {
  if (!token.isWord || token.lower.length < 3 || !/^\p{L}[\p{L}'’-]*$/u.test(token.text)) return false;
  return token.pos === "NOUN" || token.pos === "PROPN" || (token.pos === "ADJ" && !token.isStopWord);
}

function isHead(token: Token): boolean {
  return (
    (token.pos === "NOUN" || token.pos === "PROPN") && !token.isStopWord && !VAGUE_HEADS.has(token.lemma)
  );
}

function termKey(tokens: readonly Token[]): string {
  const last = tokens.length - 1;
  return tokens.map((token, index) => (index === last ? token.lemma : token.lower)).join(" ");
}

/** Every phrase in the sentence that could be a term, longest runs first, with the positions it takes. */
export function termPhrases(sentence: ReadSentence): { tokens: Token[]; key: string }[] {
  const phrases: { tokens: Token[]; key: string }[] = [];
  const { tokens } = sentence;
  for (let start = 0; start < tokens.length; start++) {
    for (let length = 1; length <= TERM_WORDS_MAX; length++) {
      const phrase = tokens.slice(start, start + length);
      const last = phrase.at(-1);
      if (phrase.length < length || last === undefined || !isTermWord(last)) break;
      if (isHead(last)) phrases.push({ tokens: phrase, key: termKey(phrase) });
    }
  }
  return phrases;
}

/** The capital of a sentence's first word says nothing about a word that the text also writes in lower case. */
function spellingOf(token: Token, lowerCaseWords: ReadonlySet<string>): string {
  const isOpening = token.start === 0 && (token.pos !== "PROPN" || lowerCaseWords.has(token.lower));
  return isOpening ? token.lower : token.text;
}

function collectCandidates(sentences: readonly ReadSentence[]): Map<string, Candidate> {
  const allTokens = sentences.flatMap((sentence) => sentence.tokens);
  const lowerCaseWords = new Set(
    allTokens.filter((token) => token.text === token.lower).map((token) => token.lower),
  );
  const candidates = new Map<string, Candidate>();
  for (const sentence of sentences) {
    if (!sentence.isQuotable) continue;
    for (const { tokens, key } of termPhrases(sentence)) {
      const last = tokens.at(-1);
      if (last === undefined) continue;
      const isName = tokens.every((token) => token.start === 0 || /^\p{Lu}/u.test(token.text));
      const candidate = candidates.get(key) ?? {
        key,
        head: last.lemma,
        length: tokens.length,
        isName,
        count: 0,
        spellings: new Map<string, number>(),
      };
      candidate.count++;
      candidate.isName &&= isName;
      const spelling = tokens.map((token) => spellingOf(token, lowerCaseWords)).join(" ");
      candidate.spellings.set(spelling, (candidate.spellings.get(spelling) ?? 0) + 1);
      candidates.set(key, candidate);
    }
  }
  return candidates;
}

function commonest(spellings: Map<string, number>): string {
  const ranked = [...spellings].sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1));
  return ranked[0]?.[0] ?? "";
}

/** How often each phrase stands only inside longer phrases that are themselves candidates. */
function nestedCounts(candidates: Map<string, Candidate>): Map<string, { total: number; hosts: number }> {
  const nested = new Map<string, { total: number; hosts: number }>();
  for (const host of candidates.values()) {
    if (host.length < 2 || host.count < 2) continue;
    const words = host.key.split(" ");
    for (let start = 0; start < words.length; start++) {
      for (let end = start + 1; end <= words.length; end++) {
        if (end - start === words.length) continue;
        const inner = words.slice(start, end).join(" ");
        if (!candidates.has(inner)) continue;
        const entry = nested.get(inner) ?? { total: 0, hosts: 0 };
        nested.set(inner, { total: entry.total + host.count, hosts: entry.hosts + 1 });
      }
    }
  }
  return nested;
}

/**
 * Ranks the terms of a text by C-value (Frantzi, Ananiadou and Mima 2000: length times frequency, less what
 * belongs to longer terms), with a bonus for terms the text defines. Best first; ties in alphabetical order.
 */
export function findKeyTerms(
  sentences: readonly ReadSentence[],
  definitions: readonly Definition[],
): KeyTerm[] {
  const candidates = collectCandidates(sentences);
  const nested = nestedCounts(candidates);
  const defined = new Set(definitions.map((definition) => definition.term.toLowerCase()));
  const terms: KeyTerm[] = [];
  for (const candidate of candidates.values()) {
    const text = commonest(candidate.spellings);
    const isDefined = defined.has(text.toLowerCase()) || defined.has(candidate.key);
    const inner = nested.get(candidate.key);
    const own = candidate.count - (inner === undefined ? 0 : inner.total / inner.hosts);
    const score = Math.log2(candidate.length + 1) * own * (isDefined ? DEFINITION_BONUS : 1);
    if (!isDefined && candidate.count < (candidate.length === 1 ? 3 : 2)) continue;
    if (score <= 0 && !isDefined) continue;
    const lastWord = text.split(" ").at(-1)?.toLowerCase() ?? "";
    terms.push({
      text,
      key: candidate.key,
      head: candidate.head,
      isName: candidate.isName,
      isPlural: lastWord !== candidate.head && lastWord.endsWith("s"),
      isDefined,
      count: candidate.count,
      score,
    });
  }
  return terms.sort((a, b) => b.score - a.score || (a.key < b.key ? -1 : 1));
}
