import type { Definition } from "../definitions.ts";
import { nounClasses } from "../wordnet-classes.ts";
import { citation, type DraftOption, type DropCounter, type ItemDraft, placeOf } from "./item-draft.ts";
import { isSupportedElsewhere, type LessonMaterial } from "./lesson-material.ts";

const GAP = "____";
const DESCRIPTION_RATIO_MAX = 2;
const WORDS_MAX = 36;

interface TermOption {
  definition: Definition;
  head: string;
  class: string | null;
  article: string;
  isPlural: boolean;
  isNoun: boolean;
}

function termOption(definition: Definition): TermOption {
  const tokens = definition.sentence.tokens.filter(
    (token) => token.start >= definition.start && token.end <= definition.end,
  );
  const words = tokens.filter((token) => token.isWord);
  const head = words.at(-1);
  const first = words[0]?.lower ?? "";
  const article = /^(?:an?|the)$/.test(first) ? first.replace("an", "a") : "";
  const isNoun = head?.pos === "NOUN" || head?.pos === "PROPN";
  return {
    definition,
    head: head?.lemma ?? "",
    class: isNoun ? (nounClasses([head.lemma]).get(head.lemma) ?? null) : (head?.pos ?? null),
    article,
    isPlural: head !== undefined && isNoun && head.lower !== head.lemma,
    isNoun,
  };
}

function shareWords(a: string, b: string): boolean {
  const words = new Set(a.toLowerCase().split(/\s+/));
  return (
    b
      .toLowerCase()
      .split(/\s+/)
      .every((word) => words.has(word)) ||
    [...words].every((word) => b.toLowerCase().split(/\s+/).includes(word))
  );
}

/** How believable another term is in the key's place; below 2 its kind alone would rule it out. */
function closeness(material: LessonMaterial, key: TermOption, other: TermOption): number {
  if (key.isPlural !== other.isPlural || key.isNoun !== other.isNoun) return 0;
  const sameHead = key.head === other.head ? 3 : 0;
  const sameClass = key.class !== null && key.class === other.class ? 2 : 0;
  const sameArticle = key.article === other.article ? 2 : 0;
  const sameLesson = material.definitions.includes(other.definition) ? 1 : 0;
  return sameHead + sameClass + sameArticle + sameLesson;
}

function termDistractors(
  material: LessonMaterial,
  key: TermOption,
  options: readonly TermOption[],
): TermOption[] {
  const { sentence } = key.definition;
  const text = sentence.text.toLowerCase();
  const chosen: TermOption[] = [];
  const ranked = options
    .map((option, index) => ({ option, index, score: closeness(material, key, option) }))
    .filter(({ option, score }) => score >= 2 && option.definition !== key.definition)
    .sort((a, b) => b.score - a.score || a.index - b.index);
  for (const { option } of ranked) {
    const term = option.definition.term;
    const clashes = [key, ...chosen].some((other) => shareWords(other.definition.term, term));
    if (clashes || text.includes(term.toLowerCase())) continue;
    if (isSupportedElsewhere(material, sentence, [], term.toLowerCase().split(" "))) continue;
    chosen.push(option);
    if (chosen.length === 3) break;
  }
  return chosen;
}

function isUsable(definition: Definition): boolean {
  return definition.sentence.words <= WORDS_MAX && definition.sentence.words >= 6;
}

/** A gap may stand in a sentence that leans on others, as long as the words before it say what is named. */
function isClear(definition: Definition): boolean {
  const { sentence } = definition;
  if (sentence.isStandalone) return true;
  return !/^(?:it|they|his|her|its|their|this|these|that|those|he|she|such|both|each|there|the (?:two|other|latter|former))\b|\bof (?:this|these|that) |\b(?:this|these) (?:kind|process|change|effect)\b|\bone of them\b|\bthe other\b/i.test(
    sentence.text,
  );
}

