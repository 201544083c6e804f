import { useQueryClient } from "@tanstack/react-query";
import { type ApiRows, getJson, sendJson } from "../../api/client.ts";
import { type ItemState, useResource } from "../../api/item-query.ts";
import { type ListPage, paths } from "../../paths.ts";
import { formatSearch, parseSearch, type SearchParams } from "../../ui/link/search-params.ts";

/** Filters of a list page that an account has kept under a name; `search` is the page's query string. */
export type SavedView = ApiRows["saved_view"];

const path = "/admin/saved-views";

/** The account's saved views of one page, or of all, by name. */
export function useSavedViews(page?: ListPage, ready = true): ItemState<SavedView[]> {
  return useResource(
    ["saved-views", page ?? "all"],
    (signal) => getJson<SavedView[]>(path, signal, { page }),
    ready,
  );
}

/** Keeps filters under a name. @throws ApiError `saved_view_name_taken`, `saved_view_limit`. */
export function createSavedView(view: Pick<SavedView, "page" | "name" | "search">): Promise<SavedView> {
  return sendJson<SavedView>("POST", path, view);
}

/** Renames a view or gives it other filters. @throws ApiError `saved_view_name_taken`, `saved_view_not_found`. */
export function changeSavedView(
  id: string,
  change: Partial<Pick<SavedView, "name" | "search">>,
): Promise<SavedView> {
  return sendJson<SavedView>("PATCH", `${path}/${id}`, change);
}

/** Forgets a view. @throws ApiError `saved_view_not_found`. */
export function deleteSavedView(id: string): Promise<void> {
  return sendJson<void>("DELETE", `${path}/${id}`);
}

/** Lets every list of saved views be read again. */
export function useSavedViewsRefresh(): () => Promise<void> {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: ["item", "saved-views"] });
}

/** Filters as a view keeps them: in one order, so that the same filters are the same text. */
export function searchOf(kept: SearchParams): string {
  const sorted = Object.entries(kept).sort(([a], [b]) => (a < b ? -1 : 1));
  return formatSearch(Object.fromEntries(sorted)).replace("?", "");
}

/** The view whose filters are in force. */
export function activeViewOf(views: readonly SavedView[], kept: SearchParams): SavedView | undefined {
  const search = searchOf(kept);
  return search === "" ? undefined : views.find((view) => searchOf(parseSearch(view.search)) === search);
}

const pageHrefs = {
  flows: paths.flowRuns,
  tasks: paths.tasks,
  "llm-requests": paths.llmRequests,
  units: paths.units,
  users: paths.users,
};

/** The address of a list with a view's filters. */
export function viewHref(view: Pick<SavedView, "page" | "search">): string {
  return pageHrefs[view.page](parseSearch(view.search));
}
