import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { getJson } from "../../api/client.ts";
import type { Connection, Deployment } from "../../api/engine-rows.ts";
import { type ItemState, useResource } from "../../api/item-query.ts";
import { useLive } from "../../api/live/LiveProvider.tsx";
import type { LiveChange } from "../../api/live/live-messages.ts";
import { mergeOverlay } from "../../api/live/row-store.ts";

const path = "/prefect/connections";
const resourceKey = ["prefect-connections"] as const;
const queryKey = ["item", ...resourceKey];

/**
 * All connections by name, as the stream tells of them: a connection that is known is changed in place, since each tells of
 * itself every two seconds; one that is new, renamed or gone has the list read again.
 */
export function useConnections(): ItemState<Connection[]> {
  const queryClient = useQueryClient();
  const { store } = useLive();
  const connections = useResource(resourceKey, async (signal) => {
    const read = await getJson<Connection[]>(path, signal);
    return read.map((row) => mergeOverlay(row, store.read("connection", row.id)));
  });
  useEffect(
    () =>
      store.subscribeChanges((change) => {
        if (change.entity === "connection") takeChange(queryClient, change);
      }),
    [store, queryClient],
  );
  return connections;
}

// Every row that names a connection hears of each change; the first one acts.
const taken = new WeakSet<LiveChange>();

function takeChange(queryClient: QueryClient, change: LiveChange): void {
  if (taken.has(change)) return;
  taken.add(change);
  const known = queryClient.getQueryData<Connection[]>(queryKey);
  const row = known?.find(({ id }) => id === change.id);
  const { patch } = change;
  if (known === undefined || row === undefined || patch === null || patch.name !== row.name) {
    void queryClient.invalidateQueries({ queryKey });
    return;
  }
  if (change.version <= row.version) return;
  const changed: Connection = { ...row, ...patch, version: change.version };
  queryClient.setQueryData(
    queryKey,
    known.map((one) => (one.id === change.id ? changed : one)),
  );
}

/** Lets the connections be read again. */
export function useConnectionsRefresh(): () => Promise<void> {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey });
}

/**
 * The deployments of a connection that can be launched, as Prefect lists them now; `all` has those too that its filter leaves
 * out. Null asks for none.
 */
export function useDeployments(
  connectionId: string | null,
  which: "watched" | "all" = "watched",
): ItemState<Deployment[]> {
  return useResource(
    ["prefect-deployments", connectionId, which],
    (signal) =>
      getJson<Deployment[]>(
        `${path}/${connectionId}/deployments`,
        signal,
        which === "all" ? { all: "true" } : {},
      ),
    connectionId !== null,
  );
}
