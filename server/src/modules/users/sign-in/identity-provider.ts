import { z } from "@hono/zod-openapi";
import { createRemoteJWKSet, customFetch, jwtVerify, type RemoteJWKSet } from "jose";
import type { Logger } from "../../../platform/logger.ts";
import { addressRules, hostAndPort, refused } from "../../../platform/safe-address.ts";
import { createSafeFetch, type SafeFetch, type SafeRequest } from "../../../platform/safe-fetch.ts";
import { userErrors } from "../errors.ts";

/** Single sign-on by settings. */
export interface SingleSignOnSettings {
  readonly name: string;
  readonly issuer: string;
  readonly client_id: string;
  readonly client_secret: string | undefined;
}

export interface IdentityProviderOptions {
  readonly settings: SingleSignOnSettings;
  readonly logger: Logger;
  /** Of each answer, in bytes. Default 256 KiB. */
  readonly maxBytes?: number;
  /** Of each request, in ms. Default 10,000. */
  readonly timeoutMs?: number;
}

/** What a code was exchanged for. */
export interface ProviderTokens {
  readonly id_token: string;
  readonly access_token?: string | undefined;
}

/**
 * The identity provider, by OpenID Connect. What its discovery document names is asked at the issuer's own host and port, which may be
 * private because the settings name it, or by https at public addresses; redirects are not followed. Document and keys are kept for
 * ten minutes; a key that is not among them is looked for again, at most every five seconds.
 */
export interface IdentityProvider {
  /** The issuer as it calls itself; undefined until it was asked. */
  readonly issuer: string | undefined;
  /** Where browsers are sent to, without the request's own parameters. @throws AppError `single_sign_on_unavailable` */
  findAuthorizationAddress(): Promise<URL>;
  /** @throws AppError `single_sign_on_unavailable` */
  exchangeCode(exchange: CodeExchange): Promise<ProviderTokens>;
  /**
   * Who came: the claims of the identity token, with those of the user info where the token has no e-mail address.
   *
   * @throws AppError `single_sign_on_unavailable`, also for a token that somebody else signed or that is meant for another sign-in
   */
  readPerson(tokens: ProviderTokens, nonce: string): Promise<PersonClaims>;
}

export interface CodeExchange {
  readonly code: string;
  readonly code_verifier: string;
  readonly redirect_uri: string;
}

const keptMs = 10 * 60_000;
const keyCooldownMs = 5_000;
const clockDriftSeconds = 30;
/** Signatures whose keys only the provider has; whoever knows the public ones makes none of them. */
const algorithms = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"],
  ...["EdDSA", "Ed25519"],
];

const documentSchema = z.looseObject({
  issuer: z.url(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
  userinfo_endpoint: z.url().optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
});
type ProviderDocument = z.infer<typeof documentSchema>;
const tokensSchema = z.looseObject({ id_token: z.string(), access_token: z.string().optional() });
const claimsSchema = z.looseObject({ sub: z.string().min(1) });
/** What the provider says of somebody; only their id there is certain. */
export type PersonClaims = z.infer<typeof claimsSchema>;

interface KnownProvider {
  readonly document: ProviderDocument;
  readonly keys: RemoteJWKSet;
}

/** Asks nothing until it is used. */
export function createIdentityProvider(options: IdentityProviderOptions): IdentityProvider {
  const { settings, logger, maxBytes = 256 * 1024, timeoutMs = 10_000 } = options;
  const allowedPrivateHosts = [hostAndPort(new URL(settings.issuer))];
  const safe = createSafeFetch({ allowedPrivateHosts, maxBytes, timeoutMs });
  let known: { readonly asked: Promise<KnownProvider>; readonly until: number } | undefined;
  let issuer: string | undefined;

  async function ask(): Promise<KnownProvider> {
    const document = await discover(safe, settings.issuer);
    ({ issuer } = document);
    return { document, keys: createKeys(safe, document, timeoutMs) };
  }

  function find(): Promise<KnownProvider> {
    if (known === undefined || known.until <= Date.now()) {
      const asked = ask();
      known = { asked, until: Date.now() + keptMs };
      // What could not be read is asked for again by the next one who comes.
      asked.catch(() => {
        if (known?.asked === asked) known = undefined;
      });
    }
    return known.asked;
  }

  async function attempt<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      const reason = error instanceof Error ? error.message.slice(0, 300) : String(error);
      logger.warn({ issuer: settings.issuer, reason }, `Single sign-on failed: ${what}`);
      throw userErrors.create(
        "single_sign_on_unavailable",
        "The identity provider does not answer. Try again, or sign in with your password.",
        { cause: error },
      );
    }
  }

  return {
    get issuer() {
      return issuer;
    },
    findAuthorizationAddress: () =>
      attempt("its discovery document could not be used", async () => {
        const { document } = await find();
        return new URL(document.authorization_endpoint);
      }),
    exchangeCode: (exchange) =>
      attempt("the code was not exchanged", async () => {
        const { document } = await find();
        const request = tokenRequest(document, settings, exchange);
        return tokensSchema.parse(await readJson(safe, document.token_endpoint, request));
      }),
    readPerson: (tokens, nonce) =>
      attempt("the identity token was not taken", async () =>
        readClaims(safe, await find(), { tokens, nonce, client_id: settings.client_id }),
      ),
  };
}

