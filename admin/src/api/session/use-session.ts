import { useContext } from "react";
import type { SessionState } from "../account-rows.ts";
import { type Role, reasonAgainst } from "./roles.ts";
import { SessionContext } from "./session-context.ts";

/** Who is signed in, and how one can sign in. @throws outside of a SessionProvider, which is a mistake in the page. */
export function useSession(): SessionState {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("useSession needs a SessionProvider above it.");
  return session;
}

/** The person who is signed in. @throws where nobody is: the frame shows no such page to a stranger. */
export function usePerson(): NonNullable<SessionState["user"]> {
  const { user } = useSession();
  if (user === null) throw new Error("This page is for somebody who is signed in.");
  return user;
}

/** Whether the person may do what asks for a role, with the reason against it for a control that stays disabled. */
export function useMay(least: Exclude<Role, "learner">): { may: boolean; reason: string | undefined } {
  const { user } = useSession();
  const reason = user === null ? "Sign in first." : reasonAgainst(user.role, least);
  return { may: reason === undefined, reason };
}
