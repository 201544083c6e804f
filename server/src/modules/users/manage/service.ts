import type { Caller } from "../../../platform/caller.ts";
import type { UserSummary } from "../models.ts";
import type { GivenLink, InvitedUser, NewUser, UserEdit } from "./models.ts";

/**
 * What administrators do with accounts. The last administrator who can sign in can neither be demoted nor deactivated nor erased;
 * and nobody does to themselves what another administrator or their own password should decide: `own_account`.
 */
export interface UserManagement {
  /** Makes the account with an invitation link, mailed where mail is set up. @throws AppError `email_taken` */
  invite(caller: Caller, user: NewUser): Promise<InvitedUser>;
  /**
   * Deactivating ends all sessions, tokens and links at once; a new address ends the open links.
   * @throws AppError `user_not_found`, `email_taken`, `last_administrator`, `own_account`, `user_erased`
   */
  edit(caller: Caller, user_id: string, edit: UserEdit): Promise<UserSummary>;
  /**
   * A mail that cannot be sent is told in the answer; the link holds all the same.
   * @throws AppError `user_not_found`, `user_not_active`, `mail_unavailable`, `own_account`
   */
  giveLink(
    caller: Caller,
    user_id: string,
    request: { readonly kind: "invitation" | "password_reset"; readonly mail: boolean },
  ): Promise<GivenLink>;
  /** Also ends the person's sessions. @throws AppError `user_not_found`, `own_account` */
  resetSecondFactor(caller: Caller, user_id: string): Promise<UserSummary>;
  /** Everything that is stored about a person, as one JSON value. @throws AppError `user_not_found` */
  exportPersonalData(user_id: string): Promise<Readonly<Record<string, unknown>>>;
  /**
   * Removes name, e-mail, sign-in, sessions, tokens, saved views and places of their audit entries; units and costs stay with a
   * placeholder. @throws AppError `user_not_found`, `erasure_unconfirmed`, `last_administrator`, `own_account`
   */
  erase(caller: Caller, user_id: string, confirmed_name: string): Promise<UserSummary>;
}
