/** A stretch of a text: as it is, or a character that cannot be seen, spelled out. */
export type TextPiece = { text: string; isControl: boolean };

// Controls, lone halves of surrogate pairs, marks that turn the reading direction, characters without width. The joiners
// stay: letters of several scripts and emoji are made with them.
const unseen = /\p{Cc}|\p{Cs}|[\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

const shortEscapes: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
const firstSymbol = 0x2400;

function spelled(character: string): string {
  const code = character.charCodeAt(0);
  const short = shortEscapes[character];
  if (short !== undefined) return short;
  if (code < 0x20) return String.fromCharCode(firstSymbol + code);
  if (code === 0x7f) return "\u2421";
  return `\\u${code.toString(16).padStart(4, "0")}`;
}

/** Cuts a text where characters cannot be seen: NUL becomes ␀, a right-to-left override `\u202e`. Nothing is dropped. */
export function visiblePieces(text: string): TextPiece[] {
  const pieces: TextPiece[] = [];
  let at = 0;
  for (const found of text.matchAll(unseen)) {
    if (found.index > at) pieces.push({ text: text.slice(at, found.index), isControl: false });
    pieces.push({ text: spelled(found[0]), isControl: true });
    at = found.index + found[0].length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), isControl: false });
  return pieces;
}

function splitsPair(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff;
}

function cutBefore(text: string, at: number, farthest: number): number {
  const space = text.slice(at, farthest).lastIndexOf(" ");
  const cut = space > (farthest - at) / 2 ? at + space + 1 : farthest;
  return splitsPair(text, cut) ? cut - 1 : cut;
}

/** Offsets at which the lines of a text begin: behind each line break and after at most `columns` characters, at a space if there is one. */
export function lineOffsets(text: string, columns: number): number[] {
  const offsets: number[] = [];
  const nextBreak = (from: number) => {
    const found = text.indexOf("\n", from);
    return found === -1 ? text.length : found;
  };
  let at = 0;
  let lineBreak = nextBreak(0);
  do {
    offsets.push(at);
    if (lineBreak - at <= columns) {
      at = lineBreak + 1;
      lineBreak = nextBreak(at);
    } else {
      at = cutBefore(text, at, at + columns);
    }
  } while (at < text.length);
  return offsets;
}
