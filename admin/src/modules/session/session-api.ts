import type { SecondFactorSetUp, SignInLink } from "../../api/account-rows.ts";
import { sendJson } from "../../api/client.ts";

type SignInAnswer = { status: "signed_in" | "second_factor_needed" };

/** Signs in by e-mail and password; a second factor may be asked for next. @throws ApiError `sign_in_refused`, `too_many_sign_ins` */
export function signIn(email: string, password: string): Promise<SignInAnswer> {
  return sendJson("POST", "/auth/sign-in", { email, password });
}

/** Finishes a sign-in with a code of the authenticator app or a backup code. @throws ApiError `second_factor_refused` */
export function signInWithCode(code: string): Promise<SignInAnswer> {
  return sendJson("POST", "/auth/sign-in/second-factor", { code });
}

/** Answers the address of the identity provider, which leads back to `return_to`. */
export function beginSingleSignOn(return_to: string): Promise<{ url: string }> {
  return sendJson("POST", "/auth/sign-in/single-sign-on", { return_to });
}

/** Reads what a one-time link does, without using it up. @throws ApiError `link_invalid` */
export function lookAtLink(token: string): Promise<SignInLink> {
  return sendJson("POST", "/auth/links/look", { token });
}

/** What a link may ask for. */
export type LinkFields = { name?: string; email?: string; password?: string };

/** Uses a one-time link up and signs in with it. @throws ApiError `link_invalid`, `password_weak`, `email_taken` */
export function spendLink(token: string, fields: LinkFields): Promise<SignInAnswer> {
  return sendJson("POST", "/auth/links/use", { token, ...fields });
}

/** Changes one's own name. */
export function rename(name: string): Promise<undefined> {
  return sendJson("PATCH", "/auth/profile", { name });
}

/** A new password with the proof that it is oneself; the local administrator gives an e-mail address with the first one. */
export type PasswordChange = { current_password?: string; new_password?: string; email?: string };

/** Sets one's password, e-mail address or both, and ends one's other sessions. @throws ApiError `password_wrong`, `password_weak`, `email_taken` */
export function changePassword(change: PasswordChange): Promise<undefined> {
  return sendJson("PUT", "/auth/password", change);
}

/** Shows by the password who one is, before access is handed out. @throws ApiError `password_wrong`, `too_many_sign_ins` */
export function renewSession(password: string): Promise<undefined> {
  return sendJson("POST", "/auth/session/renew", { password });
}

/** Begins to set up a second factor; it is in force once it is confirmed. @throws ApiError `password_wrong` */
export function beginSecondFactor(password: string): Promise<SecondFactorSetUp> {
  return sendJson("POST", "/auth/second-factor", { password });
}

/** Puts the second factor in force with a first code. @throws ApiError `second_factor_refused` */
export function confirmSecondFactor(code: string): Promise<undefined> {
  return sendJson("POST", "/auth/second-factor/confirm", { code });
}

/** Makes new backup codes; the former ones end. @throws ApiError `password_wrong` */
export function makeBackupCodes(password: string): Promise<{ backup_codes: string[] }> {
  return sendJson("POST", "/auth/second-factor/backup-codes", { password });
}

/** Goes without a second factor. @throws ApiError `password_wrong`, `second_factor_needed_by_role` */
export function removeSecondFactor(password: string): Promise<undefined> {
  return sendJson("DELETE", "/auth/second-factor", { password });
}
