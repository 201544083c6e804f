import { APIError } from "better-auth";
import { type AuthSource, addressHeader } from "./auth.ts";
import type { Sender } from "./service.ts";
import { type CookieStyle, readSignedCookie, signedPair } from "./session-cookie.ts";

export interface LibraryAccess {
  readonly auth: AuthSource;
  readonly cookies: CookieStyle;
}

/**
 * What the library is shown of a request: the browser, the address that we found, and the named cookies of ours, signed anew
 * with the current key when an older one signed them. A session cookie reaches it only where the session is what counts.
 */
export function authHeaders(
  { auth }: LibraryAccess,
  { headers, address }: Sender,
  cookieNames: readonly string[],
): Headers {
  const secrets = auth.secrets();
  const [secret = ""] = secrets;
  const pairs = cookieNames.flatMap((name) => {
    const value = readSignedCookie(headers, name, secrets);
    return value === null ? [] : [signedPair(name, value, secret)];
  });
  const shown = new Headers({ [addressHeader]: address });
  const browser = headers.get("user-agent");
  if (browser !== null) shown.set("user-agent", browser.slice(0, 300));
  if (pairs.length > 0) shown.set("cookie", pairs.join("; "));
  return shown;
}

/** What the library answered, or the code of its refusal. */
export type LibraryAnswer<Answer> =
  | { readonly is_refused: false; readonly answer: Answer }
  | { readonly is_refused: true; readonly code: string };

/** Turns refusals of the library into values; everything else is a failure and thrown. */
export async function callLibrary<Answer>(call: () => Promise<Answer>): Promise<LibraryAnswer<Answer>> {
  try {
    return { is_refused: false, answer: await call() };
  } catch (error) {
    if (!(error instanceof APIError) || error.statusCode >= 500) throw error;
    return { is_refused: true, code: String(error.body?.code ?? error.status) };
  }
}
