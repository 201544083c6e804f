import { userErrors } from "../errors.ts";
import { endShownSession } from "../sessions/end-session.ts";
import { findSessionOwner, noteSignIn } from "../sessions/repo.ts";
import { addressHeader } from "./auth.ts";
import { authHeaders, callLibrary } from "./library-calls.ts";
import { noteSignInPlace } from "./repo.ts";
import type { Sender, SignInService } from "./service.ts";
import { cookiePrefix, readSignedCookie, sessionCookieName } from "./session-cookie.ts";
import type { SignInOptions } from "./sign-in-options.ts";
import { providerId } from "./single-sign-on-plugin.ts";
import { addressKey } from "./throttle.ts";

const beginnings = 60;
const signInPage = "/sign-in";
const beginningKey = (address: string) => addressKey("single-sign-on", address);

/** Single sign-on by the library, which keeps state, nonce and PKCE's secret; identity-provider.ts asks the provider. */
export function createSingleSignOn(
  options: SignInOptions,
): Pick<SignInService, "beginSingleSignOn" | "finishSingleSignOn"> {
  const { auth, throttle, single_sign_on, origin } = options;
  return {
    async beginSingleSignOn(sender, returnTo) {
      if (single_sign_on === null) throw unavailable("This server has no single sign-on.");
      await throttle.take([{ key: beginningKey(sender.address), free: beginnings }]);
      const headers = authHeaders(options, sender, []);
      const called = await callLibrary(() =>
        auth.get().api.signInSocial({
          body: {
            provider: providerId,
            callbackURL: `${origin()}${ownPath(returnTo, origin())}`,
            errorCallbackURL: `${origin()}${signInPage}`,
            disableRedirect: true,
          },
          headers,
          returnHeaders: true,
        }),
      );
      const url = called.is_refused ? undefined : called.answer.response.url;
      if (called.is_refused || url === undefined)
        throw unavailable("The identity provider does not answer. Try again, or sign in with your password.");
      return { answer: { url }, cookies: called.answer.headers.getSetCookie(), user_id: null };
    },
    async finishSingleSignOn(request, address) {
      if (single_sign_on === null) throw unavailable("This server has no single sign-on.");
      return finish(options, { headers: request.headers, address }, new URL(request.url).search);
    },
  };
}

function unavailable(sentence: string) {
  return userErrors.create("single_sign_on_unavailable", sentence);
}

/** A path of the dashboard; anything that a browser could read as another place becomes its start page. */
export function ownPath(returnTo: string, origin: string): string {
  if (!isOwnPath(returnTo) || !URL.canParse(returnTo, origin)) return "/";
  const url = new URL(returnTo, origin);
  // Taking the dots out of "/.//host" leaves "//host".
  if (url.origin !== new URL(origin).origin || !isOwnPath(url.pathname)) return "/";
  return `${url.pathname}${url.search}${url.hash}`;
}

function isOwnPath(text: string): boolean {
  return /^\/(?![/\\])/.test(text);
}

async function finish(
  options: SignInOptions,
  sender: Sender,
  search: string,
): ReturnType<SignInService["finishSingleSignOn"]> {
  const { auth, origin, throttle } = options;
  const headers = new Headers({ [addressHeader]: sender.address });
  headers.set("user-agent", sender.headers.get("user-agent")?.slice(0, 300) ?? "");
  headers.set("cookie", stateCookies(options, sender.headers));
  const answered = await auth
    .get()
    .handler(new Request(`${origin()}/api/v1/auth/callback/${providerId}${search}`, { headers }));
  const location = new URL(answered.headers.get("location") ?? signInPage, origin());
  const cookies = answered.headers.getSetCookie();
  const user_id = await ownerOf(options, cookies);
  const error = location.searchParams.get("error") ?? (await readRefusal(answered));
  // Whoever has a session came in, whatever the page that they wanted has in its address.
  if (user_id === null || location.origin !== new URL(origin()).origin) {
    const reason = error !== null && uninvited.has(error) ? "not_invited" : "single_sign_on_failed";
    return { answer: { url: `${signInPage}?reason=${reason}` }, cookies, user_id: null };
  }
  await endShownSession(options, sender.headers);
  await noteSignIn(options.database, user_id, options.policy);
  await noteSignInPlace(options.database, user_id, sender.address);
  // A house whose people all sign in in the morning begins as often.
  await throttle.forget(beginningKey(sender.address));
  return {
    answer: { url: `${location.pathname}${location.search}${location.hash}` },
    cookies,
    user_id,
  };
}

/** The code of a refusal that is an answer and no redirect, as of whoever was not invited. */
async function readRefusal(answered: Response): Promise<string | null> {
  if (answered.status < 400) return null;
  const body: unknown = await answered.json().catch(() => null);
  const hasCode = typeof body === "object" && body !== null && "code" in body;
  return hasCode && typeof body.code === "string" ? body.code : "unknown";
}

const uninvited = new Set([
  "not_invited",
  "signup_disabled",
  "account_not_linked",
  "unable_to_create_session",
]);

/** The library's own cookies of the way there and back; never the session of somebody who is signed in already. */
function stateCookies({ cookies }: SignInOptions, headers: Headers): string {
  const session = sessionCookieName(cookies);
  return (headers.get("cookie") ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${cookiePrefix(cookies)}.`) && !pair.startsWith(`${session}=`))
    .join("; ");
}

async function ownerOf(options: SignInOptions, cookies: readonly string[]): Promise<string | null> {
  const { auth, policy, database } = options;
  const name = sessionCookieName(options.cookies);
  const line = cookies.find((cookie) => cookie.startsWith(`${name}=`));
  if (line === undefined) return null;
  const [pair = ""] = line.split(";");
  const token = readSignedCookie(new Headers({ cookie: pair }), name, auth.secrets());
  return token === null ? null : ((await findSessionOwner(database, token, policy, 0))?.id ?? null);
}
