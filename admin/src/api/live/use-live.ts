import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { LiveState } from "../../ui/page/LiveMark.tsx";
import { formatClock } from "../../ui/value/format.ts";
import { useLive } from "./LiveProvider.tsx";
import type { LiveChange, LiveEntity } from "./live-messages.ts";
import { mergeOverlay } from "./row-store.ts";

/** Keeps one fetched row up to date; only the component that shows it renders again. */
export function useLiveRow<Row extends { id: string; version: number }>(entity: LiveEntity, row: Row): Row {
  const { store } = useLive();
  const subscribe = useCallback(
    (listener: () => void) => store.subscribeRow(entity, row.id, listener),
    [store, entity, row.id],
  );
  const overlay = useSyncExternalStore(subscribe, () => store.read(entity, row.id));
  return useMemo(() => mergeOverlay(row, overlay), [row, overlay]);
}

const refreshPauseMs = 700;

/**
 * Calls `refresh` when a change matters to the page, at once for the first and then at most once per `pauseMs` (700), with
 * the last one never lost. This is not polling: without changes nothing is asked.
 */
export function useLiveRefresh(
  matters: (change: LiveChange) => boolean,
  refresh: () => void,
  pauseMs = refreshPauseMs,
): void {
  const { store } = useLive();
  const current = useRef({ matters, refresh });
  useEffect(() => {
    current.current = { matters, refresh };
  });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let again = false;
    const run = () => {
      again = false;
      current.current.refresh();
      timer = setTimeout(() => {
        timer = undefined;
        if (again) run();
      }, pauseMs);
    };
    const stop = store.subscribeChanges((change) => {
      if (!current.current.matters(change)) return;
      if (timer === undefined) run();
      else again = true;
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [store, pauseMs]);
}

/** Counts rows that came to the list since it was read (`readAt`); `comesIn` tells whether a change brings one. */
export function useArrivals(
  entity: LiveEntity,
  readAt: number | undefined,
  comesIn: (change: LiveChange) => boolean,
): number {
  const { store } = useLive();
  const [count, setCount] = useState(0);
  const current = useRef(comesIn);
  useEffect(() => {
    current.current = comesIn;
  });
  // What came before the list was read is on show by then, or is none of it for a reason that no change tells.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each reading begins anew.
  useEffect(() => {
    const arrived = new Set<string>();
    setCount(0);
    return store.subscribeChanges((change) => {
      if (change.entity !== entity) return;
      // Most changes are of rows on show; they are neither kept nor a reason to draw the page again.
      if (change.patch === null) arrived.delete(change.id);
      else if (current.current(change)) arrived.add(change.id);
      setCount(arrived.size);
    });
  }, [store, entity, readAt]);
  return count;
}

/** The connection in the words of the page header. */
export function useLiveState(): LiveState {
  const { connection } = useLive();
  return useMemo(() => {
    if (connection.kind === "live" || connection.kind === "connecting") return { kind: connection.kind };
    const asOf = connection.as_of === null ? null : formatClock(new Date(connection.as_of));
    return { kind: connection.kind, asOf };
  }, [connection]);
}
