import type { SessionState } from "../account-rows.ts";
import { reaches } from "./roles.ts";

/** Where a session leads: to the sign-in page, to the second factor that is owed, nowhere for learners, to the dashboard. */
export type SessionPlace = "sign_in" | "second_factor" | "learner" | "dashboard";

/** Whether the person must set up a second factor before anything else is open to them. */
export function owesSecondFactor({ second_factor }: SessionState): boolean {
  return second_factor?.is_required === true && !second_factor.is_on;
}

/** Where a session leads. */
export function placeFor(session: SessionState): SessionPlace {
  if (session.user === null) return "sign_in";
  if (owesSecondFactor(session)) return "second_factor";
  return reaches(session.user.role, "viewer") ? "dashboard" : "learner";
}

const standingAlone = /^\/(sign-in|setup\/)/;

/** The address as a page of the dashboard that one may be sent to after signing in; the dashboard for any other text. */
export function safeReturn(to: string | undefined): string {
  if (to === undefined || !/^\/(?![/\\])/.test(to)) return "/";
  const { origin } = window.location;
  try {
    const url = new URL(to, origin);
    if (url.origin !== origin || standingAlone.test(url.pathname)) return "/";
    return url.pathname + url.search + url.hash;
  } catch {
    // Not an address at all.
    return "/";
  }
}
