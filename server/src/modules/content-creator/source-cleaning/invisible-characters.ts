import type { SourceRemoval } from "../../content/public.ts";
import type { RemovalCounter } from "./removal.ts";

/** Flags of England, Scotland and Wales, the only emoji that are spelt with tag characters. */
const flags =
  "\\u{1F3F4}\\u{E0067}\\u{E0062}(?:\\u{E0065}\\u{E006E}\\u{E0067}|\\u{E0073}\\u{E0063}\\u{E0074}|\\u{E0077}\\u{E006C}\\u{E0073})\\u{E007F}";
/** Commands for terminals: colours, titles, hidden text. */
const terminalCommands =
  "\\u001B\\[[0-?]*[ -/]*[@-~]|\\u001B\\][^\\u0007\\u001B\\n]{0,1000}(?:\\u0007|\\u001B\\\\)";
const invisibleRun =
  "[\\p{Default_Ignorable_Code_Point}\\u0000-\\u0008\\u000E-\\u001F\\u007F-\\u009F\\uFFF9-\\uFFFB\\uFDD0-\\uFDEF\\uFFFE\\uFFFF]+";
const notable = new RegExp(`(${flags})|(${terminalCommands})|${invisibleRun}`, "gu");

/** Scripts whose letters join, or whose syllables form clusters: joiners and non-joiners change what is read. */
const joining =
  /[\p{scx=Arabic}\p{scx=Syriac}\p{scx=Mandaic}\p{scx=Nko}\p{scx=Adlam}\p{scx=Rohg}\p{scx=Mongolian}\p{scx=Devanagari}\p{scx=Bengali}\p{scx=Gurmukhi}\p{scx=Gujarati}\p{scx=Oriya}\p{scx=Tamil}\p{scx=Telugu}\p{scx=Kannada}\p{scx=Malayalam}\p{scx=Sinhala}\p{scx=Khmer}\p{scx=Myanmar}\p{scx=Tibetan}\p{scx=Balinese}\p{scx=Javanese}]/u;
const letterOrMark = /[\p{L}\p{M}]/u;
/** Scripts that are written without spaces between words: a zero-width space says where a line may break. */
const unspaced =
  /[\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}\p{scx=Tai_Tham}\p{scx=Javanese}\p{scx=Balinese}]/u;
const rightToLeft =
  /[\p{scx=Hebrew}\p{scx=Arabic}\p{scx=Syriac}\p{scx=Thaana}\p{scx=Nko}\p{scx=Samaritan}\p{scx=Mandaic}\p{scx=Adlam}\p{scx=Rohg}]/u;
const varying =
  /[\p{Sm}\p{Script=Han}\p{Script=Myanmar}\p{Script=Phags_Pa}\p{Script=Manichaean}0\u3001\u3002\uFF01\uFF0C\uFF0E\uFF1A\uFF1B\uFF1F]/u;

/** Code points that are tested by value. */
const point = {
  graphemeJoiner: 0x034f,
  leadFiller: 0x115f,
  vowelFiller: 0x1160,
  zeroWidthSpace: 0x200b,
  nonJoiner: 0x200c,
  joiner: 0x200d,
  softHyphen: 0xad,
  textStyle: 0xfe0e,
  emojiStyle: 0xfe0f,
  keycap: 0x20e3,
} as const;

const isBetween = (value: number, first: number, last: number) => value >= first && value <= last;
const isMark = (value: number) => value === 0x200e || value === 0x200f || value === 0x061c;
const isEmbedding = (value: number) => isBetween(value, 0x202a, 0x202e);
const isIsolate = (value: number) => isBetween(value, 0x2066, 0x2069);
const isSelector = (value: number) =>
  isBetween(value, 0xfe00, 0xfe0f) || isBetween(value, 0xe0100, 0xe01ef) || isMongolianSelector(value);
const isMongolianSelector = (value: number) => isBetween(value, 0x180b, 0x180f);

function kindOf(value: number): SourceRemoval["kind"] {
  if (isBetween(value, 0xe0000, 0xe007f)) return "tag_characters";
  if (isSelector(value)) return "variation_selectors";
  if (isMark(value) || isEmbedding(value) || isIsolate(value)) return "direction_marks";
  const isControl = value < 0x20 || isBetween(value, 0x7f, 0x9f) || isBetween(value, 0xfdd0, 0xfdef);
  return isControl || value === 0xfffe || value === 0xffff ? "control_characters" : "zero_width";
}

/** What a line says of the marks of direction in it. */
interface Line {
  readonly start: number;
  readonly end: number;
  readonly isRightToLeft: boolean;
  readonly embeddingsStay: boolean;
  readonly isolatesStay: boolean;
}

