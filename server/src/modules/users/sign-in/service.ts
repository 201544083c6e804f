import type { Caller } from "../../../platform/caller.ts";
import type { SecondFactorSetUp, SessionState, SignInAnswer } from "./models.ts";

/** Where a request comes from, as sign-in needs it. */
export interface Sender {
  readonly headers: Headers;
  readonly address: string;
  /** Is told whose account was tried, for the audit log, also where the answer says nothing of it. */
  readonly recognised?: (user_id: string) => void;
}

/** An answer with the `Set-Cookie` lines that belong to it. */
export interface WithCookies<Answer> {
  readonly answer: Answer;
  readonly cookies: readonly string[];
  /** Who it was, for the audit log; null when nobody was recognised. */
  readonly user_id: string | null;
}

/** Signing in and out, and what people change of their own account. Every refusal is the same for known and unknown accounts. */
export interface SignInService {
  getState(caller: Caller | null): Promise<SessionState>;
  /** @throws AppError `sign_in_refused`, `too_many_sign_ins` */
  signIn(sender: Sender, email: string, password: string): Promise<WithCookies<SignInAnswer>>;
  /** @throws AppError `second_factor_refused`, `too_many_sign_ins` */
  verifySecondFactor(sender: Sender, code: string): Promise<WithCookies<SignInAnswer>>;
  /** Address of the identity provider. @throws AppError `single_sign_on_unavailable` */
  beginSingleSignOn(sender: Sender, returnTo: string): Promise<WithCookies<{ readonly url: string }>>;
  /** Answers the redirect to the dashboard, or to the sign-in page with a reason. */
  finishSingleSignOn(request: Request, address: string): Promise<WithCookies<{ readonly url: string }>>;
  signOut(sender: Sender): Promise<WithCookies<null>>;
  rename(caller: Caller, name: string): Promise<void>;
  /** Ends the person's other sessions. @throws AppError `password_wrong`, `password_weak`, `email_taken` */
  changePassword(
    sender: Sender,
    caller: Caller,
    change: {
      readonly current_password?: string;
      readonly new_password?: string | undefined;
      readonly email?: string;
    },
  ): Promise<WithCookies<null>>;
  /** Not in force until it is confirmed. @throws AppError `password_wrong`, `second_factor_on` */
  beginSecondFactor(sender: Sender, caller: Caller, password: string): Promise<SecondFactorSetUp>;
  /** @throws AppError `second_factor_refused` */
  confirmSecondFactor(sender: Sender, caller: Caller, code: string): Promise<WithCookies<null>>;
  /** The former ones no longer work. @throws AppError `password_wrong` */
  makeBackupCodes(sender: Sender, caller: Caller, password: string): Promise<readonly string[]>;
  /** @throws AppError `password_wrong`, `second_factor_needed_by_role` */
  removeSecondFactor(sender: Sender, caller: Caller, password: string): Promise<WithCookies<null>>;
}