/** "A rising tide is called ____": the term is asked for. */
export function definitionItems(material: LessonMaterial, dropped: DropCounter): ItemDraft[] {
  const options = material.allDefinitions.map(termOption);
  const drafts: ItemDraft[] = [];
  for (const definition of material.definitions.filter(isUsable)) {
    if (!isClear(definition)) {
      dropped.add("the sentence needs the sentences around it");
      continue;
    }
    const key = options.find((option) => option.definition === definition);
    if (key === undefined) continue;
    const others = termDistractors(material, key, options);
    if (others.length < 3) {
      dropped.add("fewer than three believable wrong options");
      continue;
    }
    const { sentence } = definition;
    const gapped = `${sentence.text.slice(0, definition.start)}${GAP}${sentence.text.slice(definition.end)}`;
    drafts.push({
      type: "definition",
      stem: `Which term completes this sentence from the source? “${gapped}”`,
      key: { text: definition.phrase, rationale: `The source says: ${citation(sentence)}.` },
      distractors: others.map(({ definition: other }) => ({
        text: other.phrase,
        rationale: `The source uses “${other.term}” for something else: ${citation(other.sentence)}.`,
      })),
      bloomLevel: "Recall",
      difficulty: "easy",
      evidence: sentence,
      sentences: [sentence],
      subject: `term ${definition.term.toLowerCase()}`,
      score: 30 - Math.abs(sentence.words - 14) + (sentence.isStandalone ? 5 : 0),
    });
  }
  return drafts;
}

/** Whether a text holds a word with the same first five letters as a word of the term: a giveaway. */
function echoes(text: string, term: string): boolean {
  const stems = term
    .toLowerCase()
    .split(/\W+/)
    .filter((word) => word.length >= 4)
    .map((word) => word.slice(0, 5));
  const words = text
    .toLowerCase()
    .split(/\W+/)
    .filter((word) => word.length >= 4);
  return words.some(
    (word) => stems.some((stem) => word.startsWith(stem)) || term.toLowerCase().includes(word.slice(0, 5)),
  );
}

function describedClass(definition: Definition): string | null {
  const noun = definition.sentence.tokens.find((token) => token.pos === "NOUN");
  return noun === undefined ? null : (nounClasses([noun.lemma]).get(noun.lemma) ?? null);
}

function descriptionDistractors(key: Definition, material: LessonMaterial): DraftOption[] {
  const own = key.description ?? "";
  const isGroup = (value: string) => /^(?:two|three|several|many|some)\b/.test(value);
  const fitting = material.allDefinitions.filter((option) => {
    const text = option.description ?? "";
    const [short, long] = text.length < own.length ? [text, own] : [own, text];
    const isClose =
      text !== "" && long.length <= DESCRIPTION_RATIO_MAX * short.length && isGroup(text) === isGroup(own);
    const names = option.term.toLowerCase();
    const clashes =
      text.toLowerCase().includes(key.term.toLowerCase()) || names.includes(key.term.toLowerCase());
    return option !== key && isClose && !clashes && !own.toLowerCase().includes(names);
  });
  const ranked = fitting
    .map((option, index) => ({
      option,
      index,
      score:
        (describedClass(option) === describedClass(key) ? 2 : 0) +
        (material.definitions.includes(option) ? 2 : 0) +
        (echoes(option.description ?? "", key.term) ? 1 : 0) -
        Math.abs((option.description ?? "").length - own.length) / 40,
    }))
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, 3);
  const isGivenAway =
    echoes(own, key.term) && !ranked.some(({ option }) => echoes(option.description ?? "", key.term));
  return (isGivenAway ? [] : ranked).map(({ option }) => ({
    text: option.description ?? "",
    rationale: `The source calls this “${option.term}” (${placeOf(option.sentence)}).`,
  }));
}

/** "Which of these does the source call a tidal bulge?": the meaning is asked for. */
export function descriptionItems(material: LessonMaterial, dropped: DropCounter): ItemDraft[] {
  const drafts: ItemDraft[] = [];
  for (const definition of material.definitions) {
    const { description, sentence } = definition;
    if (description === null) continue;
    const distractors = descriptionDistractors(definition, material);
    if (distractors.length < 3) {
      dropped.add("fewer than three believable wrong options");
      continue;
    }
    drafts.push({
      type: "description",
      stem: `Which of these does the source call “${definition.phrase}”?`,
      key: { text: description, rationale: `The source says: ${citation(sentence)}.` },
      distractors,
      bloomLevel: "Comprehension",
      difficulty: "medium",
      evidence: sentence,
      sentences: [sentence],
      subject: `term ${definition.term.toLowerCase()}`,
      score: Math.min(description.split(/\s+/).length, 14),
    });
  }
  return drafts;
}
