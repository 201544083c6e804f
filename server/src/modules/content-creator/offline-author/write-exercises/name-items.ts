import type { Token } from "../language-model.ts";
import type { ReadSentence } from "../read-source.ts";
import { nounClasses } from "../wordnet-classes.ts";
import { citation, type DropCounter, type ItemDraft, placeOf } from "./item-draft.ts";
import { isSupportedElsewhere, type LessonMaterial } from "./lesson-material.ts";

interface NameUse {
  text: string;
  sentence: ReadSentence;
  start: number;
  end: number;
  class: string;
}

const PERSON_CLASS = "18";
const USABLE_CLASSES = new Set([PERSON_CLASS, "15", "14", "27", "17"]);
const WORDS_MAX = 32;
/** A name that stands all over the text is its subject and gives itself away. */
const USES_MAX = 4;

function isNameToken(token: Token | undefined): boolean {
  return token !== undefined && token.pos === "PROPN" && /^\p{Lu}\p{Ll}+$/u.test(token.text);
}

function classOf(text: string): string | null {
  const known = nounClasses([text.toLowerCase()]).get(text.toLowerCase()) ?? null;
  if (known !== null) return known;
  const words = text.toLowerCase().split(" ");
  const last = words.at(-1) ?? "";
  const family = nounClasses([last]).get(last) ?? PERSON_CLASS;
  // Two capitalised words are a person's name when the second is a known person or no known word at all.
  return words.length === 2 && family === PERSON_CLASS ? PERSON_CLASS : null;
}

function namesIn(sentence: ReadSentence, lowerCaseWords: ReadonlySet<string>): NameUse[] {
  const names: NameUse[] = [];
  for (let index = 0; index < sentence.tokens.length; index++) {
    if (!isNameToken(sentence.tokens[index])) continue;
    let end = index;
    while (isNameToken(sentence.tokens[end + 1])) end++;
    const begin = index;
    const first = sentence.tokens[begin];
    const last = sentence.tokens[end];
    index = end;
    if (first === undefined || last === undefined) continue;
    const text = sentence.text.slice(first.start, last.end);
    const group = classOf(text);
    // "the Earth", "the Gulf of Mexico": such names are common words or parts of longer names.
    const before = sentence.tokens[begin - 1]?.lower;
    const after = sentence.tokens[end + 1]?.lower;
    const isInnerName = before === "of" && sentence.tokens[begin - 2]?.pos === "PROPN";
    if (isInnerName || lowerCaseWords.has(text.toLowerCase())) continue;
    if (before === "the" || after === "of" || after === "'s") continue;
    if (group === null || !USABLE_CLASSES.has(group) || text.split(" ").length > 3) continue;
    names.push({ text, sentence, start: first.start, end: last.end, class: group });
  }
  return names;
}

function distinctNames(uses: readonly NameUse[]): NameUse[] {
  const kept: NameUse[] = [];
  for (const use of uses) {
    const isKnown = kept.some((other) => other.text.includes(use.text) || use.text.includes(other.text));
    if (!isKnown) kept.push(use);
  }
  return kept;
}

/** "____ set up the first press in England": a person or place is asked for, among others of the source. */
export function nameItems(material: LessonMaterial, dropped: DropCounter): ItemDraft[] {
  const find = (sentence: ReadSentence) => namesIn(sentence, material.lowerCaseWords);
  const uses = material.allSentences.filter((sentence) => sentence.isQuotable).flatMap(find);
  const everywhere = distinctNames(uses);
  const counts = new Map<string, number>();
  for (const { text } of uses) counts.set(text, (counts.get(text) ?? 0) + 1);
  const drafts: ItemDraft[] = [];
  for (const sentence of material.sentences) {
    if (!sentence.isStandalone || sentence.words > WORDS_MAX || sentence.words < 8) continue;
    const [use, ...others] = find(sentence);
    if (
      use === undefined ||
      (counts.get(use.text) ?? 0) > USES_MAX ||
      sentence.text.split(use.text).length !== 2
    )
      continue;
    if (others.some((other) => other.class === use.class)) continue;
    const wrong = everywhere.filter(
      (other) =>
        other.class === use.class &&
        (use.class !== PERSON_CLASS || other.text.includes(" ") === use.text.includes(" ")) &&
        !other.text.includes(use.text) &&
        !use.text.includes(other.text) &&
        !sentence.text.includes(other.text) &&
        !isSupportedElsewhere(material, sentence, [], other.text.split(" ")),
    );
    if (wrong.length < 3) {
      dropped.add("fewer than three believable wrong options");
      continue;
    }
    drafts.push({
      type: "name",
      stem: `Which name completes this sentence from the source? “${sentence.text.slice(0, use.start)}____${sentence.text.slice(use.end)}”`,
      key: { text: use.text, rationale: `The source says: ${citation(sentence)}.` },
      distractors: wrong.slice(0, 3).map((other) => ({
        text: other.text,
        rationale: `The source names ${other.text} elsewhere (${placeOf(other.sentence)}), not here.`,
      })),
      bloomLevel: "Recall",
      difficulty: "medium",
      evidence: sentence,
      sentences: [sentence],
      subject: `name ${use.text.toLowerCase()}`,
      score: 30 - sentence.words,
    });
  }
  return drafts;
}
