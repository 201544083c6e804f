import { useEffect } from "react";
import type { SessionState } from "../../api/account-rows.ts";
import { getJson } from "../../api/client.ts";
import { doubtSession, readSession } from "../../api/session/session-store.ts";

const everyMs = 5_000;

/**
 * Asks now and then for the role, where no event stream is open that would tell of another one. Nothing else that is answered is
 * taken over: backup codes that are on show must not give way to the dashboard.
 */
export function useRoleWatch(): void {
  useEffect(() => {
    const leaving = new AbortController();
    const look = async () => {
      if (document.visibilityState !== "visible") return;
      const { user } = await getJson<SessionState>("/auth/session", leaving.signal);
      if (user?.role !== readSession().state?.user?.role) doubtSession();
    };
    const timer = setInterval(() => {
      look().catch(() => {
        // Without an answer nothing is known to have changed; the next turn asks again.
      });
    }, everyMs);
    return () => {
      leaving.abort();
      clearInterval(timer);
    };
  }, []);
}
