import { getJson, getPage, type Page, type Query, sendJson } from "../../api/client.ts";
import type { BulkAction, BulkItem, BulkPreview } from "../../api/detail-rows.ts";
import { type ItemState, useResource } from "../../api/item-query.ts";
import { type ListState, useListQuery } from "../../api/list-query.ts";
import { useLiveRefresh } from "../../api/live/use-live.ts";

/** What a bulk action does with each thing. */
export type BulkVerb = BulkAction["action"];
/** What can be acted on in bulk. */
export type BulkEntity = BulkAction["entity"];
/** How far one item of a bulk action is, what needs a person first. */
export const bulkItemStatuses = ["failed", "refused", "done", "pending"] as const;
/** One of these. */
export type BulkItemStatus = (typeof bulkItemStatuses)[number];

/** A bulk action as it is sent: either the things themselves, at most 1,000, or the filter that finds them. */
export type BulkOrder = {
  action: BulkVerb;
  entity: BulkEntity;
  ids?: string[];
  filter?: Record<string, string>;
};

/** The most things that can be named one by one; more are sent as a filter. */
export const mostIds = 1000;
const actionsPath = "/content-creator/bulk-actions";
const longestPage = 200;

/** Starts a bulk action. @throws ApiError `bulk_nothing_matches`, `bulk_too_many`. */
export function startBulk(order: BulkOrder): Promise<{ task_id: string; item_count: number }> {
  return sendJson("POST", actionsPath, order);
}

/** Asks what a bulk action would do; changes nothing. `askedAt` keeps an earlier answer from being shown again. */
export function useBulkPreview(order: BulkOrder, askedAt: number): ItemState<BulkPreview> {
  return useResource(["bulk-preview", order, askedAt], () =>
    sendJson<BulkPreview>("POST", `${actionsPath}/preview`, order),
  );
}

/** One bulk action, read again whenever its task moves. */
export function useBulkAction(taskId: string): ItemState<BulkAction> {
  const action = useResource(["bulk-action", taskId], (signal) =>
    getJson<BulkAction>(`${actionsPath}/${taskId}`, signal),
  );
  useLiveRefresh((change) => change.entity === "task" && change.id === taskId, action.reload);
  return action;
}

function getBulkItems(taskId: string, query: Query, signal?: AbortSignal): Promise<Page<BulkItem>> {
  return getPage<BulkItem>(`${actionsPath}/${taskId}/items`, query, signal);
}

/** The items of a bulk action with one outcome, or all of them; read again whenever its task moves. */
export function useBulkItems(taskId: string, status: string): ListState<BulkItem> {
  const list = useListQuery<BulkItem>(`${actionsPath}/${taskId}/items`, { status });
  useLiveRefresh((change) => change.entity === "task" && change.id === taskId, list.reload);
  return list;
}

/** The things that an action could not do, at most 1,000: what a new action over them needs. */
export async function listUnsuccessful(taskId: string): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await getBulkItems(taskId, { status: "failed,refused", limit: longestPage, cursor });
    ids.push(...page.rows.map((item) => item.entity_id));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && ids.length < mostIds);
  return ids.slice(0, mostIds);
}
