import type { Token } from "../language-model.ts";
import type { ReadSentence } from "../read-source.ts";

const NUMBER_WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split(" ");
const MONTHS = new Set(
  "january february march april may june july august september october november december".split(" "),
);
const BOUND_WORDS = new Set(
  "within least most to than under over between nearly page chapter article".split(" "),
);
const SMALLER = [0.8, 0.6, 0.4];
const LARGER = [1.25, 1.6, 2];
const YEARS_EARLIER = [12, 27, 45];
const YEARS_LATER = [14, 31, 52];

function isDigits(token: Token | undefined): boolean {
  return token !== undefined && /^\d{1,3}(?:,\d{3})+$|^\d+(?:\.\d+)?$/.test(token.text);
}

type NumberKind = "year" | "amount" | "unclear";

/** "In 1476" is a year, "200 towns" an amount; "in 1200 towns" could be either and is left alone. */
function kindOf(sentence: ReadSentence, index: number): NumberKind {
  const token = sentence.tokens[index];
  if (token === undefined || !/^1\d{3}$|^20\d{2}$/.test(token.text)) return "amount";
  const before = sentence.tokens[index - 1]?.lower ?? "";
  // What was so by a year, or still was, may have been so in other years too.
  if (/^(?:by|until)$/.test(before) || /\b(?:still|already)\b/.test(sentence.text)) return "unclear";
  if (!/^(?:in|since|year|around|about|from|of|and|before|after)$/.test(before)) return "unclear";
  return sentence.tokens[index + 1]?.pos === "NOUN" ? "unclear" : "year";
}

function format(value: number, model: string): string {
  const decimals = model.split(".")[1]?.length ?? 0;
  if (decimals > 0) return value.toFixed(decimals);
  const digits = model.replace(/,/g, "");
  const zeros = /0*$/.exec(digits)?.[0].length ?? 0;
  // A number rounded to hundreds keeps looking like one, but never loses more than its last digits.
  const step = 10 ** Math.max(0, Math.min(zeros, digits.length - 2));
  const rounded = Math.max(1, Math.round(value / step) * step);
  const isGrouped = model.includes(",") || digits.length < 4;
  return isGrouped ? rounded.toLocaleString("en-US") : String(rounded);
}

function distinct(texts: readonly string[], original: string): string[] {
  return [...new Set(texts)].filter((text) => text !== original);
}

interface NumberVariants {
  isYear: boolean;
  /** Three believable wrong numbers on each side, nearest first. */
  smaller: string[];
  larger: string[];
}

function isIsolated(sentence: ReadSentence, index: number): boolean {
  const token = sentence.tokens[index];
  const neighbours = sentence.tokens.slice(Math.max(0, index - 2), index + 3);
  if (token === undefined || neighbours.filter(isDigits).length > 1) return false;
  const sameNumber = sentence.tokens.filter((other) => other.lower === token.lower);
  const before = sentence.tokens[index - 1];
  const after = sentence.tokens[index + 1];
  if (sameNumber.length > 1 || MONTHS.has(before?.lower ?? "") || MONTHS.has(after?.lower ?? ""))
    return false;
  return !/^[-:/%°]$/.test(after?.text ?? "") && !/^[-:/$€£]$/.test(before?.text ?? "");
}

/** Wrong numbers for the digits at `index`, or null when the number cannot be asked for. */
export function numberVariants(sentence: ReadSentence, index: number): NumberVariants | null {
  const token = sentence.tokens[index];
  if (token === undefined || !isDigits(token) || !isIsolated(sentence, index)) return null;
  const value = Number(token.text.replace(/,/g, ""));
  const kind = kindOf(sentence, index);
  if (kind === "unclear") return null;
  if (kind === "year") {
    return {
      isYear: true,
      smaller: YEARS_EARLIER.map((years) => String(value - years)),
      larger: YEARS_LATER.map((years) => String(value + years)),
    };
  }
  if (value < 5) return null;
  const isPercent = /^(?:percent|per)$/.test(sentence.tokens[index + 1]?.lower ?? "");
  const smaller = distinct(
    SMALLER.map((factor) => format(value * factor, token.text)),
    token.text,
  );
  const larger = distinct(
    LARGER.map((factor) => format(value * factor, token.text)),
    token.text,
  );
  if (smaller.length < 3 || larger.length < 3) return null;
  if (isPercent && larger.some((text) => Number(text) > 100)) return null;
  return { isYear: false, smaller, larger };
}

/** Another number for a statement, or null when a change could leave the statement true ("at least 3"). */
export function numberSwap(sentence: ReadSentence, index: number): string | null {
  const token = sentence.tokens[index];
  const before = sentence.tokens[index - 1];
  if (token === undefined || BOUND_WORDS.has(before?.lower ?? "")) return null;
  if (/:|\bor (?:more|less|fewer|so)\b|\b(?:still|already|not)\b/.test(sentence.text)) return null;
  const nearBefore = sentence.tokens.slice(Math.max(0, index - 3), index);
  if (nearBefore.some((other) => /^(?:before|after|by|until|since)$/.test(other.lower))) return null;
  const word = NUMBER_WORDS.indexOf(token.lower);
  const before2 = sentence.tokens[index - 2];
  if (BOUND_WORDS.has(before2?.lower ?? "") && before?.pos !== "NOUN") return null;
  if (word >= 2 && word <= 10) {
    const after = sentence.tokens[index + 1];
    const isCounted = after?.pos === "NOUN" || after?.pos === "ADJ";
    const opensGroup = before === undefined || /^(?:VERB|AUX|ADP)$/.test(before.pos);
    const isDefinite = /^(?:the|these|those|all|other)$/.test(before?.lower ?? "");
    if (!isCounted || !opensGroup || isDefinite || before?.text === "-" || after?.text === "-") return null;
    const other = NUMBER_WORDS[word <= 3 ? word + 1 : word - 2] ?? null;
    // A second such number would tie the two facts together ("two molecules ... and two molecules").
    return sentence.tokens.some(
      (candidate) => candidate.lower === other || (candidate !== token && candidate.lower === token.lower),
    )
      ? null
      : other;
  }
  const variants = numberVariants(sentence, index);
  if (variants === null) return null;
  return (variants.isYear ? variants.larger[1] : variants.larger[2]) ?? null;
}
