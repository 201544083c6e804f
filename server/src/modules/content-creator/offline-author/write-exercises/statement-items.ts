import type { ReadSentence } from "../read-source.ts";
import { applySwaps, findSwaps, overlaps, type Swap } from "./find-swaps.ts";
import { citation, type DraftOption, type DropCounter, type ItemDraft } from "./item-draft.ts";
import { isSupportedElsewhere, type LessonMaterial, topicOf } from "./lesson-material.ts";

const WORDS_MIN = 7;
const WORDS_MAX = 32;
const LENGTH_RATIO_MAX = 1.7;
const YEAR = /^(?:1\d{3}|20\d{2})$/;
const LINKS = /^(?:when|if|as|because|so|since|while|whereas|therefore|until|although|the)$/;

interface SwappableSentence {
  sentence: ReadSentence;
  swaps: Swap[];
}

function changedWords(swap: Swap): { removed: string[]; added: string[] } {
  const words = (text: string) => text.toLowerCase().split(" ");
  return swap.isExchange ? { removed: [], added: [] } : { removed: words(swap.from), added: words(swap.to) };
}

function isRefuted(material: LessonMaterial, sentence: ReadSentence, swaps: readonly Swap[]): boolean {
  const changes = swaps.map(changedWords);
  const added = changes.flatMap((change) => change.added);
  if (added.length === 0) return true;
  const removed = changes.flatMap((change) => change.removed);
  return !isSupportedElsewhere(material, sentence, removed, added);
}

/** The sentences of a lesson that can be changed into false statements, with the changes that are safe alone. */
export function swappableSentences(material: LessonMaterial, dropped: DropCounter): SwappableSentence[] {
  const found: SwappableSentence[] = [];
  for (const sentence of material.sentences) {
    if (!sentence.isQuotable || sentence.words < WORDS_MIN || sentence.words > WORDS_MAX) continue;
    const swaps = findSwaps(sentence, material.siblings);
    if (swaps.length === 0) continue;
    if (!sentence.isStandalone) {
      dropped.add("the sentence needs the sentences around it");
      continue;
    }
    const safe = swaps.filter((swap) => isRefuted(material, sentence, [swap]));
    if (safe.length < swaps.length) dropped.add("another sentence of the source may support a wrong option");
    if (safe.length > 0) found.push({ sentence, swaps: safe });
  }
  return found;
}

/**
 * Whether both changes together may give a true statement again: "stronger when close" and "weaker when far" say
 * the same, and twice the flour needs twice the water. Only separate clauses without such a link, or one change of
 * a number, rule that out.
 */
function mayMirror(sentence: ReadSentence, a: Swap, b: Swap): boolean {
  if (a.kind === "number" && b.kind === "number") return ![a, b].some((swap) => YEAR.test(swap.from));
  if (a.kind === "number" || b.kind === "number") return false;
  if (a.isExchange || b.isExchange) return true;
  const from = Math.min(a.edits[0]?.start ?? 0, b.edits[0]?.start ?? 0);
  const to = Math.max(a.edits[0]?.start ?? 0, b.edits[0]?.start ?? 0);
  const between = sentence.tokens.filter((token) => token.start > from && token.start < to);
  const separator = between.findIndex((token) => /^(?:and|but|;)$/.test(token.lower));
  const linked = between.some((token) => LINKS.test(token.lower) && token.lower !== "the");
  const ownVerb = between.slice(separator + 1).some((token) => token.pos === "VERB" || token.pos === "AUX");
  const comparative = [a, b].every((swap) => /(?:er|more|less|est|most|least|fewer)$/.test(swap.from));
  return separator < 0 || linked || !ownVerb || comparative;
}

function sayNot(swaps: readonly Swap[]): string {
  return swaps
    .map((swap) =>
      swap.isExchange
        ? `“${swap.from}” and “${swap.to}” change places here`
        : `the source says “${swap.from}”, not “${swap.to}”`,
    )
    .join("; ");
}

function wrongStatement(sentence: ReadSentence, swaps: readonly Swap[]): DraftOption {
  const reason = sayNot(swaps);
  return {
    text: applySwaps(sentence.text, swaps),
    rationale: `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`,
  };
}

/**
 * True sentence against three changed ones in a 2×2 design: two independent changes, all four combinations. No
 * option is closer to the others than the key, so picking the most central one is no better than chance.
 */
