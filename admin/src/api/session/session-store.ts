import type { SessionState } from "../account-rows.ts";
import { getJson, sendJson } from "../client.ts";
import { ApiError } from "../problem.ts";

/** What the page knows of its session. */
export type KnownSession = {
  /** Undefined until the server has said it once. */
  state: SessionState | undefined;
  /** When the server said it last, in ms since the epoch. */
  loadedAt: number | undefined;
  /** Why the first answer did not come; null once there is one. */
  error: Error | null;
  /** How the last session of this page ended: the person left, so that the next one starts at the dashboard, or it was ended. */
  ending: "left" | "ended" | null;
};

let known: KnownSession = { state: undefined, loadedAt: undefined, error: null, ending: null };
let asked = 0;
let looking: Promise<unknown> | undefined;
let lookAgain = false;
const listeners = new Set<() => void>();

const channelName = "coursewright-session";
const channel = typeof BroadcastChannel === "function" ? new BroadcastChannel(channelName) : undefined;
// Another tab signed in or out: this one shares its cookie.
if (channel !== undefined) channel.onmessage = () => doubtSession();

function become(next: KnownSession): void {
  const before = known.state?.user?.id;
  known = next;
  // What was kept of one person is none of the next one's business.
  if (before !== undefined && before !== next.state?.user?.id) forgetKept();
  for (const listener of listeners) listener();
}

function forgetKept(): void {
  try {
    sessionStorage.clear();
  } catch {
    // A browser without a store has kept nothing.
  }
}

/** The session as it is known now. */
export function readSession(): KnownSession {
  return known;
}

/** Calls `listener` whenever what is known of the session changes. */
export function subscribeSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function endingOf({ user }: SessionState): KnownSession["ending"] {
  if (user !== null) return null;
  return known.state?.user == null ? known.ending : "ended";
}

let holds = 0;

/**
 * Until the answered function is called, no news of the same person in the same role is taken over: for what is shown once, and must
 * not give way to another page because somebody came back to the tab.
 */
export function holdSession(): () => void {
  holds += 1;
  return () => {
    holds -= 1;
  };
}

function isHeld({ user }: SessionState): boolean {
  const before = known.state?.user;
  return holds > 0 && user?.id === before?.id && user?.role === before?.role;
}

/** Asks the server who is signed in. An outage changes nothing that is known. @throws ApiError, OutageError */
export async function refreshSession(): Promise<SessionState> {
  asked += 1;
  const own = asked;
  try {
    const state = await getJson<SessionState>("/auth/session");
    if (own === asked && !isHeld(state))
      become({ state, loadedAt: Date.now(), error: null, ending: endingOf(state) });
    return state;
  } catch (error) {
    if (own === asked && known.state === undefined && error instanceof Error) become({ ...known, error });
    throw error;
  }
}

/** Looks at the session because of a doubt: once for many of them, and once more for one that came meanwhile. */
export function doubtSession(): void {
  if (looking !== undefined) {
    lookAgain = true;
    return;
  }
  looking = refreshSession()
    .catch(() => {
      // Without an answer nothing is known to have changed; the pages say that the server is away.
    })
    .finally(() => {
      looking = undefined;
      if (!lookAgain) return;
      lookAgain = false;
      doubtSession();
    });
}

/** Reads the session after this tab signed in, and lets the browser's other tabs do so. @throws ApiError, OutageError */
export async function arrive(): Promise<SessionState> {
  const state = await refreshSession();
  channel?.postMessage("changed");
  return state;
}

/** Ends the session here and in the other tabs. @throws OutageError when the server does not answer: one is still signed in then. */
export async function signOut(): Promise<void> {
  try {
    await sendJson<undefined>("POST", "/auth/sign-out");
  } catch (error) {
    // Whoever has no session any more is signed out already.
    if (!(error instanceof ApiError && error.status === 401)) throw error;
  }
  asked += 1;
  if (known.state !== undefined) {
    const nobody = {
      ...known.state,
      user: null,
      proof: null,
      second_factor: null,
      has_password: null,
      session_id: null,
      expires_at: null,
    };
    become({ ...known, state: nobody, ending: "left" });
  }
  channel?.postMessage("changed");
  doubtSession();
}
