import { type BetterAuthPlugin, betterAuth } from "better-auth";
import { twoFactor } from "better-auth/plugins";
import type { KeyRing } from "../../../platform/crypto.ts";
import type { Database } from "../../../platform/database.ts";
import type { Logger } from "../../../platform/logger.ts";
import { createIdentityProvider, type SingleSignOnSettings } from "./identity-provider.ts";
import { hashPassword, isRightPassword } from "./passwords.ts";
import { isActiveUser } from "./repo.ts";
import { type CookieStyle, cookiePrefix } from "./session-cookie.ts";
import type { SessionMethod, SessionPolicy } from "./session-policy.ts";
import { createSingleSignOnPlugin, providerId } from "./single-sign-on-plugin.ts";

/** Header by which we tell the library the address that http/client-address.ts found; nobody else's headers reach it. */
export const addressHeader = "x-coursewright-client";
const basePath = "/api/v1/auth";
/** What the secrets of the library follow from our keys for. */
export const keyPurpose = "sign-in";

export interface AuthSettings {
  readonly database: Database;
  readonly logger: Logger;
  readonly keyRing: () => KeyRing;
  readonly cookies: CookieStyle;
  readonly policy: SessionPolicy;
  readonly single_sign_on: SingleSignOnSettings | null;
  /** Where people reach the server. The library needs it for the identity provider's way back only. */
  readonly origin: () => string;
}

/** The library with our settings, and the secrets that it signs with: the current one first. */
export interface AuthSource {
  get(): Auth;
  secrets(): readonly string[];
}
export type Auth = ReturnType<typeof createAuth>;

/** Made when it is asked for first, as the address may be known after listening only, and again when address or keys change. */
export function createAuthSource(settings: AuthSettings): AuthSource {
  let made: { readonly key: string; readonly auth: Auth } | undefined;
  // Once: what it knows of the provider outlasts the library.
  const plugins = listPlugins(settings);
  let derived: { readonly key: string; readonly secrets: LibrarySecret[] } | undefined;
  const secretsOf = () => {
    const ring = settings.keyRing();
    const { versions } = ring;
    const key = versions.join(",");
    if (derived?.key !== key) {
      const value = (version: number) => ring.derive(keyPurpose, version).toString("base64url");
      derived = { key, secrets: versions.map((version) => ({ version, value: value(version) })) };
    }
    return derived;
  };
  return {
    get() {
      const { key: versions, secrets } = secretsOf();
      const key = `${settings.origin()} ${versions}`;
      if (made?.key !== key) made = { key, auth: createAuth(settings, secrets, plugins) };
      return made.auth;
    },
    secrets: () => secretsOf().secrets.map(({ value }) => value),
  };
}

interface LibrarySecret {
  version: number;
  value: string;
}

function createAuth(settings: AuthSettings, secrets: LibrarySecret[], plugins: BetterAuthPlugin[]) {
  const { database, cookies, policy } = settings;
  return betterAuth({
    appName: "Coursewright",
    basePath,
    baseURL: settings.origin(),
    secrets,
    database: { db: database.withSchema("auth"), type: "postgres" },
    telemetry: { enabled: false },
    logger: { log: (level, message) => noteOfLibrary(settings.logger, level, message) },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: 12,
      maxPasswordLength: 256,
      password: { hash: hashPassword, verify: ({ hash, password }) => isRightPassword(hash, password) },
    },
    // The row ends at the absolute limit and is never prolonged; the idle limit is held by identify-session.ts.
    session: {
      expiresIn: policy.absolute_seconds,
      disableSessionRefresh: true,
      cookieCache: { enabled: false },
      additionalFields: { method: { type: "string", required: false, input: false } },
    },
    account: {
      updateAccountOnSignIn: false,
      // An address that its person chose is no invitation: they would take in whoever it belongs to.
      accountLinking: { enabled: true, requireLocalEmailVerified: true },
    },
    advanced: {
      useSecureCookies: false,
      cookiePrefix: cookiePrefix(cookies),
      defaultCookieAttributes: { httpOnly: true, path: "/", sameSite: "lax", secure: cookies.is_secure },
      ipAddress: { ipAddressHeaders: [addressHeader] },
      database: { generateId: () => crypto.randomUUID() },
    },
    // Ours is in throttle.ts: the library's counts requests to its own router, which is not mounted.
    rateLimit: { enabled: false },
    databaseHooks: hooks(database),
    plugins: [twoFactor({ issuer: "Coursewright", skipVerificationOnEnable: false }), ...plugins],
  });
}

/** Nobody who is not active gets a session, by whatever way; tokens of the identity provider are not kept. */
function hooks(database: Database) {
  return {
    session: {
      create: {
        async before(
          session: { userId: string; method?: unknown },
          context: { path?: string } | null | undefined,
        ) {
          if (!(await isActiveUser(database, session.userId))) return false;
          return { data: { ...session, method: methodOf(context?.path, session.method) } };
        },
      },
    },
    account: {
      create: {
        before: async (account: { providerId: string }) => ({
          data: { ...account, accessToken: null, refreshToken: null, idToken: null },
        }),
      },
    },
  };
}

function methodOf(path: string | undefined, former: unknown): SessionMethod {
  if (path?.startsWith("/callback/")) return "single_sign_on";
  if (path?.startsWith("/two-factor/"))
    return former === "single_sign_on" || former === "link" ? former : "second_factor";
  return "password";
}

function listPlugins({ database, logger, single_sign_on, origin }: AuthSettings): BetterAuthPlugin[] {
  if (single_sign_on === null) return [];
  return [
    createSingleSignOnPlugin({
      ...{ database, client_id: single_sign_on.client_id },
      provider: createIdentityProvider({ settings: single_sign_on, logger }),
      redirectUri: () => `${origin()}${basePath}/oauth2/callback/${providerId}`,
    }),
  ];
}

/** The library tells of refused sign-ins as warnings; the audit log has them. */
function noteOfLibrary(logger: Logger, level: string, message: string): void {
  if (level === "error") logger.warn({ library: "better-auth" }, message);
  else logger.debug({ library: "better-auth" }, message);
}
