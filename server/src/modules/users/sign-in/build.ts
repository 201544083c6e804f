import type { Role } from "../../../platform/caller.ts";
import type { KeyRing } from "../../../platform/crypto.ts";
import type { Database } from "../../../platform/database.ts";
import type { Logger } from "../../../platform/logger.ts";
import { createLinkService } from "../links/manage-links.ts";
import { createIdentifySession } from "../sessions/identify-session.ts";
import { createSessionService } from "../sessions/manage-sessions.ts";
import { createAuthSource } from "./auth.ts";
import type { SingleSignOnSettings } from "./identity-provider.ts";
import { createSignInService, signInUncounted } from "./manage-sign-in.ts";
import { localSessions, networkSessions } from "./session-policy.ts";
import type { SignInOptions } from "./sign-in-options.ts";
import { createThrottle } from "./throttle.ts";

/** How people sign in to this server. */
export interface SignInSettings {
  /** People reach it by https. */
  readonly is_secure: boolean;
  /** Loopback with the embedded database: whoever reaches it owns its data. */
  readonly is_local: boolean;
  /** Whether other machines can reach it. */
  readonly is_open_to_network: boolean;
  readonly second_factor: "auto" | "staff" | "nobody";
  readonly single_sign_on: SingleSignOnSettings | null;
}

const staff: ReadonlySet<Role> = new Set(["admin", "operator"]);

/** Ties sign-in, links and sessions together. */
export function buildSignIn(options: {
  readonly database: Database;
  readonly logger: Logger;
  readonly keyRing: () => KeyRing;
  /** Where people reach the dashboard; known after listening when the port is any free one. */
  readonly origin: () => string;
  readonly settings: SignInSettings;
}) {
  const { database, settings } = options;
  const { is_local, is_secure, single_sign_on } = settings;
  const origin = () => new URL(options.origin()).origin;
  const cookies = { is_secure, origin };
  const policy = is_local ? localSessions : networkSessions;
  const isAsked =
    settings.second_factor === "staff" || (settings.second_factor === "auto" && settings.is_open_to_network);
  const needsSecondFactor = (role: Role) => isAsked && staff.has(role);
  const auth = createAuthSource({ ...options, ...{ origin, cookies, policy, single_sign_on } });
  const throttle = createThrottle(database);
  const shared = { ...{ database, auth, cookies, policy, throttle, is_local, needsSecondFactor, origin } };
  const parts: SignInOptions = {
    ...shared,
    single_sign_on: single_sign_on === null ? null : { name: single_sign_on.name },
  };
  return {
    signIn: createSignInService(parts),
    // Whoever has just set the password by a link is not guessing it.
    links: createLinkService({ ...shared, signIn: (...words) => signInUncounted(parts, ...words) }),
    sessions: createSessionService(database, policy, throttle),
    identifySession: createIdentifySession(shared),
    policy,
    needsSecondFactor,
  };
}
