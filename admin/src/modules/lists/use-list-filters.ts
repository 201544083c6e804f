import { useRouterState } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useState } from "react";
import type { Query } from "../../api/client.ts";
import type { ListPage } from "../../paths.ts";
import { encodeTrail } from "../../ui/link/list-trail.tsx";
import { formatSearch, type SearchParams, useSearchParams } from "../../ui/link/search-params.ts";
import { type DroppedValue, namesOf, queryOf, readFilters } from "./filters.ts";
import { type ListDefinition, listPages } from "./list-pages.ts";

/** The filters of a list page, bound to its address. */
export type ListFilters = {
  definition: ListDefinition;
  /** The usable filters as the address has them. */
  kept: SearchParams;
  /** The same as the server takes them. */
  query: Query;
  filtered: boolean;
  /** The same as a part of a detail page's address. */
  trail: string;
  /** Values that the address had and that were taken out of it. */
  dropped: readonly DroppedValue[];
  dismissDropped: () => void;
  change: (patch: SearchParams) => void;
  clear: () => void;
};

const noValues: readonly DroppedValue[] = [];

/** Reads a list page's filters from its address and takes out of it what cannot be used. */
export function useListFilters(page: ListPage): ListFilters {
  const definition = listPages[page];
  const [address, changeSearch] = useSearchParams();
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  // While the next page is being fetched the address is that page's already: its filters are none of this list's.
  const [search, setSearch] = useState(address);
  if (pathname === definition.href() && search !== address) setSearch(address);
  const read = useMemo(() => readFilters(definition.filters, search), [definition, search]);
  const [dropped, setDropped] = useState(noValues);
  const text = formatSearch(read.kept);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text stands for the values, since opening a row changes the address but no filter
  const query = useMemo(() => queryOf(read.kept, Date.now()), [text]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text stands for the values here too
  const kept = useMemo(() => read.kept, [text]);
  useEffect(() => {
    if (read.dropped.length === 0) return;
    setDropped(read.dropped);
    const names = read.dropped.map(({ name }) => [name, read.kept[name] ?? ""]);
    changeSearch(Object.fromEntries(names));
  }, [read, changeSearch]);
  const change = useCallback(
    (patch: SearchParams) => {
      setDropped(noValues);
      changeSearch(patch);
    },
    [changeSearch],
  );
  const clear = useCallback(() => {
    const names = definition.filters.flatMap(namesOf);
    change(Object.fromEntries(names.map((name) => [name, ""])));
  }, [definition, change]);
  return {
    definition,
    kept,
    query,
    filtered: text !== "",
    trail: encodeTrail(kept),
    dropped,
    dismissDropped: () => setDropped(noValues),
    change,
    clear,
  };
}
