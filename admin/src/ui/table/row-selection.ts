import { useCallback, useMemo, useRef, useState } from "react";

/** Which rows of a list are chosen, and how that changes. The functions stay the same from render to render. */
export type RowSelection = {
  /** Ids of the rows chosen one by one; they stay chosen while they are scrolled out of sight. */
  selected: ReadonlySet<string>;
  /** Every row that the list's filters match is chosen, loaded or not; the bulk action is then given the filter. */
  isAllMatching: boolean;
  /** Turns one row over; with `extendFrom` everything between the row turned last and this one is chosen. */
  toggle: (id: string, extendFrom?: boolean) => void;
  /** Chooses these rows beside those that are chosen already. */
  selectLoaded: (ids: readonly string[]) => void;
  selectAllMatching: () => void;
  clear: () => void;
  /** The table tells the order of its rows here, so that ranges have a between. */
  followOrder?: (ids: readonly string[]) => void;
};

type Chosen = { resetKey: string; ids: ReadonlySet<string>; isAllMatching: boolean };

const none: ReadonlySet<string> = new Set();

/** The ids between two of them in the given order, both included; only `to` when `from` is not there. */
export function idsBetween(order: readonly string[], from: string | null, to: string): readonly string[] {
  const start = from === null ? -1 : order.indexOf(from);
  const end = order.indexOf(to);
  if (start < 0 || end < 0) return [to];
  return order.slice(Math.min(start, end), Math.max(start, end) + 1);
}

/** Holds the chosen rows of one list; another `resetKey`, such as other filters, means nothing is chosen. */
export function useRowSelection(resetKey: string): RowSelection {
  const [state, setState] = useState<Chosen>({ resetKey, ids: none, isAllMatching: false });
  const order = useRef<readonly string[]>([]);
  const anchor = useRef<string | null>(null);
  const isCurrent = state.resetKey === resetKey;
  const selected = isCurrent ? state.ids : none;
  const isAllMatching = isCurrent && state.isAllMatching;

  const change = useCallback(
    (next: (before: Chosen) => Omit<Chosen, "resetKey">) =>
      setState((before) => {
        const current = before.resetKey === resetKey ? before : { resetKey, ids: none, isAllMatching: false };
        return { resetKey, ...next(current) };
      }),
    [resetKey],
  );
  const toggle = useCallback(
    (id: string, extendFrom = false) => {
      const range = extendFrom ? idsBetween(order.current, anchor.current, id) : null;
      anchor.current = id;
      change((before) => {
        // Without "all matching" the rows in sight are what remains, less the one turned off.
        const ids = new Set(before.isAllMatching ? order.current : before.ids);
        if (range !== null) for (const each of range) ids.add(each);
        else if (!ids.delete(id)) ids.add(id);
        return { ids, isAllMatching: false };
      });
    },
    [change],
  );
  const selectLoaded = useCallback(
    (ids: readonly string[]) =>
      change((before) => ({ ids: new Set([...before.ids, ...ids]), isAllMatching: false })),
    [change],
  );
  const selectAllMatching = useCallback(
    () => change((before) => ({ ids: before.ids, isAllMatching: true })),
    [change],
  );
  const clear = useCallback(() => {
    anchor.current = null;
    change(() => ({ ids: none, isAllMatching: false }));
  }, [change]);
  const followOrder = useCallback((ids: readonly string[]) => {
    order.current = ids;
  }, []);
  return useMemo(
    () => ({ selected, isAllMatching, toggle, selectLoaded, selectAllMatching, clear, followOrder }),
    [selected, isAllMatching, toggle, selectLoaded, selectAllMatching, clear, followOrder],
  );
}
