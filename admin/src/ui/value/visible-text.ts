// Overrides, embeddings and isolates of the direction of writing; marks that right-to-left scripts need are not among them.
const hidden = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;
const kept = new Set(["\n", "\t", "\r"]);

function symbolOf(character: string): string {
  if (kept.has(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
}

/**
 * A text of unknown origin in which nothing works unseen: control characters become their symbols (`␀`), characters
 * that turn the direction of writing become `<U+202E>`. Line breaks and tabs stay.
 */
export function visibleText(text: string): string {
  return text.replace(hidden, symbolOf);
}

const nameCharacters = 160;

/** A name inside a line or a row: never longer than a line can hold, with its beginning in the tooltip. */
export function shortName(text: string, most = nameCharacters): string {
  const line = visibleText(text.slice(0, most + 1)).replaceAll(/\s+/g, " ");
  return text.length > most ? `${line.slice(0, most)}…` : line;
}