/** Reads the discovery document of an issuer, and refuses one of another issuer, or one that leads where nobody may be sent. */
async function discover(safe: SafeFetch, issuer: string): Promise<ProviderDocument> {
  const base = canonical(issuer);
  const document = documentSchema.parse(await readJson(safe, `${base}/.well-known/openid-configuration`));
  if (canonical(document.issuer) !== base)
    throw new Error(`The document of ${issuer} says that it is of ${document.issuer}.`);
  const { authorization_endpoint, token_endpoint, jwks_uri, userinfo_endpoint } = document;
  for (const address of [authorization_endpoint, token_endpoint, jwks_uri, userinfo_endpoint]) {
    if (address !== undefined) requireOwnOrPublic(new URL(issuer), new URL(address));
  }
  return document;
}

/** A name is looked up when it is connected to, where it is refused if it leads to a private address. */
function requireOwnOrPublic(issuer: URL, address: URL): void {
  if (address.origin !== issuer.origin && address.protocol !== "https:")
    throw refused(address, `it is neither ${issuer.origin} nor https`);
  addressRules([hostAndPort(issuer)]).isAllowedPrivate(address);
}

const canonical = (address: string) => new URL(address).href.replace(/\/$/, "");

async function readJson(safe: SafeFetch, address: string, request: SafeRequest = {}): Promise<unknown> {
  const headers = { accept: "application/json", ...request.headers };
  const { status, body } = await safe.fetch(address, { ...request, headers, followsRedirects: false });
  const { origin } = new URL(address);
  const answer = parseJson(body);
  if (status !== 200) throw new Error(`${origin} answered ${status}${errorCodeOf(answer)}.`);
  // What it says instead may hold a token.
  if (answer === undefined) throw new Error(`${origin} answered no JSON.`);
  return answer;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** OAuth's word for a refusal, such as `invalid_client` (RFC 6749, 5.2), which tells an administrator what to mend. */
function errorCodeOf(answer: unknown): string {
  const refusal = z.looseObject({ error: z.string().regex(/^\w{1,60}$/) }).safeParse(answer);
  return refusal.success ? ` (${refusal.data.error})` : "";
}

function createKeys(safe: SafeFetch, { jwks_uri }: ProviderDocument, timeoutMs: number): RemoteJWKSet {
  return createRemoteJWKSet(new URL(jwks_uri), {
    ...{ timeoutDuration: timeoutMs, cacheMaxAge: keptMs, cooldownDuration: keyCooldownMs },
    async [customFetch](address, { signal }) {
      const { status, body } = await safe.fetch(address, { signal, followsRedirects: false });
      return new Response(new Uint8Array(body), { status });
    },
  });
}

/** By the body where the provider takes it, else by `Authorization`, which every provider takes that says nothing. */
function tokenRequest(
  { token_endpoint_auth_methods_supported: methods = ["client_secret_basic"] }: ProviderDocument,
  { client_id, client_secret }: SingleSignOnSettings,
  exchange: CodeExchange,
): SafeRequest {
  const form = new URLSearchParams({ grant_type: "authorization_code", ...exchange });
  const headers: Record<string, string> = { "content-type": "application/x-www-form-urlencoded" };
  if (client_secret !== undefined && !methods.includes("client_secret_post")) {
    const pair = [client_id, client_secret].map(formEncoded).join(":");
    headers.authorization = `Basic ${Buffer.from(pair, "utf8").toString("base64")}`;
  } else {
    form.set("client_id", client_id);
    if (client_secret !== undefined) form.set("client_secret", client_secret);
  }
  return { method: "POST", headers, body: form.toString() };
}

const formEncoded = (text: string) => new URLSearchParams({ x: text }).toString().slice(2);

async function readClaims(
  safe: SafeFetch,
  { document, keys }: KnownProvider,
  {
    tokens,
    nonce,
    client_id,
  }: { readonly tokens: ProviderTokens; readonly nonce: string; readonly client_id: string },
): Promise<PersonClaims> {
  const { payload } = await jwtVerify(tokens.id_token, keys, {
    ...{ issuer: document.issuer, audience: client_id, algorithms },
    requiredClaims: ["sub", "iat", "exp", "nonce"],
    clockTolerance: clockDriftSeconds,
  });
  if (payload.nonce !== nonce) throw new Error("The token belongs to another sign-in.");
  // Where a token is meant for several, this says which of them asked for it.
  if (payload.azp !== undefined && payload.azp !== client_id)
    throw new Error("Another client asked for the token.");
  const claims = claimsSchema.parse(payload);
  const { userinfo_endpoint } = document;
  if (claims.email !== undefined || userinfo_endpoint === undefined || tokens.access_token === undefined)
    return claims;
  const headers = { authorization: `Bearer ${tokens.access_token}` };
  const more = claimsSchema.parse(await readJson(safe, userinfo_endpoint, { headers }));
  if (more.sub !== claims.sub) throw new Error("The user info is about somebody else.");
  return { ...more, ...claims };
}
