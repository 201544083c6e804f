import { useQuery } from "@tanstack/react-query";
import type { AuditEntry, AuditExtent, AuditVerification } from "../../../api/account-rows.ts";
import { getJson, getPage, type Query } from "../../../api/client.ts";
import { type ItemState, itemQueryKey, useItemQuery } from "../../../api/item-query.ts";
import { type ListState, useListQuery } from "../../../api/list-query.ts";

const path = "/admin/audit-log";
const askEveryMs = 10_000;
const mostCounted = 200;

/** The entries that fit, newest first. */
export function useAuditEntries(query: Query): ListState<AuditEntry> {
  return useListQuery<AuditEntry>(path, query);
}

/**
 * How far the log reaches. Nobody else may know what is written down, so the stream does not tell of it: this asks every ten seconds
 * while the page is in sight, and when it comes into sight again.
 */
export function useAuditExtent(): AuditExtent | undefined {
  return useQuery({
    queryKey: itemQueryKey(`${path}/extent`),
    queryFn: ({ signal }) => getJson<AuditExtent>(`${path}/extent`, signal),
    refetchInterval: askEveryMs,
    refetchOnWindowFocus: "always",
  }).data;
}

/** The same, read once; not at all by who may not see the log, since that would be written down as refused. */
export function useAuditExtentOnce(may: boolean): ItemState<AuditExtent> {
  return useItemQuery<AuditExtent>(may ? `${path}/extent` : null);
}

/** How many entries newer than `top` fit, at most 200; 0 until `newest`, the number of the log's last entry, is another one. */
export function useNewEntryCount(
  query: Query,
  top: AuditEntry | undefined,
  newest: number | undefined,
): number {
  const isBehind = top !== undefined && newest !== undefined && newest > top.seq;
  const newer = useQuery({
    queryKey: ["audit-newer", top?.id, query, newest],
    queryFn: ({ signal }) =>
      getPage<AuditEntry>(
        path,
        { ...query, cursor: top?.id, direction: "newer", limit: mostCounted },
        signal,
      ),
    enabled: isBehind,
    // The count stays on show while the next one is read.
    placeholderData: (former, of) => (of?.queryKey[1] === top?.id ? former : undefined),
  });
  return isBehind ? (newer.data?.rows.length ?? 0) : 0;
}

/** Lets the server read the whole chain again. It takes seconds where there are hundreds of thousands of entries. */
export function verifyAuditLog(): Promise<AuditVerification> {
  return getJson<AuditVerification>(`${path}/verification`);
}
