import { useEffect, useRef } from "react";
import { useAwayFromTop } from "../../ui/table/away-from-top.ts";
import type { Query } from "../client.ts";
import { type ListState, type ReadPage, useListQuery } from "../list-query.ts";
import type { LiveChange, LiveEntity } from "./live-messages.ts";
import { useArrivals, useLiveRefresh } from "./use-live.ts";

// Further down a smooth scroll would fly past thousands of rows.
const longestGlidePx = 3_000;

/** What a change tells of its row. The engine is no column of its own: it is Prefect's exactly when there is a connection. */
function fieldsOf(change: LiveChange): Record<string, unknown> {
  const fields: Record<string, unknown> = { ...change.parents, ...change.patch };
  if (fields.connection_id === undefined) return fields;
  return { ...fields, engine: fields.connection_id === null ? "coursewright" : "prefect" };
}

/** Whether a changed row can belong to a list with these filters; what cannot be told from the change rules nothing out. */
export function fitsFilters(change: LiveChange, filters: Query): boolean {
  const fields = fieldsOf(change);
  return Object.entries(filters).every(([name, value]) => {
    const field = fields[name];
    if (value === undefined || value === "" || field === undefined) return true;
    return String(value).split(",").includes(String(field));
  });
}

/** Whether every filter that is set can be told from the change, and the row fits all of them. */
function surelyFits(change: LiveChange, filters: Query): boolean {
  const fields = fieldsOf(change);
  const set = Object.entries(filters).filter(([, value]) => value !== undefined && value !== "");
  return set.length > 0 && set.every(([name]) => fields[name] !== undefined) && fitsFilters(change, filters);
}

/** Whether the row with this id is among the rows, which stand in the falling order of their ids. */
function holds(rows: readonly { id: string }[], id: string): boolean {
  let from = 0;
  let to = rows.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((rows[middle]?.id ?? "") > id) from = middle + 1;
    else to = middle;
  }
  return rows[from]?.id === id;
}

/**
 * Whether the change brings a row into the list: a newer one that may fit, or one that stands between those on show and has
 * come to fit the filters, such as a failed one in a list of failed ones.
 */
export function bringsRow(
  change: LiveChange,
  list: Pick<ListState<{ id: string }>, "rows" | "hasOlder">,
  filters: Query,
): boolean {
  const { rows = [], hasOlder } = list;
  const newest = rows[0];
  const oldest = rows.at(-1);
  if (newest === undefined || oldest === undefined || change.id > newest.id)
    return fitsFilters(change, filters);
  if (hasOlder && change.id < oldest.id) return false;
  return surelyFits(change, filters) && !holds(rows, change.id);
}

/** Whether the change makes the row of another list than of this one: it is on show and fits the filters no more, or is gone. */
export function takesRow(change: LiveChange, rows: readonly { id: string }[], filters: Query): boolean {
  if (change.patch === null) return true;
  return !fitsFilters(change, filters) && holds(rows, change.id);
}

/**
 * A list, newest first, that follows the live stream: at the top of the page rows come and go by themselves, further down
 * they are only counted and wait until they are asked for.
 */
export function useLiveList<Row extends { id: string }>(
  entity: LiveEntity,
  path: string,
  filters: Query,
  readPage?: ReadPage<Row>,
): { list: ListState<Row>; waiting: number; showWaiting: () => void } {
  const list = useListQuery<Row>(path, filters, readPage);
  const arrivals = useArrivals(entity, list.loadedAt, (change) => bringsRow(change, list, filters));
  const away = useAwayFromTop();
  const { reload, loadedAt } = list;
  const hasChanged = useRef(false);
  const changesList = (change: LiveChange) =>
    change.entity === entity &&
    (takesRow(change, list.rows ?? [], filters) || bringsRow(change, list, filters));
  useLiveRefresh((change) => {
    if (!changesList(change)) return false;
    // Whoever reads further down is not interrupted.
    if (away) hasChanged.current = true;
    return !away;
  }, reload);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each reading has seen what came before it.
  useEffect(() => {
    hasChanged.current = false;
  }, [loadedAt]);
  const latestReload = useRef(reload);
  useEffect(() => {
    latestReload.current = reload;
  });
  // Whoever scrolls back to the top sees what waited there without asking for it.
  useEffect(() => {
    if (away || !hasChanged.current) return;
    hasChanged.current = false;
    latestReload.current();
  }, [away]);
  const showWaiting = () => {
    window.scrollTo({ top: 0, behavior: window.scrollY > longestGlidePx ? "instant" : "smooth" });
    reload();
  };
  return { list, waiting: away ? arrivals : 0, showWaiting };
}
