import { useEffect, useRef } from "react";
import type { AuditEntry } from "../../../api/account-rows.ts";
import type { Query } from "../../../api/client.ts";
import type { ListState } from "../../../api/list-query.ts";
import { useOpenKeys } from "../../../ui/link/search-params.ts";
import { useAwayFromTop } from "../../../ui/table/away-from-top.ts";
import { useAuditEntries, useAuditExtent, useNewEntryCount } from "./audit-api.ts";

/** The entries that fit, and how many newer ones wait because the reader is somewhere else. */
export type AuditList = { list: ListState<AuditEntry>; waiting: number; showWaiting: () => void };

/**
 * The entries that fit, newest first. What is written down while the page is open comes by itself at the top of the page; further
 * down, or while an entry is open, it is counted and waits until it is asked for.
 * @param openName the name of the open rows in the address
 */
export function useAuditList(query: Query, openName: string): AuditList {
  const list = useAuditEntries(query);
  const newest = useAuditExtent()?.newest_seq;
  const [openKeys] = useOpenKeys(openName);
  const isAway = useAwayFromTop();
  const isReading = isAway || openKeys.size > 0;
  const { rows, reload } = list;
  const top = rows?.[0];
  const waiting = useNewEntryCount(query, top, isReading ? newest : undefined);
  const shown = useRef<number>(undefined);
  const isRead = rows !== undefined;
  useEffect(() => {
    if (newest === undefined || !isRead || isReading) return;
    const before = shown.current ?? top?.seq ?? 0;
    shown.current = newest;
    if (newest > before) reload();
  }, [newest, isRead, isReading, top, reload]);
  const showWaiting = () => {
    window.scrollTo({ top: 0, behavior: "smooth" });
    reload();
  };
  return { list, waiting, showWaiting };
}
