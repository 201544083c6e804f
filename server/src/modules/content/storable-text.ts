/**
 * Whether every text in the value can be stored: PostgreSQL takes neither U+0000 nor half a surrogate pair, and answers
 * both with an error that no client could understand.
 */
export function isStorable(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed() && !value.includes("\u0000");
  if (typeof value !== "object" || value === null) return true;
  return Object.values(value).every(isStorable);
}
