import type { Role } from "../../../platform/caller.ts";
import type { Database } from "../../../platform/database.ts";
import type { AuthSource } from "./auth.ts";
import type { CookieStyle } from "./session-cookie.ts";
import type { SessionPolicy } from "./session-policy.ts";
import type { Throttle } from "./throttle.ts";

/** What the parts of sign-in share. */
export interface SignInOptions {
  readonly database: Database;
  readonly auth: AuthSource;
  readonly cookies: CookieStyle;
  readonly policy: SessionPolicy;
  readonly throttle: Throttle;
  readonly needsSecondFactor: (role: Role) => boolean;
  /** Name of the identity provider, null without one. */
  readonly single_sign_on: { readonly name: string } | null;
  /** Where people reach the server. */
  readonly origin: () => string;
  /** Loopback with the embedded database. */
  readonly is_local: boolean;
}
