import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { getPage, type Page, type Query } from "./client.ts";

/** A list as a page shows it; pending, failed, empty and filled can be told apart. */
export type ListState<Row> = {
  /** Undefined until the first answer; a failed refresh leaves the rows in place. */
  rows: Row[] | undefined;
  total: string | null;
  error: Error | null;
  reloading: boolean;
  loadedAt: number | undefined;
  hasOlder: boolean;
  loadingOlder: boolean;
  loadOlder: () => void;
  reload: () => void;
};

const keptPages = 40;

/** Fetches one page of a list; the filters carry cursor and limit. */
export type ReadPage<Row> = (filters: Query, signal?: AbortSignal) => Promise<Page<Row>>;

/** Reads a keyset list, newest first, page by page, from its path unless `readPage` says how. */
export function useListQuery<Row extends { id: string }>(
  path: string,
  filters: Query,
  readPage: ReadPage<Row> = (query, signal) => getPage<Row>(path, query, signal),
): ListState<Row> {
  const query = useInfiniteQuery({
    queryKey: ["list", path, filters],
    queryFn: ({ pageParam, signal }) =>
      readPage({ limit: 50, ...filters, cursor: pageParam ?? undefined }, signal),
    initialPageParam: null as string | null, // the first page has no cursor; the type covers the later ones
    getNextPageParam: (last) => last.next,
    maxPages: keptPages,
    // Comparing every row of every page costs seconds at 100,000 rows; rows are compared by version instead.
    structuralSharing: false,
    placeholderData: keepPreviousData,
  });
  const pages = query.data?.pages;
  const rows = useMemo(
    () => (pages === undefined ? undefined : uniqueRows(pages.flatMap((page) => page.rows))),
    [pages],
  );
  return {
    rows,
    total: pages?.[0]?.total ?? null,
    error: query.error,
    reloading: query.isFetching && !query.isFetchingNextPage,
    loadedAt: query.dataUpdatedAt === 0 ? undefined : query.dataUpdatedAt,
    hasOlder: query.hasNextPage,
    loadingOlder: query.isFetchingNextPage,
    loadOlder: () => void query.fetchNextPage(),
    reload: () => void query.refetch(),
  };
}

function uniqueRows<Row extends { id: string }>(rows: Row[]): Row[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}
