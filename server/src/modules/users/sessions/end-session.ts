import type { Database } from "../../../platform/database.ts";
import type { AuthSource } from "../sign-in/auth.ts";
import { touchUser } from "../sign-in/repo.ts";
import { type CookieStyle, readSignedCookie, sessionCookieName } from "../sign-in/session-cookie.ts";
import { deleteSessionByToken } from "./repo.ts";

/**
 * Ends the session that a browser shows, at sign-out, and at a sign-in in place of the one before. Answers whose it was, null
 * without one.
 */
export async function endShownSession(
  {
    database,
    auth,
    cookies,
  }: { readonly database: Database; readonly auth: AuthSource; readonly cookies: CookieStyle },
  headers: Headers,
): Promise<string | null> {
  const token = readSignedCookie(headers, sessionCookieName(cookies), auth.secrets());
  const user_id = token === null ? null : await deleteSessionByToken(database, token);
  if (user_id !== null) await touchUser(database, user_id);
  return user_id;
}
