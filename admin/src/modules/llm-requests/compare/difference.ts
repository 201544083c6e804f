import { diffArrays } from "diff";

/** A run of parts that both sides share, or that only one of them has. */
export type Difference = { kind: "same" | "removed" | "added"; parts: string[] };

/** Beyond this many changed parts the whole is told as replaced: finding the shortest way there would take seconds. */
const mostChanges = 1500;

/** The shortest way from `before` to `after`, part by part. Joined, the parts of each side are that side again. */
export function differencesOf(before: string[], after: string[]): Difference[] {
  const runs = diffArrays(before, after, { maxEditLength: mostChanges });
  if (runs === undefined) {
    return [
      { kind: "removed", parts: before },
      { kind: "added", parts: after },
    ];
  }
  return runs.map(({ value, added, removed }) => ({
    kind: added ? "added" : removed ? "removed" : "same",
    parts: value,
  }));
}

/** Text as words and the spaces between them. */
export function wordsOf(text: string): string[] {
  return text.match(/\s+|[^\s]+/g) ?? [];
}

function inOrderOf(value: unknown, pattern: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((each, position) => inOrderOf(each, Array.isArray(pattern) ? pattern[position] : null));
  }
  if (typeof value !== "object" || value === null) return value;
  const fields: Record<string, unknown> = { ...value };
  const known: Record<string, unknown> =
    typeof pattern === "object" && pattern !== null && !Array.isArray(pattern) ? { ...pattern } : {};
  const names = [...Object.keys(known).filter((name) => name in fields), ...Object.keys(fields)];
  return Object.fromEntries([...new Set(names)].map((name) => [name, inOrderOf(fields[name], known[name])]));
}

/** Two JSON values as lines; the fields of the second stand in the order of the first, so that order is no difference. */
export function jsonLinesOf(before: unknown, after: unknown): [string[], string[]] {
  const lines = (value: unknown) => (JSON.stringify(value, null, 2) ?? "").split("\n");
  return [lines(before), lines(inOrderOf(after, before))];
}
