import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { getJson } from "../../api/client.ts";
import { type ItemState, itemQueryKey } from "../../api/item-query.ts";
import type { LiveChange } from "../../api/live/live-messages.ts";
import { useLiveRefresh } from "../../api/live/use-live.ts";
import type { CourseGeneration } from "../../api/monitor-rows.ts";

const monitorPath = "/admin/course-generation";
const refreshPauseMs = 500;

/** The monitor's answer with the moment (the page's own clock, milliseconds) at which it came. */
export type MonitorState = ItemState<CourseGeneration> & {
  /** True while the answer on show is of another moment than the one that is asked for. */
  isOfAnotherMoment: boolean;
};

const telling: ReadonlySet<LiveChange["entity"]> = new Set([
  "task",
  "flow_run",
  "step_run",
  "unit",
  "incident",
  "stuck_job",
  "health_state",
  "alert",
]);

/** Tells which changes the monitor's answer depends on. A worker's mere heartbeat is none; its health and its slots are. */
export function createMonitorNews(): (change: LiveChange) => boolean {
  const told = new Map<string, string>();
  return (change) => {
    if (change.entity !== "worker") return telling.has(change.entity);
    const { health, running, capacity } = change.patch ?? {};
    const now = JSON.stringify([health, running, capacity]);
    if (told.get(change.id) === now) return false;
    told.set(change.id, now);
    return true;
  };
}

/** Reads again without cutting off an answer that is under way; what is asked meanwhile is read once more behind it. */
function useReadAgain(read: () => Promise<unknown>): () => Promise<void> {
  const current = useRef({ read, busy: false, again: false });
  useEffect(() => {
    current.current.read = read;
  });
  return async () => {
    const state = current.current;
    if (state.busy) {
      state.again = true;
      return;
    }
    state.busy = true;
    do {
      state.again = false;
      await state.read();
    } while (state.again);
    state.busy = false;
  };
}

/**
 * The monitor now (`at` null), read again at most every 500 ms while something changes, or as it was at a past moment, which
 * no change touches. While another moment is being read the former one stays on show. `reloading` tells of the first reading
 * and of those that somebody asked for: what the stream brings twice a second shall move nothing but what is new.
 */
export function useCourseGeneration(at: string | null): MonitorState {
  const filters = at === null ? {} : { at };
  const queryKey = itemQueryKey(monitorPath, filters);
  const client = useQueryClient();
  const [asked, setAsked] = useState(0);
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => getJson<CourseGeneration>(monitorPath, signal, filters),
    placeholderData: keepPreviousData,
    ...(at === null ? {} : { staleTime: Number.POSITIVE_INFINITY }),
  });
  const readAgain = useReadAgain(async () => {
    // Asked of the cache: reading it off the query would draw the page again whenever a reading begins.
    const joins = client.getQueryState(queryKey)?.fetchStatus === "fetching";
    await query.refetch({ cancelRefetch: false });
    // What was under way may have been written before the change that calls for this reading.
    if (joins) await query.refetch({ cancelRefetch: false });
  });
  const isNews = useRef<(change: LiveChange) => boolean>(undefined);
  isNews.current ??= createMonitorNews();
  useLiveRefresh(
    (change) => at === null && isNews.current?.(change) === true,
    () => void readAgain(),
    refreshPauseMs,
  );
  const reload = async () => {
    setAsked((count) => count + 1);
    await readAgain();
    setAsked((count) => count - 1);
  };
  return {
    data: query.data,
    error: query.error,
    reloading: asked > 0 || query.isPending || query.isPlaceholderData,
    loadedAt: query.dataUpdatedAt === 0 ? undefined : query.dataUpdatedAt,
    reload: () => void reload(),
    isOfAnotherMoment: query.isPlaceholderData,
  };
}