export function pairedStatements(
  material: LessonMaterial,
  swappable: readonly SwappableSentence[],
  dropped: DropCounter,
): ItemDraft[] {
  const drafts: ItemDraft[] = [];
  for (const { sentence, swaps } of swappable) {
    const pairs = swaps.flatMap((a, index) => swaps.slice(index + 1).map((b) => [a, b] as const));
    const apart = pairs.filter(([a, b]) => !overlaps(a, b));
    if (apart.length === 0) continue;
    const pair = apart.find(([a, b]) => !mayMirror(sentence, a, b) && isRefuted(material, sentence, [a, b]));
    if (pair === undefined) {
      dropped.add("two changes together could make a true statement");
      continue;
    }
    const topic = topicOf(material, sentence, [...pair[0].edits, ...pair[1].edits]);
    if (topic === null) {
      dropped.add("the sentence has no term to ask about");
      continue;
    }
    drafts.push({
      type: "statement",
      stem: `Which statement does the source make about ${topic}?`,
      key: { text: sentence.text, rationale: `The source says: ${citation(sentence)}.` },
      distractors: [[pair[0]], [pair[1]], [pair[0], pair[1]]].map((changes) =>
        wrongStatement(sentence, changes),
      ),
      bloomLevel: "Comprehension",
      difficulty: sentence.words > 20 ? "hard" : "medium",
      evidence: sentence,
      sentences: [sentence],
      subject: `statement ${topic.toLowerCase()}`,
      score: 30 - sentence.words + (pair[0].kind === pair[1].kind ? 0 : 5),
    });
  }
  return drafts;
}

function isSimilarLength(a: ReadSentence, b: ReadSentence): boolean {
  const [short, long] = a.text.length < b.text.length ? [a, b] : [b, a];
  return long.text.length <= LENGTH_RATIO_MAX * short.text.length;
}

/** Takes the next four sentences of about the same length; the first of them stays true. */
function nextGroup(pool: readonly SwappableSentence[], used: ReadonlySet<ReadSentence>): SwappableSentence[] {
  const free = pool.filter(({ sentence }) => !used.has(sentence));
  for (const first of free) {
    const group = [first];
    for (const candidate of free) {
      if (group.length === 4) break;
      if (candidate !== first && group.every(({ sentence }) => isSimilarLength(sentence, candidate.sentence)))
        group.push(candidate);
    }
    if (group.length === 4) return group;
  }
  return [];
}

function mixedStem(title: string, number: number): string {
  if (number % 2 === 1) return `On “${title}”, which sentence stands in the source without any change?`;
  return `Three of these statements on “${title}” differ from the source in one fact. Which one agrees with it?`;
}

/**
 * One quoted sentence among three others of the lesson that each have one changed fact. Wrong options are wrong
 * by the source itself, and the four have nothing in common that gives the key away.
 */
export function mixedStatements(
  material: LessonMaterial,
  swappable: readonly SwappableSentence[],
  used: ReadonlySet<ReadSentence>,
  pickKey: (count: number) => number,
): ItemDraft[] {
  const drafts: ItemDraft[] = [];
  const taken = new Set(used);
  for (let group = nextGroup(swappable, taken); group.length === 4; group = nextGroup(swappable, taken)) {
    for (const { sentence } of group) taken.add(sentence);
    const keyIndex = pickKey(group.length);
    const key = group[keyIndex];
    if (key === undefined) break;
    const others = group.filter((entry) => entry !== key);
    drafts.push({
      type: "four_statements",
      stem: mixedStem(material.lesson.title, drafts.length),
      key: { text: key.sentence.text, rationale: `The source says exactly this: ${citation(key.sentence)}.` },
      distractors: others.map(({ sentence, swaps }) => {
        const wrong = wrongStatement(sentence, swaps.slice(0, 1));
        return { text: wrong.text, rationale: `${wrong.rationale} The sentence is: ${citation(sentence)}.` };
      }),
      bloomLevel: "Comprehension",
      difficulty: "hard",
      evidence: key.sentence,
      sentences: group.map(({ sentence }) => sentence),
      subject: `four statements ${drafts.length + 1}`,
      score: -drafts.length,
    });
  }
  return drafts;
}
