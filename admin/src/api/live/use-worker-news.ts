import { useRef } from "react";
import { useLiveRefresh } from "./use-live.ts";

/** Calls `refresh` when a worker comes, goes, changes its health or the number of its tasks; a mere heartbeat is no news. */
export function useWorkerNews(refresh: () => void): void {
  const seen = useRef(new Map<string, string>());
  useLiveRefresh((change) => {
    if (change.entity !== "worker") return false;
    const state = JSON.stringify([change.patch?.health, change.patch?.running]);
    const isNews = seen.current.get(change.id) !== state;
    seen.current.set(change.id, state);
    return isNews;
  }, refresh);
}
