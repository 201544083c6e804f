import type { ProviderScriptInput } from "../server/test/provider/provider-script.ts";

type Rule = NonNullable<ProviderScriptInput["rules"]>[number];

/** Calls that write the lessons of a unit. */
const lessonsOf = (title: string) => ({
  kind: "text" as const,
  prompt: `one lesson of the unit "${title}"`,
});

/** A unit none of whose lessons can be written: the provider refuses them. */
export const firstFails = (title: string): Rule => ({ match: lessonsOf(title), action: { status: 400 } });

/** A unit whose exercises cannot be drafted: the provider is not available for them. */
export const exercisesFail = (title: string): Rule => ({
  match: { schema_name: "exercise_drafts", prompt: `for one lesson of the unit "${title}"` },
  action: { status: 500, retry_after: { ms: 10 } },
});

/** Units named and numbered: `Rivers 01`, `Rivers 02` … */
export function titlesOf(name: string, count: number): string[] {
  return Array.from({ length: count }, (_none, index) => `${name} ${String(index + 1).padStart(2, "0")}`);
}

/** Which units fail with which of the two causes; the rest, at least a third, are written. */
interface Troubles {
  readonly refused: readonly string[];
  readonly unavailable: readonly string[];
  readonly rules: Rule[];
}

export function chooseTroubles(titles: readonly string[], seed: number): Troubles {
  const shuffled = titles
    .map((title, index) => ({ title, order: Math.imul(seed + index * 7_919, 2_654_435_761) >>> 0 }))
    .sort((left, right) => left.order - right.order)
    .map(({ title }) => title);
  const third = Math.max(1, Math.floor(titles.length / 3));
  const refused = shuffled.slice(0, third);
  const unavailable = shuffled.slice(third, 2 * third);
  return { refused, unavailable, rules: [...refused.map(firstFails), ...unavailable.map(exercisesFail)] };
}
