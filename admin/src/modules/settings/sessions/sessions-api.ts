import { useQueryClient } from "@tanstack/react-query";
import type { Session } from "../../../api/account-rows.ts";
import { getJson, sendJson } from "../../../api/client.ts";
import { type ItemState, useResource } from "../../../api/item-query.ts";

const path = "/admin/sessions";

/** One's own sessions, newest first. */
export function useSessions(): ItemState<Session[]> {
  return useResource(["sessions"], (signal) => getJson<Session[]>(path, signal));
}

/** Ends one of one's own. @throws ApiError `session_not_found` */
export function endSession(id: string): Promise<undefined> {
  return sendJson<undefined>("DELETE", `${path}/${encodeURIComponent(id)}`);
}

/** Ends all but the one this is asked in. Answers how many. */
export async function endOtherSessions(): Promise<number> {
  return (await sendJson<{ ended: number }>("DELETE", path)).ended;
}

/** Lets the sessions be read again. */
export function useSessionsRefresh(): () => Promise<void> {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: ["item", "sessions"] });
}
