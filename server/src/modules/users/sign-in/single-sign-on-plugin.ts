import { createHash } from "node:crypto";
import { APIError, type BetterAuthPlugin, type OAuthProvider } from "better-auth";
import type { Database } from "../../../platform/database.ts";
import type { IdentityProvider, PersonClaims } from "./identity-provider.ts";
import { ensureSignInUser, findActiveByEmail, findProviderOwner } from "./repo.ts";

/** Name of the one identity provider, as it stands in `auth.account`. */
export const providerId = "oidc";

export interface SingleSignOnPluginOptions {
  readonly database: Database;
  readonly provider: IdentityProvider;
  readonly client_id: string;
  /** Where the provider sends browsers back to. */
  readonly redirectUri: () => string;
}

/**
 * Makes the identity provider one of the library's, which keeps state, nonce and PKCE's secret on the way there and back. It has a
 * plugin for such providers, whose requests know no limits and go anywhere.
 */
export function createSingleSignOnPlugin(options: SingleSignOnPluginOptions): BetterAuthPlugin {
  const provider = describeProvider(options);
  return { id: "single-sign-on", init: () => ({ context: { socialProviders: [provider] } }) };
}

function describeProvider({
  database,
  provider,
  client_id,
  redirectUri,
}: SingleSignOnPluginOptions): OAuthProvider<PersonClaims> {
  return {
    id: providerId,
    name: providerId,
    get issuer() {
      return provider.issuer;
    },
    requiresIdTokenNonce: true,
    disableSignUp: true,
    disableImplicitSignUp: true,
    options: { disableSignUp: true, disableIdTokenSignIn: true },
    accountSubject: ({ profile }) => profile.sub,
    async createAuthorizationURL({ state, codeVerifier, idTokenNonce = "" }) {
      const address = await provider.findAuthorizationAddress();
      const asked = {
        ...{ response_type: "code", scope: "openid email profile", client_id, state },
        ...{ redirect_uri: redirectUri(), nonce: idTokenNonce, code_challenge_method: "S256" },
        code_challenge: createHash("sha256").update(codeVerifier).digest("base64url"),
      };
      for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
      return address;
    },
    async validateAuthorizationCode({ code, codeVerifier = "" }) {
      const { id_token, access_token } = await provider.exchangeCode({
        ...{ code, redirect_uri: redirectUri(), code_verifier: codeVerifier },
      });
      return { idToken: id_token, accessToken: access_token };
    },
    async getUserInfo({ idToken: id_token, accessToken: access_token, expectedIdTokenNonce }) {
      if (id_token === undefined || !expectedIdTokenNonce) return null;
      // Why stands in the log.
      const claims = await provider
        .readPerson({ id_token, access_token }, expectedIdTokenNonce)
        .catch(() => null);
      return claims === null ? null : { user: await admit(database, claims), data: claims };
    },
  };
}

/**
 * Only people who were invited, recognised by an address that the provider verified. Whoever came before stays in the account that
 * they came to: where their address belongs to another account by now, nobody knows which is meant.
 */
async function admit(database: Database, profile: PersonClaims) {
  const email = typeof profile.email === "string" ? profile.email.trim().toLowerCase() : "";
  const isVerified = profile.email_verified === true || profile.email_verified === "true";
  const invited = isVerified && email !== "" ? await findActiveByEmail(database, email) : null;
  const owner_id = await findProviderOwner(database, providerId, profile.sub);
  if (invited === null || (owner_id !== null && owner_id !== invited.id))
    throw new APIError("FORBIDDEN", { code: "not_invited", message: "Not invited" });
  await ensureSignInUser(database, invited.id);
  return { email, emailVerified: true, name: invited.name };
}
