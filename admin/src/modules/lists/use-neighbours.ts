import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useMemo } from "react";
import { getPage } from "../../api/client.ts";
import type { ListPage } from "../../paths.ts";
import { decodeTrail, encodeTrail, withTrail } from "../../ui/link/list-trail.tsx";
import { type SearchParams, useSearchParams } from "../../ui/link/search-params.ts";
import type { Neighbour, Neighbours } from "../../ui/page/NeighbourLinks.tsx";
import { describeList } from "./filter-words.ts";
import { queryOf, readFilters } from "./filters.ts";
import { listPages } from "./list-pages.ts";

type Direction = "newer" | "older";

const trails = new Map<string, string>();
const rememberedTrails = 500;

/** The list in the address; a page whose links leave it out, such as a unit's lessons, still belongs to the former one. */
function rememberedTrail(page: ListPage, id: string, given: string | undefined): string | undefined {
  const key = `${page}/${id}`;
  if (given === undefined) return trails.get(key);
  trails.delete(key);
  trails.set(key, given);
  for (const oldest of trails.keys()) {
    if (trails.size <= rememberedTrails) break;
    trails.delete(oldest);
  }
  return given;
}

/** The nearest row of a filtered list on one side of a row; null at the end of the list. */
function useNeighbour(source: string, kept: SearchParams, id: string, direction: Direction) {
  return useQuery({
    queryKey: ["neighbour", source, kept, id, direction],
    queryFn: async ({ signal }) => {
      const filters = queryOf(kept, Date.now());
      const page = await getPage<{ id: string }>(
        source,
        { ...filters, cursor: id, direction, limit: 1 },
        signal,
      );
      return page.rows[0]?.id ?? null;
    },
    enabled: id !== "",
  });
}

/**
 * The list that a detail page was reached from and the rows before and after it there. Without a list in the address
 * the neighbours are those of the whole list.
 */
export function useNeighbours(page: ListPage, id: string): Neighbours {
  const definition = listPages[page];
  const router = useRouter();
  const [search] = useSearchParams();
  const given = rememberedTrail(page, id, search.in);
  const kept = useMemo(
    () => readFilters(definition.filters, given === undefined ? {} : decodeTrail(given)).kept,
    [definition, given],
  );
  const newer = useNeighbour(definition.source, kept, id, "newer");
  const older = useNeighbour(definition.source, kept, id, "older");
  const trail = encodeTrail(kept);
  const neighbourOf = (query: typeof newer): Neighbour => {
    if (query.data === undefined) return { state: query.error === null ? "asking" : "unknown" };
    if (query.data === null) return { state: "end" };
    return { state: "known", href: withTrail(definition.detailHref(query.data), trail) };
  };
  return {
    listWords: describeList(definition, kept, new Date()),
    listHref: definition.href(kept),
    one: definition.one,
    newer: neighbourOf(newer),
    older: neighbourOf(older),
    go: (href) => void router.navigate({ href }),
  };
}
