import { type ReactNode, useEffect, useSyncExternalStore } from "react";
import { SessionContext } from "./session-context.ts";
import { hearSessionDoubts } from "./session-doubt.ts";
import { doubtSession, readSession, refreshSession, subscribeSession } from "./session-store.ts";

type SessionProviderProps = {
  /** On show until the server has said who is signed in. */
  waiting: ReactNode;
  /** On show while it does not say so: an outage is no reason to look signed out. */
  away: (error: Error) => ReactNode;
  children: ReactNode;
};

const firstPauseMs = 1_000;
const longestPauseMs = 10_000;

/** Asks who is signed in before anything else is asked, and again whenever that is in doubt. */
export function SessionProvider({ waiting, away, children }: SessionProviderProps) {
  const { state, error } = useSyncExternalStore(subscribeSession, readSession);
  useEffect(() => hearSessionDoubts(doubtSession), []);
  useEffect(lookOnReturn, []);
  const unknown = state === undefined;
  useEffect(() => (unknown ? askUntilAnswered() : undefined), [unknown]);
  if (state === undefined) return error === null ? waiting : away(error);
  return <SessionContext value={state}>{children}</SessionContext>;
}

/** A role that was changed meanwhile shows as soon as somebody comes back to the tab. */
function lookOnReturn(): () => void {
  const look = () => {
    if (document.visibilityState === "visible" && readSession().state !== undefined) doubtSession();
  };
  document.addEventListener("visibilitychange", look);
  return () => document.removeEventListener("visibilitychange", look);
}

function askUntilAnswered(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  const ask = (pauseMs: number) => {
    refreshSession().catch(() => {
      // What went wrong stands on the page meanwhile.
      if (!stopped) timer = setTimeout(() => ask(Math.min(longestPauseMs, pauseMs * 2)), pauseMs);
    });
  };
  ask(firstPauseMs);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
