import type { Identify, Role } from "../../../platform/caller.ts";
import type { Database } from "../../../platform/database.ts";
import type { AuthSource } from "../sign-in/auth.ts";
import { type CookieStyle, readSignedCookie, sessionCookieName } from "../sign-in/session-cookie.ts";
import { type SessionPolicy, useNotedEverySeconds } from "../sign-in/session-policy.ts";
import { findSessionOwner, noteSessionUse } from "./repo.ts";

export interface SessionIdentityOptions {
  readonly database: Database;
  readonly auth: AuthSource;
  readonly cookies: CookieStyle;
  readonly policy: SessionPolicy;
  /** Roles that need a second factor unless they came by single sign-on, whose provider asks for its own. */
  readonly needsSecondFactor: (role: Role) => boolean;
}

/**
 * Reads the session cookie: signed by any key that is still in the ring, so that a rotation signs nobody out, and looked up in
 * the database at every request, so that an ended session is nobody's at once. No cookie is ever set here: the browser keeps
 * the one of the sign-in until the absolute limit, and an answer under way cannot bring back a cookie that was replaced.
 */
export function createIdentifySession(options: SessionIdentityOptions): Identify {
  const { database, auth, cookies, policy, needsSecondFactor } = options;
  return async (headers) => {
    if (!headers.has("cookie")) return null;
    const token = readSignedCookie(headers, sessionCookieName(cookies), auth.secrets());
    if (token === null) return null;
    const owner = await findSessionOwner(database, token, policy, useNotedEverySeconds);
    if (owner === null) return null;
    if (!owner.is_use_noted) await noteSessionUse(database, owner, useNotedEverySeconds);
    const owes_second_factor =
      !owner.has_second_factor && owner.method !== "single_sign_on" && needsSecondFactor(owner.role);
    const { id, name: personName, role, session_id, is_fresh } = owner;
    return {
      id,
      name: personName,
      role,
      owes_second_factor,
      proof: { kind: "session", session_id, is_fresh },
    };
  };
}
