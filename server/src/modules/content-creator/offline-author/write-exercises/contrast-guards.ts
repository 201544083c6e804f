import type { Token } from "../language-model.ts";

type Guard = (before: Token | undefined, token: Token, after: Token | undefined, isFirst: boolean) => boolean;

const isNounLike = (token: Token | undefined) =>
  token !== undefined && /^(?:NOUN|PROPN|ADJ|NUM)$/.test(token.pos);
const isNumber = (token: Token | undefined) => token?.pos === "NUM" || /^\d/.test(token?.text ?? "");
const isPlural = (token: Token | undefined) =>
  token !== undefined && token.pos === "NOUN" && token.lower.endsWith("s");
const isOneOf = (token: Token | undefined, words: string) =>
  token !== undefined && words.split(" ").includes(token.lower);

const ordinal: Guard = (before, _token, after) =>
  isOneOf(before, "the") && isNounLike(after) && !isOneOf(after, "one");
const turningPoint: Guard = (before, _token, after, isFirst) =>
  !isNumber(after) &&
  !isOneOf(after, "that this") &&
  (isFirst || isOneOf(before, "just shortly immediately long"));
/** "nearer to" and "farther away" need another word beside them when exchanged. */
const noDirection: Guard = (before, _token, after) =>
  !isOneOf(after, "to away from apart than") && !isOneOf(before, "still");
const manyOrFew: Guard = (before, _token, after) =>
  !isOneOf(before, "as how so too not the at a for") &&
  after !== undefined &&
  (isPlural(after) || after.pos === "ADJ");
/** "Three metres high" tells a size and has no opposite. */
const notMeasure: Guard = (before) => before?.pos !== "NOUN";
const adjective: Guard = (_before, token) => token.pos === "ADJ";
const adjectiveOrAdverb: Guard = (_before, token) => token.pos === "ADJ" || token.pos === "ADV";

/** When a word may be exchanged. A word without a guard may be exchanged everywhere. */
const GUARDS: Readonly<Record<string, Guard>> = {
  first: ordinal,
  last: ordinal,
  before: turningPoint,
  after: turningPoint,
  without: (_before, _token, after, isFirst) => isFirst && isNounLike(after),
  nearer: noDirection,
  closer: noDirection,
  nearest: noDirection,
  closest: noDirection,
  farther: noDirection,
  farthest: noDirection,
  apart: () => false,
  many: manyOrFew,
  most: (before, token, after, isFirst) =>
    manyOrFew(before, token, after, isFirst) && (isPlural(after) || isFirst),
  few: manyOrFew,
  more: (before, _token, after) =>
    !isOneOf(before, "once no any some and even or still the") &&
    (after?.pos === "ADJ" || after?.pos === "ADV" || isOneOf(after, "than")),
  less: (before, _token, after) =>
    !isOneOf(before, "no any some and even or still the") && (after?.pos !== "NOUN" || !isPlural(after)),
  least: () => false,
  long: (before, token, after) => token.pos === "ADJ" && isNounLike(after) && !isOneOf(before, "as so"),
  short: adjective,
  high: notMeasure,
  low: notMeasure,
  wide: notMeasure,
  narrow: notMeasure,
  deep: notMeasure,
  thick: notMeasure,
  falls: (_before, _token, after) => !isOneOf(after, "on into slightly towards toward behind apart back"),
  rises: (_before, _token, after) => !isOneOf(after, "against from up"),
  light: adjective,
  near: () => false,
  far: (before, token, after) => token.pos === "ADJ" && isOneOf(before, "the") && after?.pos === "NOUN",
  fast: adjectiveOrAdverb,
  cold: adjective,
  cool: adjective,
  warm: adjective,
  dry: adjective,
  old: (_before, token, after) => token.pos === "ADJ" && !isOneOf(after, "age"),
  new: (_before, token, after) => token.pos === "ADJ" && isNounLike(after) && !isOneOf(after, "moon year"),
  hard: (_before, token, after) => token.pos === "ADJ" && !isOneOf(after, "to"),
  rich: adjective,
  poor: adjective,
  direct: adjective,
  solid: (_before, token, after) => token.pos === "ADJ" && after?.pos !== "PROPN",
  begins: (_before, _token, after) => isOneOf(after, "in with at when"),
  starts: (_before, _token, after) => isOneOf(after, "in with at when"),
  ends: (_before, _token, after) => isOneOf(after, "in with at when"),
  similar: (_before, _token, after) => isNounLike(after),
  different: (_before, _token, after) => isNounLike(after),
  together: (before, _token, after) =>
    !isOneOf(after, "with") && (before?.pos === "VERB" || isOneOf(before, "close")),
  above: (_before, _token, after) => after !== undefined && after.pos !== "PUNCT",
  below: (_before, _token, after) => after !== undefined && after.pos !== "PUNCT",
  dense: adjective,
  plenty: (_before, _token, after) => isOneOf(after, "of"),
  better: adjectiveOrAdverb,
  earlier: adjectiveOrAdverb,
  open: () => false,
  opens: (_before, token) => token.pos === "VERB",
  closes: (_before, token) => token.pos === "VERB",
  closed: adjective,
  opened: () => false,
};

/** Whether exchanging the word at `index` keeps the sentence grammatical and changes its meaning. */
export function isContrastSound(tokens: readonly Token[], index: number): boolean {
  const token = tokens[index];
  if (token === undefined) return false;
  const before = tokens[index - 1];
  const after = tokens[index + 1];
  // Parts of compounds ("long-term", "low-lying") and of fixed phrases do not stand for themselves.
  if (before?.text === "-" || after?.text === "-" || /^\S*-\S*$/.test(token.text)) return false;
  if (token.pos === "PROPN" && index > 0) return false;
  // "Most common" becomes "rarest", not "most rare".
  if (isOneOf(before, "most more least less")) return false;
  // "More than 200 towns" would need "fewer", "more than 20 metres" needs "less".
  if (isOneOf(token, "more less") && isOneOf(after, "than") && /^\d/.test(tokens[index + 2]?.text ?? ""))
    return false;
  return GUARDS[token.lower]?.(before, token, after, index === 0) ?? true;
}
