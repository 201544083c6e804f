import type { LiveChange, LiveEntity } from "./live-messages.ts";

/** What the stream said about one row since the page was opened. */
export type LiveOverlay = { version: number; patch: Record<string, unknown> };

/** Changes by row, kept beside the query cache: rewriting cached pages costs ten times the time per event. */
export type RowStore = ReturnType<typeof createRowStore>;

const keptOverlays = 10_000;

/** Builds an empty store. The oldest unread rows are forgotten beyond 10,000; their next fetch brings them up to date. */
export function createRowStore() {
  const overlays = new Map<string, LiveOverlay>();
  const rowListeners = new Map<string, Set<() => void>>();
  const changeListeners = new Set<(change: LiveChange) => void>();

  function forgetOldest(): void {
    for (const key of overlays.keys()) {
      if (overlays.size <= keptOverlays) return;
      if (!rowListeners.has(key)) overlays.delete(key);
    }
  }
  return {
    /** Takes a change in unless a newer or the same version of the row is known. */
    apply(change: LiveChange): void {
      const key = `${change.entity}:${change.id}`;
      // A written log line never changes: keeping it would only push out rows that do.
      if (change.patch === null || change.entity === "step_log") {
        overlays.delete(key);
        for (const listener of changeListeners) listener(change);
        return;
      }
      const known = overlays.get(key);
      if (known !== undefined && change.version <= known.version) return;
      overlays.delete(key);
      overlays.set(key, { version: change.version, patch: { ...known?.patch, ...change.patch } });
      forgetOldest();
      for (const listener of rowListeners.get(key) ?? []) listener();
      for (const listener of changeListeners) listener(change);
    },
    /** Forgets all patches, after a gap in the stream: what is fetched next is the truth. */
    clear(): void {
      overlays.clear();
      for (const listeners of rowListeners.values()) for (const listener of listeners) listener();
    },
    read(entity: LiveEntity, id: string): LiveOverlay | undefined {
      return overlays.get(`${entity}:${id}`);
    },
    subscribeRow(entity: LiveEntity, id: string, listener: () => void): () => void {
      const key = `${entity}:${id}`;
      const listeners = rowListeners.get(key) ?? new Set();
      rowListeners.set(key, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) rowListeners.delete(key);
      };
    },
    subscribeChanges(listener: (change: LiveChange) => void): () => void {
      changeListeners.add(listener);
      return () => changeListeners.delete(listener);
    },
  };
}

/** The row with what the stream knows beyond it. A patch is used only if its version is higher than the row's. */
export function mergeOverlay<Row extends { version: number }>(
  row: Row,
  overlay: LiveOverlay | undefined,
): Row {
  if (overlay === undefined || overlay.version <= row.version) return row;
  return { ...row, ...overlay.patch, version: overlay.version };
}
