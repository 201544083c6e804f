/** Up to two letters that stand for a name: of its first and its last word. */
export function initialsOf(name: string): string {
  const words = name.split(/\s+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letterOf = (word: string | undefined) => /[\p{L}\p{N}]/u.exec(word ?? "")?.[0] ?? "";
  const letters = letterOf(words[0]) + (words.length > 1 ? letterOf(words.at(-1)) : "");
  return letters === "" ? "?" : letters.toUpperCase();
}
