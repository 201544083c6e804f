import { keepPreviousData, type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { getPage, type Page, type Query } from "./client.ts";
import { readAgainBehind } from "./item-query.ts";
import {
  createStringPool,
  isNewestFirst,
  type LoadedList,
  reachesLoaded,
  type Stretch,
  staleBetween,
  stretchOf,
  withFreshStretch,
  withFreshTop,
  withOlder,
} from "./list-pages.ts";

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
  /** Why the last older page did not come; asking again clears it. */
  olderError: Error | null;
  loadOlder: () => void;
  /** Reads the top again, and the rest as it comes into sight. Nothing on show moves away. */
  reload: () => void;
  /** Told which rows are in sight, from 0. */
  see: (first: number, last: number) => void;
};

const firstPageRows = 50;
const laterPageRows = 200;
// A reader far down keeps the place as long as this many pages bridge what came in since.
const bridgingPages = 5;

/** Fetches one page of a list; the filters carry cursor and limit. */
export type ReadPage<Row> = (filters: Query, signal?: AbortSignal) => Promise<Page<Row>>;

type ListReader<Row> = {
  client: QueryClient;
  key: readonly unknown[];
  read: (cursor: string | null, limit: number, signal?: AbortSignal) => Promise<Stretch<Row> & Page<Row>>;
};

async function readTop<Row extends { id: string }>(
  { client, key, read }: ListReader<Row>,
  signal: AbortSignal,
): Promise<LoadedList<Row>> {
  const top = await read(null, firstPageRows, signal);
  let fresh: Stretch<Row> = top;
  for (let pages = 0; pages < bridgingPages; pages += 1) {
    const before = client.getQueryData<LoadedList<Row>>(key)?.stretches ?? [];
    if (before.length <= 1 || !isNewestFirst(fresh) || reachesLoaded(fresh, before)) break;
    const more = await read(fresh.next, laterPageRows, signal);
    fresh = { ...fresh, rows: [...fresh.rows, ...more.rows], next: more.next };
  }
  const before = client.getQueryData<LoadedList<Row>>(key)?.stretches ?? [];
  return { stretches: withFreshTop(fresh, before), total: top.total };
}

async function readAgain<Row extends { id: string }>(
  { client, key, read }: ListReader<Row>,
  stretch: Stretch<Row>,
): Promise<void> {
  const rows: Row[] = [];
  const end = stretch.next;
  let cursor = stretch.cursor;
  do {
    const page = await read(cursor, laterPageRows);
    rows.push(...page.rows.filter(({ id }) => end === null || id >= end));
    cursor = page.next;
  } while (cursor !== null && end !== null && cursor > end);
  change<Row>(client, key, (list) => withFreshStretch(list, stretch, rows));
}

function change<Row>(
  client: QueryClient,
  key: readonly unknown[],
  next: (list: LoadedList<Row>) => LoadedList<Row>,
): void {
  // The time of the last reload stays: an older page says nothing about how current the rest is.
  const updatedAt = client.getQueryState(key)?.dataUpdatedAt ?? 0;
  client.setQueryData<LoadedList<Row>>(key, (list) => (list === undefined ? undefined : next(list)), {
    updatedAt,
  });
}

/** Reads a keyset list, newest first, page by page, from its path unless `readPage` says how. */
export function useListQuery<Row extends { id: string }>(
  path: string,
  filters: Query,
  readPage: ReadPage<Row> = (query, signal) => getPage<Row>(path, query, signal),
): ListState<Row> {
  const reader = useListReader(path, filters, readPage);
  const query = useQuery({
    queryKey: reader.key,
    queryFn: ({ signal }) => readTop(reader, signal),
    // Comparing every row of every page costs seconds at 100,000 rows; rows are compared by version instead.
    structuralSharing: false,
    placeholderData: keepPreviousData,
  });
  const list = query.data;
  const rows = useMemo(() => list?.stretches.flatMap((stretch) => stretch.rows), [list?.stretches]);
  const older = useOlder(reader);
  const see = useStaleReader(reader, query.isPlaceholderData ? undefined : list);
  return {
    rows,
    total: list?.total ?? null,
    error: query.error,
    reloading: query.isFetching,
    loadedAt: query.dataUpdatedAt === 0 ? undefined : query.dataUpdatedAt,
    hasOlder: (list?.stretches.at(-1)?.next ?? null) !== null,
    ...older,
    reload: () => void readAgainBehind(query),
    see,
  };
}

function useListReader<Row extends { id: string }>(
  path: string,
  filters: Query,
  readPage: ReadPage<Row>,
): ListReader<Row> {
  const client = useQueryClient();
  const [pool] = useState(createStringPool);
  const asked = useRef({ filters, readPage });
  asked.current = { filters, readPage };
  const filterText = JSON.stringify(filters);
  // The text stands for the filters, which are built anew in every render.
  return useMemo(() => {
    const { filters: kept, readPage: readKept } = asked.current;
    return {
      client,
      key: ["list", path, JSON.parse(filterText)],
      async read(cursor, limit, signal) {
        const page = await readKept({ limit, ...kept, cursor: cursor ?? undefined }, signal);
        pool(page.rows);
        return { ...page, ...stretchOf(page, cursor) };
      },
    };
  }, [client, path, filterText, pool]);
}

type Older = Pick<ListState<unknown>, "loadingOlder" | "olderError" | "loadOlder">;

function useOlder<Row extends { id: string }>(reader: ListReader<Row>): Older {
  const [state, setState] = useState<{ reader: unknown; loading: boolean; error: Error | null }>();
  const busy = useRef(new Set<string>());
  const current = state?.reader === reader ? state : undefined;
  const loadOlder = useCallback(async () => {
    const { client, key, read } = reader;
    // From the cache: what this page has drawn may be one answer behind.
    const cursor = client.getQueryData<LoadedList<Row>>(key)?.stretches.at(-1)?.next ?? null;
    if (cursor === null || busy.current.has(cursor)) return;
    busy.current.add(cursor);
    setState({ reader, loading: true, error: null });
    try {
      const { rows, next } = await read(cursor, laterPageRows);
      change<Row>(client, key, (now) => withOlder(now, { rows, cursor, next, stale: false }));
      setState({ reader, loading: false, error: null });
    } catch (error) {
      setState({ reader, loading: false, error: error instanceof Error ? error : new Error(String(error)) });
    } finally {
      busy.current.delete(cursor);
    }
  }, [reader]);
  return {
    loadingOlder: current?.loading ?? false,
    olderError: current?.error ?? null,
    loadOlder: () => void loadOlder(),
  };
}

const seenAtFirst = { first: 0, last: 150 };

/** Reads stale stretches again while they are in sight, each once. A failure leaves the rows; the next reload tries again. */
function useStaleReader<Row extends { id: string }>(
  reader: ListReader<Row>,
  list: LoadedList<Row> | undefined,
): ListState<Row>["see"] {
  const seen = useRef(seenAtFirst);
  const asked = useRef(new WeakSet<Stretch<Row>>());
  const readStale = useCallback(() => {
    if (list === undefined) return;
    for (const stretch of staleBetween(list, seen.current.first, seen.current.last)) {
      if (asked.current.has(stretch)) continue;
      asked.current.add(stretch);
      readAgain(reader, stretch).catch(() => {
        // The rows on show stay; the page's reload reads them again and reports what is wrong.
      });
    }
  }, [reader, list]);
  useEffect(readStale, [readStale]);
  const latest = useRef(readStale);
  useEffect(() => {
    latest.current = readStale;
  });
  return useCallback((first, last) => {
    seen.current = { first, last };
    latest.current();
  }, []);
}