function readLine(text: string, place: number): Line {
  const start = text.lastIndexOf("\n", place - 1) + 1;
  const next = text.indexOf("\n", place);
  const end = next < 0 ? text.length : next;
  const line = text.slice(start, end);
  const isRightToLeft = rightToLeft.test(line);
  return {
    start,
    end,
    isRightToLeft,
    embeddingsStay:
      isRightToLeft && !/[\u202D\u202E]/.test(line) && areBalanced(line, /[\u202A\u202B]|(\u202C)/g),
    isolatesStay: isRightToLeft && areBalanced(line, /[\u2066-\u2068]|(\u2069)/g),
  };
}

/** Whether each opening is closed and nothing else; the pattern's group is what closes. */
function areBalanced(line: string, pattern: RegExp): boolean {
  let depth = 0;
  for (const [, closing] of line.matchAll(pattern)) {
    depth += closing === undefined ? 1 : -1;
    if (depth < 0) return false;
  }
  return depth === 0;
}

interface Neighbours {
  /** What stands before the character in the result, "" at the beginning. */
  readonly before: string;
  /** What comes after it in the text, "" at the end. */
  readonly after: string;
  readonly line: Line;
}

/** Whether the character does what it is made for in this place. One of a kind is enough: runs carry messages. */
function isNeeded(value: number, { before, after, line }: Neighbours): boolean {
  if (isMark(value)) return line.isRightToLeft && !isMark(before.codePointAt(0) ?? 0);
  if (isEmbedding(value)) return line.embeddingsStay;
  if (isIsolate(value)) return line.isolatesStay;
  if (isMongolianSelector(value)) return /\p{Script=Mongolian}/u.test(before) && letterOrMark.test(before);
  if (isBetween(value, 0xe0100, 0xe01ef)) return /\p{Script=Han}/u.test(before);
  if (value === point.emojiStyle || value === point.textStyle) {
    return /[0-9#*]/.test(before) ? after.codePointAt(0) === point.keycap : /\p{Emoji}/u.test(before);
  }
  if (isSelector(value)) return varying.test(before);
  switch (value) {
    case point.joiner:
      return isBetweenEmoji(before, after) || isAfterJoining(before);
    case point.nonJoiner:
      return isAfterJoining(before);
    case point.zeroWidthSpace:
      return unspaced.test(before) && unspaced.test(after);
    case point.softHyphen:
      return letterOrMark.test(before) && letterOrMark.test(after);
    case point.graphemeJoiner:
      return letterOrMark.test(before) && letterOrMark.test(after);
    case point.leadFiller:
      return isBetween(after.codePointAt(0) ?? 0, 0x1160, 0x11a7);
    case point.vowelFiller:
      return isBetween(before.codePointAt(0) ?? 0, 0x1100, 0x115f);
    default:
      return false;
  }
}

function isAfterJoining(before: string): boolean {
  return letterOrMark.test(before) && joining.test(before);
}

function isBetweenEmoji(before: string, after: string): boolean {
  return (
    /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\uFE0F/u.test(before) &&
    /\p{Extended_Pictographic}/u.test(after)
  );
}

function characterBefore(text: string, place: number): string {
  const last = text.charAt(place - 1);
  return /[\uDC00-\uDFFF]/.test(last) ? text.slice(place - 2, place) : last;
}

function characterAt(text: string, place: number): string {
  const value = text.codePointAt(place);
  return value === undefined ? "" : String.fromCodePoint(value);
}

/**
 * The text without the characters that nobody sees: zero-width ones, tags (U+E0000 to U+E007F), overrides and stray marks of
 * direction, selectors without anything to select, control characters but `\t` and `\n`. Each run is counted once for each kind.
 * What stays: joiners between emoji and in scripts that join, marks of direction in lines that hold right-to-left letters, one
 * selector after what it selects for, soft hyphens between letters, zero-width spaces in scripts without spaces, three flags.
 */
export function withoutInvisibleCharacters(text: string, counter: RemovalCounter): string {
  let line: Line | null = null;
  return text.replace(
    notable,
    (run, flag: string | undefined, command: string | undefined, place: number) => {
      if (flag !== undefined) return run;
      if (command !== undefined) {
        counter.add("control_characters");
        return "";
      }
      if (line === null || place < line.start || place > line.end) line = readLine(text, place);
      const { kept, kinds } = sift(run, { text, place, line });
      for (const kind of kinds) counter.add(kind);
      return kept;
    },
  );
}

interface Place {
  readonly text: string;
  readonly place: number;
  readonly line: Line;
}

function sift(
  run: string,
  { text, place, line }: Place,
): { kept: string; kinds: Set<SourceRemoval["kind"]> } {
  const kinds = new Set<SourceRemoval["kind"]>();
  let kept = "";
  let before = characterBefore(text, place);
  let offset = place;
  for (const character of run) {
    offset += character.length;
    // Every character of a run is one.
    const value = character.codePointAt(0) ?? 0;
    if (isNeeded(value, { before, after: characterAt(text, offset), line })) {
      kept += character;
      before = character;
    } else kinds.add(kindOf(value));
  }
  return { kept, kinds };
}
