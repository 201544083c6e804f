import type { LiveChange, LiveEntity } from "./live-messages.ts";

/** What the stream said about one row since the page was opened. */
export type LiveOverlay = { version: number; patch: Record<string, unknown> };

/** Changes by row, kept beside the query cache: rewriting cached pages costs ten times the time per event. */
export type RowStore = ReturnType<typeof createRowStore>;

const keptOverlays = 10_000;
const keptAfterForgetting = 5_000;

/**
 * Builds an empty store. Beyond 10,000 rows the oldest ones that no component shows are forgotten, 5,000 at once, and
 * `onForgotten` is called: what was fetched of them may be out of date from then on and has to be fetched again.
 */
export function createRowStore(onForgotten: () => void = () => undefined) {
  const overlays = new Map<string, LiveOverlay>();
  const rowListeners = new Map<string, Set<() => void>>();
  const changeListeners = new Set<(change: LiveChange) => void>();

  function forgetOldest(): void {
    if (overlays.size <= keptOverlays) return;
    for (const key of overlays.keys()) {
      if (overlays.size <= keptAfterForgetting) break;
      if (!rowListeners.has(key)) overlays.delete(key);
    }
    onForgotten();
  }
  /** Takes the change in; whether it is news. */
  function take(change: LiveChange, key: string): boolean {
    // A written log line never changes: keeping it would only push out rows that do.
    if (change.patch === null || change.entity === "step_log") {
      overlays.delete(key);
      return true;
    }
    const known = overlays.get(key);
    if (known !== undefined && change.version <= known.version) return false;
    overlays.delete(key);
    overlays.set(key, { version: change.version, patch: { ...known?.patch, ...change.patch } });
    return true;
  }
  return {
    /** Takes changes in, each unless a newer or the same version of its row is known, and then tells the listeners. */
    apply(changes: readonly LiveChange[]): void {
      const news = changes.filter((change) => take(change, `${change.entity}:${change.id}`));
      forgetOldest();
      for (const change of news) {
        if (change.patch === null) continue;
        for (const listener of rowListeners.get(`${change.entity}:${change.id}`) ?? []) listener();
      }
      for (const change of news) for (const listener of changeListeners) listener(change);
    },
    /** Forgets all patches, where not even their versions hold: what is fetched next is the truth. */
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
