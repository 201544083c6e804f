import { findDefinitions } from "./definitions.ts";
import { offlineAuthorErrors } from "./errors.ts";
import { findKeyTerms, type KeyTerm, termPhrases } from "./key-terms.ts";
import { detectEnglish } from "./language.ts";
import { matchObjective } from "./match-objectives.ts";
import type { LearnerLevel, PlannedLesson, PlannedObjective, SourceInput, UnitPlan } from "./model.ts";
import { type ReadSentence, type ReadSources, readSources, sentencesOf } from "./read-source.ts";
import { type Passage, sentencesWithin, splitPassages } from "./split-passages.ts";
import { summarize } from "./summarize.ts";
import { capitalized, countedNoun, joinWords } from "./wording.ts";

export interface UnitRequest {
  title?: string;
  sources: SourceInput[];
  target_lesson_count: number;
  learning_objectives?: string[];
  /** Quotes keep the wording of the source, so the level changes nothing here; it is part of every author's request. */
  learner_level: LearnerLevel;
}

interface LessonDraft {
  passage: Passage;
  sentences: ReadSentence[];
  title: string;
  terms: string[];
  definedTerms: string[];
}

const SOURCE_WORDS_MIN = 40;
const LANGUAGE_LETTERS_MIN = 100;
const OBJECTIVE_TERMS = 3;
const RANKED_TERMS = 300;

function checkReadable(sources: readonly SourceInput[], reading: ReadSources): void {
  const prose = sentencesOf(reading.sections)
    .map((sentence) => sentence.text)
    .join(" ");
  const letters = prose.match(/\p{L}/gu)?.length ?? 0;
  if (letters >= LANGUAGE_LETTERS_MIN && !detectEnglish(prose).is_english) {
    throw offlineAuthorErrors.create(
      "source_not_english",
      "The offline author reads English only. Give an English source, or connect a language model.",
    );
  }
  const quotable = sentencesOf(reading.sections).filter((sentence) => sentence.isQuotable);
  if (reading.words >= SOURCE_WORDS_MIN && quotable.length > 0) return;
  const isEmpty = sources.every((source) => source.text.trim() === "");
  const size =
    reading.words < SOURCE_WORDS_MIN
      ? `has ${countedNoun(reading.words, "word")} of prose`
      : "has no whole sentence";
  const found = isEmpty ? "is empty" : size;
  throw offlineAuthorErrors.create(
    "source_too_short",
    `The source ${found}. Give at least ${SOURCE_WORDS_MIN} words of prose; tables, code and lists of words do not count.`,
  );
}

