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

/** Reads whatever `read` fetches, kept under `key`; not before `ready`. */
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
    reload: () => void query.refetch(),
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
