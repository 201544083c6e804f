import { useCallback, useEffect, useRef } from "react";
import { useAwayFromTop } from "../../ui/table/away-from-top.ts";
import type { Query } from "../client.ts";
import { type ListState, type ReadPage, useListQuery } from "../list-query.ts";
import type { LiveChange, LiveEntity } from "./live-messages.ts";
import { useArrivals, useLiveRefresh } from "./use-live.ts";

// Further down a smooth scroll would fly past thousands of rows.
const longestGlidePx = 3_000;

/** Whether a changed row can belong to a list with these filters; what cannot be told from the change rules nothing out. */
export function fitsFilters(change: LiveChange, filters: Query): boolean {
  const fields: Record<string, unknown> = { ...change.parents, ...change.patch };
  return Object.entries(filters).every(([name, value]) => {
    const field = fields[name];
    if (value === undefined || value === "" || field === undefined) return true;
    return String(value).split(",").includes(String(field));
  });
}

/**
 * A list, newest first, that follows the live stream: at the top of the page new rows come in by themselves, further
 * down they are only counted and wait until they are asked for.
 */
export function useLiveList<Row extends { id: string }>(
  entity: LiveEntity,
  path: string,
  filters: Query,
  readPage?: ReadPage<Row>,
): { list: ListState<Row>; waiting: number; showWaiting: () => void } {
  const list = useListQuery<Row>(path, filters, readPage);
  const newestId = list.rows?.[0]?.id;
  const filterText = JSON.stringify(filters);
  // The text stands for the object, which is built anew in every render.
  const accepts = useCallback(
    (change: LiveChange) => fitsFilters(change, JSON.parse(filterText) as Query),
    [filterText],
  );
  const arrivals = useArrivals(entity, newestId, list.loadedAt, accepts);
  const away = useAwayFromTop();
  const { reload } = list;
  useLiveRefresh(
    (change) =>
      change.entity === entity && !away && (change.patch === null || isNew(change, newestId, accepts)),
    reload,
  );
  const latest = useRef({ reload, arrivals });
  useEffect(() => {
    latest.current = { reload, arrivals };
  });
  // Whoever scrolls back to the top sees what waited there without asking for it.
  useEffect(() => {
    if (!away && latest.current.arrivals > 0) latest.current.reload();
  }, [away]);
  const showWaiting = () => {
    window.scrollTo({ top: 0, behavior: window.scrollY > longestGlidePx ? "instant" : "smooth" });
    reload();
  };
  return { list, waiting: away ? arrivals : 0, showWaiting };
}

function isNew(
  change: LiveChange,
  newestId: string | undefined,
  accepts: (change: LiveChange) => boolean,
): boolean {
  return accepts(change) && (newestId === undefined || change.id > newestId);
}
