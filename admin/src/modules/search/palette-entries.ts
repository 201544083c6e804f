import type { Command, CommandGroup } from "./commands.ts";
import type { SearchAnswer, SearchGroup, SearchHit } from "./search-api.ts";
import { kindWords, listOf, placeOf, reasonOf } from "./search-places.ts";

/** One line of the palette; things that were found carry their hit. */
export type PaletteEntry = Command & { hit?: SearchHit };

/** Lines under one heading. */
export type PaletteGroup = { title: string; entries: PaletteEntry[] };

function entryOf(hit: SearchHit): PaletteEntry {
  const { one, icon } = kindWords[hit.kind];
  const note = [reasonOf(hit), hit.detail].filter((part) => part !== null && part !== "").join(" · ");
  return {
    key: `${hit.kind}-${hit.id}`,
    word: hit.title === "" ? one : hit.title,
    icon,
    note,
    status: hit.status,
    href: placeOf(hit),
    hit,
  };
}

function groupOf({ kind, hits, has_more }: SearchGroup, query: string): PaletteGroup {
  const entries = hits.map(entryOf);
  const all = has_more ? listOf(kind, query) : null;
  if (all !== null) {
    const { many, icon } = kindWords[kind];
    entries.push({ key: `all-${kind}`, word: `All ${many.toLowerCase()} that fit`, icon, href: all });
  }
  return { title: kindWords[kind].many, entries };
}

/** Everything the palette shows, in its order: commands, then what the server found. */
export function paletteGroups(
  commands: readonly CommandGroup[],
  answer: SearchAnswer | undefined,
): PaletteGroup[] {
  const found = (answer?.groups ?? []).map((group) => groupOf(group, answer?.query ?? ""));
  return [...commands.map((group) => ({ title: group.title, entries: group.commands })), ...found];
}

/** What is said about a search that shows no line, or is still going on; null when the lines speak for themselves. */
export function remarkOn(state: {
  text: string;
  searching: boolean;
  failure: { title: string; text: string } | null;
  count: number;
}): string | null {
  const { text, searching, failure, count } = state;
  if (failure !== null) return `The search did not work. ${failure.title}. ${failure.text}`;
  if (searching) return "Searching…";
  if (count > 0 || text.trim() === "") return null;
  return "Nothing has this in its id, title, name or error. The text of sources and prompts is not searched.";
}
