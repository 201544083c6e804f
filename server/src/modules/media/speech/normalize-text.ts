import { mediaErrors } from "../errors.ts";

/** Longest text of one recording, in characters after normalisation: about 105 minutes of speech. */
export const maxSpokenCharacters = 100_000;

/** Below this share of letters that the voice knows, the text is refused instead of being read with holes. */
const minSpeakableShare = 0.7;

const spokenSymbols: ReadonlyArray<readonly [RegExp, string]> = [
  [/[\u2018\u2019\u201a\u2032]/g, "'"],
  [/[\u201c\u201d\u201e\u2033\u00ab\u00bb]/g, '"'],
  [/(?<=\d)\s*[\u2012\u2013]\s*(?=\d)/g, " to "],
  [/\s*(?:[\u2014\u2015]| \u2013 | -- )\s*/g, ", "],
  [/[\u2010\u2011\u2012\u2013\u2212]/g, "-"],
  [/\u2026/g, "..."],
  [/\s*&\s*/g, " and "],
  [/\u00d7/g, " times "],
  [/\u00f7/g, " divided by "],
  [/\u00b1/g, " plus or minus "],
  [/\u00b0\s?C\b/g, " degrees Celsius"],
  [/\u00b0\s?F\b/g, " degrees Fahrenheit"],
  [/\u00b0/g, " degrees "],
  [/\u20ac\s?(\d[\d.,]*\d|\d)/g, "$1 euros"],
  [/\u00a3\s?(\d[\d.,]*\d|\d)/g, "$1 pounds"],
  [/\u00bd/g, " one half "],
  [/\u00bc/g, " one quarter "],
  [/\u00be/g, " three quarters "],
  [/[\u2190-\u21ff]/g, ", "],
];

const spelledLetters: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  Æ: "Ae",
  œ: "oe",
  Œ: "Oe",
  ø: "o",
  Ø: "O",
  ł: "l",
  Ł: "L",
  đ: "d",
  Đ: "D",
  ð: "d",
  Ð: "D",
  þ: "th",
  Þ: "Th",
  ı: "i",
};

/**
 * Turns a text into what the built-in English voice can say: plain ASCII sentences, paragraphs apart by one
 * empty line, no markup, no control characters, accents removed, symbols written out.
 * @throws AppError `speech_text_empty`, `speech_text_unspeakable`, `speech_text_too_long`
 */
export function normalizeSpokenText(text: string): string {
  const plain = withoutMarkup(withoutControlCharacters(text));
  if (!/[\p{L}\p{N}]/u.test(plain)) {
    throw mediaErrors.create("speech_text_empty", "Give a text with at least one word to be spoken.");
  }
  const ascii = spokenAscii(plain);
  const letters = countLetters(plain);
  if (countLetters(ascii) < letters * minSpeakableShare || !/[a-z0-9]/i.test(ascii)) {
    throw mediaErrors.create(
      "speech_text_unspeakable",
      "The built-in voice speaks English only. Set a speech model to record this text.",
    );
  }
  const spoken = ascii
    .split(/\n\s*\n/)
    .map(closedParagraph)
    .filter((paragraph) => /[a-z0-9]/i.test(paragraph))
    .join("\n\n");
  if (spoken.length > maxSpokenCharacters) {
    throw mediaErrors.create(
      "speech_text_too_long",
      `One recording holds at most ${maxSpokenCharacters} characters; this text has ${spoken.length}. Split it.`,
      { details: { characters: spoken.length, limit: maxSpokenCharacters } },
    );
  }
  return spoken;
}

function withoutControlCharacters(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(/[^\P{C}\n\t]/gu, "");
}

function withoutMarkup(text: string): string {
  return text
    .replace(/<!--[\s\S]*?-->/g, " ")
    .replace(/<\/?[a-z][^<>]*>/gi, " ")
    .replace(/!?\[([^\]\n]*)\]\([^)\s]*\)/g, "$1")
    .replace(/\bhttps?:\/\/([^\s/?#]+)[^\s]*/gi, (_address, host: string) => host.replaceAll(".", " dot "))
    .replace(/^[ \t]*#{1,6}[ \t]+(.*)$/gm, "\n$1\n")
    .replace(/^[ \t]*(?:[-*+\u2022]|\d{1,3}[.)])[ \t]+(.*)$/gm, "\n$1\n")
    .replace(/^[ \t]*>[ \t]?/gm, "")
    .replace(/[*`|]+|(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])/gu, " ");
}

function spokenAscii(text: string): string {
  const written = spokenSymbols.reduce(
    (current, [pattern, replacement]) => current.replace(pattern, replacement),
    text,
  );
  return written
    .replace(/[ßæÆœŒøØłŁđĐðÐþÞı]/g, (letter) => spelledLetters[letter] ?? "")
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^\n -~]/g, " ");
}

function countLetters(text: string): number {
  return text.match(/\p{L}/gu)?.length ?? 0;
}

/** One line that ends like a sentence, so that the voice pauses after headings and list items too. */
function closedParagraph(paragraph: string): string {
  const line = paragraph
    .replace(/\s+/g, " ")
    .replace(/\s+([,.;:!?])/g, "$1")
    .trim();
  if (/[.!?]["')\]]*$/.test(line)) return line;
  return `${line.replace(/[,;:-]+$/, "")}.`;
}
