import { type Definition, findDefinitions } from "../definitions.ts";
import { findKeyTerms, type KeyTerm, termPhrases } from "../key-terms.ts";
import type { PlannedLesson } from "../model.ts";
import { type ReadSentence, type ReadSources, sentencesOf } from "../read-source.ts";
import { sentencesWithin } from "../split-passages.ts";
import { findSiblings, type Siblings } from "./find-swaps.ts";

/** What the item writers of one lesson draw from. */
export interface LessonMaterial {
  lesson: PlannedLesson;
  /** Sentences of the lesson's passage. */
  sentences: ReadSentence[];
  /** Sentences of all sources. */
  allSentences: ReadSentence[];
  definitions: Definition[];
  allDefinitions: Definition[];
  terms: KeyTerm[];
  siblings: Siblings;
  /** Every word the sources write in lower case, to tell names from first words. */
  lowerCaseWords: ReadonlySet<string>;
}

interface SourceTerms {
  allSentences: ReadSentence[];
  allDefinitions: Definition[];
  terms: KeyTerm[];
  siblings: Siblings;
  lowerCaseWords: ReadonlySet<string>;
}

const sourceTerms = new WeakMap<ReadSources, SourceTerms>();

function termsOfSources(reading: ReadSources): SourceTerms {
  const known = sourceTerms.get(reading);
  if (known !== undefined) return known;
  const allSentences = sentencesOf(reading.sections);
  const allDefinitions = findDefinitions(allSentences);
  const tokens = allSentences.flatMap((sentence) => sentence.tokens);
  const lowerCaseWords = new Set(
    tokens.filter((token) => token.text === token.lower).map((token) => token.lower),
  );
  const terms = findKeyTerms(allSentences, allDefinitions);
  const found = { allSentences, allDefinitions, terms, siblings: findSiblings(terms), lowerCaseWords };
  sourceTerms.set(reading, found);
  return found;
}

export function gatherMaterial(reading: ReadSources, lesson: PlannedLesson): LessonMaterial {
  const shared = termsOfSources(reading);
  const sentences = sentencesWithin(reading, lesson.passages);
  const within = new Set(sentences);
  const definitions = shared.allDefinitions.filter((definition) => within.has(definition.sentence));
  return { lesson, sentences, ...shared, definitions };
}

const SUPPORT_SHARE = 0.6;
const SUPPORT_NEIGHBOURS_MAX = 2000;

/**
 * Whether another sentence of the sources may say what a changed statement says: it holds the new words and 60 %
 * of the rest. Such a wrong option could be right, so it must not be used.
 */
export function isSupportedElsewhere(
  material: LessonMaterial,
  sentence: ReadSentence,
  removed: readonly string[],
  added: readonly string[],
): boolean {
  const rest = [...sentence.content].filter((lemma) => !removed.includes(lemma));
  const words = added.map((word) => word.toLowerCase());
  return material.allSentences.slice(0, SUPPORT_NEIGHBOURS_MAX).some((other) => {
    if (other === sentence) return false;
    const holdsAdded = words.every((word) =>
      other.tokens.some((token) => token.lower === word || token.lemma === word),
    );
    if (!holdsAdded) return false;
    const shared = rest.filter((lemma) => other.content.has(lemma)).length;
    return shared >= SUPPORT_SHARE * rest.length;
  });
}

const OPEN_DETERMINERS =
  /^(?:each|every|this|that|these|those|its|their|his|her|such|no|another|any|some|both|one|our|more|less)$/;

/**
 * What a sentence is about, with its article, as the sentence itself says it: the first known term that none of
 * the given stretches touches. Null without one.
 */
export function topicOf(
  material: LessonMaterial,
  sentence: ReadSentence,
  untouchable: readonly { start: number; end: number }[],
): string | null {
  const known = new Set(material.terms.slice(0, 200).map((term) => term.key));
  const { tokens } = sentence;
  for (const phrase of termPhrases(sentence).sort((a, b) => b.tokens.length - a.tokens.length)) {
    const first = phrase.tokens[0];
    const last = phrase.tokens.at(-1);
    if (first === undefined || last === undefined || !known.has(phrase.key)) continue;
    let begin = tokens.indexOf(first);
    while (/^(?:ADJ|NOUN|PROPN)$/.test(tokens[begin - 1]?.pos ?? "")) begin--;
    const end = tokens.indexOf(last);
    const isCompound =
      /^(?:NOUN|PROPN|PART)$/.test(tokens[end + 1]?.pos ?? "") || tokens[end + 1]?.text === "-";
    const before = tokens[begin - 1];
    if (isCompound || OPEN_DETERMINERS.test(before?.lower ?? "")) continue;
    if (before !== undefined && !/^(?:DET|ADP|VERB|AUX|CCONJ|SCONJ|PUNCT)$/.test(before.pos)) continue;
    const start = (before?.pos === "DET" ? before : tokens[begin])?.start ?? 0;
    if (untouchable.some((edit) => edit.start < last.end && start < edit.end)) continue;
    const text = sentence.text.slice(start, last.end);
    if (text.split(" ").length > 5) continue;
    const keepsCapital =
      start > 0 || (tokens[0]?.pos === "PROPN" && !material.lowerCaseWords.has(tokens[0].lower));
    return keepsCapital ? text : text.charAt(0).toLowerCase() + text.slice(1);
  }
  return null;
}