/** The terms of a passage, best first: frequent here and rarer in the other passages. */
function termsOf(sentences: readonly ReadSentence[], keyTerms: readonly KeyTerm[]): KeyTerm[] {
  const counts = new Map<string, number>();
  for (const { key } of sentences.filter((sentence) => sentence.isQuotable).flatMap(termPhrases)) {
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return keyTerms
    .slice(0, RANKED_TERMS)
    .map((term, index) => {
      const here = counts.get(term.key) ?? 0;
      const bonus = term.isDefined ? 1.5 : 1;
      return {
        term,
        index,
        score: here * (here / term.count) * Math.log2(1 + term.key.split(" ").length) * bonus,
      };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .map(({ term }) => term);
}

function lessonTitle(passage: Passage, terms: readonly string[], sentences: readonly ReadSentence[]): string {
  const [first, second] = passage.titles;
  if (first !== undefined) {
    if (second === undefined) return first;
    return passage.titles.length === 2 ? `${first}; ${second}` : `${first} to ${passage.titles.at(-1)}`;
  }
  if (terms.length > 0) return capitalized(joinWords(terms.slice(0, 2)));
  const opening = sentences[0]?.text.split(/\s+/).slice(0, 6).join(" ") ?? "";
  return opening === "" ? "The source" : `${opening.replace(/[.,;:]$/, "")} …`;
}

function draftLesson(reading: ReadSources, passage: Passage, keyTerms: readonly KeyTerm[]): LessonDraft {
  const sentences = sentencesWithin(reading, passage.ranges);
  const ranked = termsOf(sentences, keyTerms);
  const distinct = ranked.filter((term, index) =>
    ranked.slice(0, index).every((other) => !other.key.includes(term.key) && !term.key.includes(other.key)),
  );
  const terms = distinct.slice(0, OBJECTIVE_TERMS).map((term) => term.text);
  const definedTerms = findDefinitions(sentences).map((definition) => definition.term);
  return { passage, sentences, title: lessonTitle(passage, terms, sentences), terms, definedTerms };
}

function withUniqueTitles(drafts: LessonDraft[]): LessonDraft[] {
  const counts = new Map<string, number>();
  return drafts.map((draft) => {
    const count = (counts.get(draft.title) ?? 0) + 1;
    counts.set(draft.title, count);
    return count === 1 ? draft : { ...draft, title: `${draft.title}, part ${count}` };
  });
}

function derivedObjectives(draft: LessonDraft): Omit<PlannedObjective, "id">[] {
  const support = summarize(draft.sentences, 3);
  const references = (
    support.length > 0 ? support : draft.sentences.filter((sentence) => sentence.isQuotable).slice(0, 1)
  ).map((sentence) => sentence.reference);
  const about = draft.terms.length > 0 ? joinWords(draft.terms) : `“${draft.title}”`;
  const objectives: Omit<PlannedObjective, "id">[] = [
    {
      text: `Describe the main points the source makes about ${about}.`,
      bloom_level: "Comprehension",
      evidence_of_mastery: `Picks the statements about ${about} that agree with the source and rejects those that change a fact.`,
      covered_by_source: references.length > 0,
      references,
    },
  ];
  const named = draft.definedTerms.slice(0, OBJECTIVE_TERMS);
  if (named.length === 0) return objectives;
  const definitions = findDefinitions(draft.sentences).slice(0, OBJECTIVE_TERMS);
  objectives.push({
    text: `State what the source means by ${joinWords(named.map((term) => `“${term}”`))}.`,
    bloom_level: "Recall",
    evidence_of_mastery:
      "Gives the right term for each description, and the right description for each term.",
    covered_by_source: true,
    references: definitions.map((definition) => definition.sentence.reference),
  });
  return objectives;
}

interface PlannedObjectives {
  objectives: PlannedObjective[];
  idsByLesson: string[][];
  warnings: string[];
}

function planObjectives(request: UnitRequest, drafts: readonly LessonDraft[]): PlannedObjectives {
  const objectives: PlannedObjective[] = [];
  const idsByLesson: string[][] = drafts.map(() => []);
  const warnings: string[] = [];
  const add = (objective: Omit<PlannedObjective, "id">, lessons: readonly number[]) => {
    const id = `lo_${objectives.length + 1}`;
    objectives.push({ id, ...objective });
    for (const lesson of lessons) idsByLesson[lesson]?.push(id);
  };
  const wanted = (request.learning_objectives ?? []).filter((text) => text.trim() !== "");
  const allSentences = drafts.flatMap((draft) => draft.sentences);
  for (const text of wanted) {
    const match = matchObjective(text, allSentences);
    const lessons = drafts.flatMap((draft, index) =>
      match.sentences.some((sentence) => draft.sentences.includes(sentence)) ? [index] : [],
    );
    const isCovered = match.sentences.length > 0;
    if (!isCovered) warnings.push(`The source does not cover the objective “${match.text}”.`);
    if (match.asksForMore) {
      warnings.push(
        `The objective “${match.text}” asks for more than comprehension; that needs a language model.`,
      );
    }
    add(
      {
        text: match.text,
        bloom_level: match.bloomLevel,
        evidence_of_mastery: isCovered
          ? "Answers the exercises on the quoted sentences correctly."
          : "None: the source has no sentence on it.",
        covered_by_source: isCovered,
        references: match.sentences.map((sentence) => sentence.reference),
      },
      lessons,
    );
  }
  const without: number[] = [];
  drafts.forEach((draft, index) => {
    if (idsByLesson[index]?.length !== 0) return;
    if (wanted.length > 0) without.push(index + 1);
    for (const objective of derivedObjectives(draft)) add(objective, [index]);
  });
  if (without.length > 0) {
    const lessons =
      without.length === 1 ? `Lesson ${without[0]}` : `Lessons ${joinWords(without.map(String))}`;
    warnings.push(`${lessons} matched none of your objectives, so objectives were taken from the text.`);
  }
  return { objectives, idsByLesson, warnings };
}

function unitTitle(request: UnitRequest, reading: ReadSources, keyTerms: readonly KeyTerm[]): string {
  const given = request.title?.trim() ?? "";
  if (given !== "") return given;
  if (reading.title !== "") return reading.title;
  const terms = keyTerms.slice(0, 2).map((term) => term.text);
  return terms.length > 0 ? capitalized(joinWords(terms)) : "Untitled unit";
}

/**
 * Plans a unit from its sources alone: lessons are stretches of the source, objectives name its own terms, and
 * every objective points at the sentences that support it.
 * @throws {AppError} `source_not_english`, `source_too_short`
 */
export function planUnit(request: UnitRequest): UnitPlan {
  const reading = readSources(request.sources);
  checkReadable(request.sources, reading);
  const sentences = sentencesOf(reading.sections);
  const keyTerms = findKeyTerms(sentences, findDefinitions(sentences));
  const target = Math.max(1, Math.floor(request.target_lesson_count));
  const passages = splitPassages(reading, target).filter((passage) =>
    sentencesWithin(reading, passage.ranges).some((sentence) => sentence.isQuotable),
  );
  const drafts = withUniqueTitles(passages.map((passage) => draftLesson(reading, passage, keyTerms)));
  const { objectives, idsByLesson, warnings } = planObjectives(request, drafts);
  if (drafts.length < target) {
    const size = countedNoun(reading.words, "word");
    warnings.unshift(
      `The source has ${size}, enough for ${countedNoun(drafts.length, "lesson")} instead of ${target}. Nothing was invented to fill the others.`,
    );
  }
  const textOf = (id: string | undefined) => objectives.find((objective) => objective.id === id)?.text ?? "";
  const lessons: PlannedLesson[] = drafts.map((draft, index) => ({
    position: index + 1,
    title: draft.title,
    objective: textOf(idsByLesson[index]?.[0]),
    learning_objective_ids: idsByLesson[index] ?? [],
    passages: draft.passage.ranges,
  }));
  const title = unitTitle(request, reading, keyTerms);
  const from = reading.title === "" ? "the source text" : `“${reading.title}”`;
  const topics = lessons.map((lesson) => lesson.title).join("; ");
  const description = `${countedNoun(lessons.length, "lesson")} quoted from ${from}: ${topics}.`;
  return { title, description, learning_objectives: objectives, lessons, warnings };
}
