import { type RefObject, useEffect, useState } from "react";
import { IconButton } from "../page/Button.tsx";
import { formatCount } from "../value/format.ts";
import { type JsonMatch, searchJson } from "./json-search.ts";
import type { JsonPath } from "./json-tree.ts";

type Found = { value: unknown; words: string; matches: JsonMatch[]; isAll: boolean };

type JsonSearchProps = {
  value: unknown;
  label: string;
  words: string;
  field: RefObject<HTMLInputElement | null>;
  onWords: (words: string) => void;
  onShow: (path: JsonPath, offset?: number) => void;
};

const pauseMs = 180;

/** Finds words in a JSON value, also where it is folded; Enter goes on, Shift and Enter back. */
export function JsonSearch({ value, label, words, field, onWords, onShow }: JsonSearchProps) {
  const [found, setFound] = useState<Found | null>(null);
  const [place, setPlace] = useState(0);
  const current = found?.words === words && found.value === value ? found : null;
  useEffect(() => {
    if (words === "") return;
    const leaving = new AbortController();
    const timer = setTimeout(() => {
      searchJson(value, words, leaving.signal).then(
        (result) => {
          if (leaving.signal.aborted) return;
          setFound({ value, words, ...result });
          setPlace(0);
          const [first] = result.matches;
          if (first !== undefined) onShow(first.path, first.offset);
        },
        (error: unknown) => {
          if (!leaving.signal.aborted) throw error;
        },
      );
    }, pauseMs);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [value, words, onShow]);
  const go = (by: number) => {
    const count = current?.matches.length ?? 0;
    if (count === 0) return;
    const next = (place + by + count) % count;
    setPlace(next);
    const match = current?.matches[next];
    if (match !== undefined) onShow(match.path, match.offset);
  };
  return (
    <search className="json-search" aria-label={`Search in ${label}`}>
      <input
        ref={field}
        type="search"
        value={words}
        placeholder="Search in it"
        aria-label={`Search in ${label}`}
        onChange={(event) => onWords(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          go(event.shiftKey ? -1 : 1);
        }}
      />
      <IconButton icon="up" label="Previous match" onClick={() => go(-1)} />
      <IconButton icon="down" label="Next match" onClick={() => go(1)} />
      <output className="json-found">{words !== "" && describeFound(current, place)}</output>
    </search>
  );
}

function describeFound(found: Found | null, place: number): string {
  if (found === null) return "searching…";
  const count = found.matches.length;
  if (count === 0) return "not in it";
  return `${formatCount(place + 1)} of ${formatCount(count)}${found.isAll ? "" : "+"}`;
}
