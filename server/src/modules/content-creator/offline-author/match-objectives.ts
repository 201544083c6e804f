import { tagText } from "./language-model.ts";
import type { OfflineBloomLevel } from "./model.ts";
import type { ReadSentence } from "./read-source.ts";

interface ObjectiveMatch {
  text: string;
  bloomLevel: OfflineBloomLevel;
  /** The wording asks for more than recall and comprehension, which quoting cannot reach. */
  asksForMore: boolean;
  /** The best supporting sentences, at most three; empty when the source does not cover the objective. */
  sentences: ReadSentence[];
}

const RECALL_VERBS = new Set(
  "define list name state recall identify label recognize recognise know memorize".split(" "),
);
const HIGHER_VERBS = new Set(
  `apply use calculate solve compute demonstrate analyze analyse evaluate judge design create build construct
  criticize criticise argue assess plan invent develop predict write justify`.split(/\s+/),
);
const INSTRUCTION_WORDS = new Set(
  `explain describe understand summarize summarise compare contrast discuss outline tell give show learn student
  learner able main basic important role concept idea way process difference reason why how what understand`.split(
    /\s+/,
  ),
);
const BEST_SENTENCE_SHARE = 0.5;
const JOINT_SHARE = 0.75;
const JOINT_BEST_SHARE = 0.34;
const STEM_LETTERS = 6;

function sameWord(a: string, b: string): boolean {
  if (a === b) return true;
  return (
    a.length >= STEM_LETTERS &&
    b.length >= STEM_LETTERS &&
    a.slice(0, STEM_LETTERS) === b.slice(0, STEM_LETTERS)
  );
}

function wantedLemmas(text: string): string[] {
  const tokens = tagText(text).flatMap((sentence) => sentence.tokens);
  const carriesMeaning = tokens.filter(
    (token) => token.isWord && !token.isStopWord && token.lower.length > 1,
  );
  const instructions = (lemma: string) =>
    INSTRUCTION_WORDS.has(lemma) || RECALL_VERBS.has(lemma) || HIGHER_VERBS.has(lemma);
  return [...new Set(carriesMeaning.map((token) => token.lemma))].filter((lemma) => !instructions(lemma));
}

function wordsFound(wanted: readonly string[], sentence: ReadSentence): string[] {
  return wanted.filter((lemma) => [...sentence.content].some((word) => sameWord(word, lemma)));
}

/**
 * Looks for the sentences that support an objective: one must hold half of its meaning (words weighted by
 * rarity), or three together three quarters. Otherwise the objective counts as not covered.
 */
export function matchObjective(text: string, sentences: readonly ReadSentence[]): ObjectiveMatch {
  const wanted = wantedLemmas(text);
  const firstWord = text.trim().split(/\s+/)[0]?.toLowerCase().replace(/\W/g, "") ?? "";
  const bloomLevel: OfflineBloomLevel = RECALL_VERBS.has(firstWord) ? "Recall" : "Comprehension";
  const candidates = sentences
    .filter((sentence) => sentence.isQuotable)
    .map((sentence) => ({ sentence, found: wordsFound(wanted, sentence) }))
    .filter(({ found }) => found.length > 0);
  const frequency = (lemma: string) => candidates.filter(({ found }) => found.includes(lemma)).length;
  const weights = new Map(
    wanted.map((lemma) => [lemma, Math.log(2 + sentences.length / (1 + frequency(lemma)))]),
  );
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0) || 1;
  const share = (lemmas: readonly string[]) =>
    lemmas.reduce((sum, lemma) => sum + (weights.get(lemma) ?? 0), 0) / total;
  const ranked = candidates
    .map((candidate, index) => ({ ...candidate, index, share: share(candidate.found) }))
    .sort((a, b) => b.share - a.share || a.index - b.index)
    .slice(0, 3);
  const best = ranked[0]?.share ?? 0;
  const joint = share([...new Set(ranked.flatMap(({ found }) => found))]);
  const isCovered = best >= BEST_SENTENCE_SHARE || (best >= JOINT_BEST_SHARE && joint >= JOINT_SHARE);
  const supporting = ranked
    .filter((candidate) => candidate.share >= best / 2)
    .map(({ sentence }) => sentence);
  return {
    text: text.trim(),
    bloomLevel,
    asksForMore: HIGHER_VERBS.has(firstWord),
    sentences: isCovered ? supporting : [],
  };
}
