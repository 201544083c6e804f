import type { Token } from "./language-model.ts";

const DANGLING_FIRST = new Set(
  `it he she they this these those that its his her their him them such one another others both each some
  here there then thus hence however therefore moreover furthermore nevertheless nonetheless instead otherwise
  meanwhile also besides similarly likewise consequently accordingly finally next afterwards later again still
  yet but and or so nor indeed conversely alternatively either neither much even rather first second third
  fourth too again what which who whom why how where`.split(/\s+/),
);

const DANGLING_ANYWHERE =
  /\b(?:for (?:this|that|these) reasons?|as a result|in (?:this|that|these) (?:way|case|cases|sense)|of (?:this|that|these) (?:kind|sort|type)|(?:this|these|those) (?:is|are|was|were)|the (?:two|three|four|former|latter|other|others)\b|the same\b(?! (?:time|day|way|\w+ (?:that|as))\b)|than (?:usual|before|normal)|by contrast|^the (?:first|second|third|last|next|final) (?:effect|step|reason|cause|stage|part|group|type|point)|^the name |for example|for instance|in fact|in other words|on the other hand|that is,|see (?:also|above|below)|as (?:shown|seen|described|mentioned|noted|discussed|explained)|(?:figure|listing|fig\.|table|chapter|section|page|equation|appendix) \d|this (?:text|chapter|section|article|lesson|book)|\b(?:used|from|of|in|at|on|by|for|with|to) that \w|\bthere\b(?! (?:is|are|was|were|has|had|can|may|must)\b)|\b(?:then|also|therefore|however|instead)\b|too\.|as well\.|either\.)/i;

/** "The moment when it …", "The explanation is that …": the first noun carries nothing by itself. */
const EMPTY_OPENING =
  /^(?:the |an? )?\w+ (?:(?:when|where|that|at which|in which) (?:it|they|he|she)\b|(?:is|was|are|were) (?:that|not that|because|also|why|how)\b)/i;

const POINTING_DETERMINERS = new Set(["this", "these", "those", "such"]);
const SPEAKER_WORDS = new Set(["i", "we", "us", "our", "ours", "my", "me", "you", "your", "yours"]);
const PRONOUNS = new Set(["it", "they", "them", "he", "she", "him", "its", "their", "his", "her"]);
const NOUN_TAGS = new Set(["NOUN", "PROPN"]);
const WORDS_MIN = 3;
const WORDS_MAX = 60;

/** Whether text is one whole sentence of prose: it starts and ends like one, is not a title, and has 3 to 60 words. */
export function isComplete(text: string, tokens: readonly Token[], words: number): boolean {
  if (words < WORDS_MIN || words > WORDS_MAX) return false;
  if (!/^["“'‘(]?[A-Z0-9]/.test(text) || !/[.!?]["”'’)]?$/.test(text)) return false;
  if ((text.match(/\(/g)?.length ?? 0) !== (text.match(/\)/g)?.length ?? 0)) return false;
  if ((text.match(/["“”]/g)?.length ?? 0) % 2 !== 0) return false;
  if (/[|=<>^~]|[A-Za-z]_[A-Za-z]/.test(text)) return false;
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const capitals = text.match(/\p{Lu}/gu)?.length ?? 0;
  if (letters < text.length * 0.6 || capitals > letters * 0.4) return false;
  // The tagger takes some verbs for nouns ("travels"), so a title is told by its capitals instead.
  const capitalizedWords = tokens.filter((token) => token.isWord && /^\p{Lu}/u.test(token.text)).length;
  return capitalizedWords * 2 <= words + 1;
}

/** Whether a whole sentence is understood alone: no open pronoun, no pointer to other sentences or figures. */
export function isStandalone(text: string, tokens: readonly Token[]): boolean {
  if (!text.endsWith(".") || DANGLING_ANYWHERE.test(text) || EMPTY_OPENING.test(text)) return false;
  const words = tokens.filter((token) => token.isWord);
  const first = words[0];
  if (first === undefined || DANGLING_FIRST.has(first.lower)) return false;
  if (words.some((word) => SPEAKER_WORDS.has(word.lower) || POINTING_DETERMINERS.has(word.lower)))
    return false;
  const pronoun = words.findIndex((word) => PRONOUNS.has(word.lower));
  if (pronoun < 0) return words.some((word) => NOUN_TAGS.has(word.pos));
  // One noun alone before a pronoun is mostly not what the pronoun stands for ("the person who copied it").
  const opening = words.slice(0, pronoun);
  const nouns = opening.filter((word) => NOUN_TAGS.has(word.pos)).length;
  const position = words[pronoun]?.start ?? 0;
  return nouns >= 2 || (nouns === 1 && text.slice(0, position).includes(","));
}

/** Whether a sentence needs the one before it, so that the two must be kept together. */
export function leansOnPrevious(text: string, tokens: readonly Token[]): boolean {
  return !isStandalone(text.replace(/[!?]$/, "."), tokens);
}
