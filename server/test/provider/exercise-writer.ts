import { at, numberFor, pick, shuffled } from "./choice.ts";
import { comprehensionPatterns, distractorReasons, transferPatterns } from "./exercise-bank.ts";
import { isRecord } from "./fill-schema.ts";
import type { PromptFacts } from "./prompt-facts.ts";
import { fillPattern, type Prose } from "./prose.ts";

/** A question before it gets the field names that schemas use. */
interface Question {
  stem: string;
  options: string[];
  /** Place of the key among the options. */
  keyPlace: number;
  category: string;
  objectiveId: string;
  bloomLevel: string;
  difficulty: string;
}

const labels = ["A", "B", "C", "D"];

/** Exercises under all usual field names: the drafts that the prompt holds as JSON, else new ones. */
export function exercisesFor(facts: PromptFacts, prose: Prose): Record<string, unknown>[] {
  const categories = categoriesFor(facts);
  const made = categories.map((category, index) =>
    questionFrom(category, facts, prose, index, index - categories.indexOf(category)),
  );
  const drafted = facts.objects
    .flatMap((object) => ("stem" in object || "question" in object ? [object] : Object.values(object).flat()))
    .filter(isRecord)
    .map((draft, index) => readDraft(draft, at(made, index)))
    .filter((question) => question !== null);
  return (drafted.length > 0 ? drafted : made).map((question, index) => named(question, facts, prose, index));
}

function categoriesFor(facts: PromptFacts): string[] {
  const { exerciseCount: asked, comprehensionCount, transferCount } = facts;
  const total =
    comprehensionCount !== null && transferCount !== null ? comprehensionCount + transferCount : asked;
  const comprehension =
    comprehensionCount ??
    (transferCount === null ? Math.ceil(total / 2) : Math.max(0, total - transferCount));
  return Array.from({ length: total }, (_, index) => (index < comprehension ? "comprehension" : "transfer"));
}

function questionFrom(
  category: string,
  facts: PromptFacts,
  prose: Prose,
  index: number,
  rank: number,
): Question {
  const isTransfer = category === "transfer";
  const patterns = isTransfer ? transferPatterns : comprehensionPatterns;
  const pattern = at(patterns, numberFor(facts.seed) + rank);
  const round = Math.floor(rank / patterns.length);
  const opening = round === 0 ? "" : `${at(openings, round - 1)} `;
  const options = shuffled(pattern.options, `${facts.seed}/${pattern.stem}/${index}`);
  return {
    stem: `${opening}${fillPattern(pattern.stem, facts, prose, index)}`,
    options,
    keyPlace: options.indexOf(pattern.options[0]),
    category,
    objectiveId: at(facts.objectiveIds.length > 0 ? facts.objectiveIds : ["lo_1"], index),
    bloomLevel: at(isTransfer ? ["apply", "analyze", "evaluate"] : ["understand", "remember"], index),
    difficulty: at(["easy", "medium", "hard"], index),
  };
}

const openings = ["Take a second case.", "Now read the passage again.", "Think of the last example."];

/** A draft with a stem, four texts and a recognisable key, or null. */
function readDraft(draft: Record<string, unknown>, usual: Question): Question | null {
  const stem = draft.stem ?? draft.question;
  const given: unknown[] = Array.isArray(draft.options) ? draft.options : [];
  const options = given.map((option) => (isRecord(option) ? option.text : option)).filter(isText);
  const keyPlace = keyPlaceOf(draft, given, options);
  if (!isText(stem) || options.length !== 4 || keyPlace === null) return null;
  return {
    stem,
    options,
    keyPlace,
    category: textOr(draft.category, usual.category),
    objectiveId: textOr(draft.learning_objective_id, usual.objectiveId),
    bloomLevel: textOr(draft.bloom_level, usual.bloomLevel),
    difficulty: textOr(draft.difficulty, usual.difficulty),
  };
}

function keyPlaceOf(draft: Record<string, unknown>, given: unknown[], options: string[]): number | null {
  const marked = given.findIndex(
    (option) => isRecord(option) && (option.is_correct === true || option.correct === true),
  );
  const named = Object.entries(draft)
    .filter(([name]) => /(^|_)(key|answer|correct)/.test(name))
    .map(([, value]) => (isText(value) ? Math.max(labels.indexOf(value), options.indexOf(value)) : value))
    .find((value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) < options.length);
  return marked >= 0 ? marked : named === undefined ? null : Number(named);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function textOr(value: unknown, otherwise: string): string {
  return isText(value) ? value : otherwise;
}

function named(question: Question, facts: PromptFacts, prose: Prose, index: number): Record<string, unknown> {
  const { stem, keyPlace, category, objectiveId } = question;
  const label = at(labels, keyPlace);
  const quote = facts.sentences.length > 0 ? at(facts.sentences, index) : prose.sentence(`quote/${index}`);
  const options = question.options.map((text, place) => ({
    label: at(labels, place),
    id: at(labels, place),
    text,
    is_correct: place === keyPlace,
    correct: place === keyPlace,
    rationale:
      place === keyPlace
        ? fillPattern("This follows from the way the lesson links {term} with {other}.", facts, prose, index)
        : pick(distractorReasons, `${facts.seed}/${index}/${place}`),
  }));
  const under = (names: string[], value: unknown) => Object.fromEntries(names.map((name) => [name, value]));
  return {
    id: `exercise_${index + 1}`,
    position: index + 1,
    ...under(["stem", "question", "prompt"], stem),
    options,
    ...under(["key", "answer", "correct_option", "correct_label", "correct_answer", "key_label"], label),
    ...under(["key_index", "correct_index", "correct_option_index", "answer_index"], keyPlace),
    rationales: options.map(({ rationale }) => rationale),
    ...under(["rationale", "explanation"], options[keyPlace]?.rationale),
    learning_objective_id: objectiveId,
    learning_objective_ids: [objectiveId],
    bloom_level: question.bloomLevel,
    difficulty: question.difficulty,
    category,
    ...under(["evidence", "quote", "source_quote", "evidence_quote"], quote),
  };
}
