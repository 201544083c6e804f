import { useQuery } from "@tanstack/react-query";
import { getJson, type Query } from "./client.ts";

/** One resource as a page shows it; a failed refresh leaves the data in place. */
export type ItemState<Body> = {
  data: Body | undefined;
  error: Error | null;
  reloading: boolean;
  loadedAt: number | undefined;
  reload: () => void;
};

/**
 * Reads again what a page shows. While the first answer is still under way it would only be joined, and it may have been
 * written before whatever calls for a new one: then it is read once more behind it.
 */
export async function readAgainBehind(query: {
  isPending: boolean;
  isFetching: boolean;
  refetch: () => Promise<unknown>;
}): Promise<void> {
  const joins = query.isPending && query.isFetching;
  await query.refetch();
  if (joins) await query.refetch();
}

/** Reads whatever `read` fetches, kept under `key`; not before `ready`, and then neither by itself nor by `reload`. */
export function useResource<Body>(
  key: readonly unknown[],
  read: (signal: AbortSignal) => Promise<Body>,
  ready = true,
): ItemState<Body> {
  const query = useQuery({
    queryKey: ["item", ...key],
    queryFn: ({ signal }) => read(signal),
    enabled: ready,
  });
  return {
    data: query.data,
    error: query.error,
    reloading: query.isFetching,
    loadedAt: query.dataUpdatedAt === 0 ? undefined : query.dataUpdatedAt,
    reload: () => {
      if (ready) void readAgainBehind(query);
    },
  };
}

/** The place of a resource in the cache, for writing down what a change answered. */
export function itemQueryKey(path: string | null, filters: Query = {}) {
  return ["item", path, filters] as const;
}

/** Reads one resource; `path` null waits until it is known. */
export function useItemQuery<Body>(path: string | null, filters: Query = {}): ItemState<Body> {
  return useResource([path, filters], (signal) => getJson<Body>(path ?? "", signal, filters), path !== null);
}
