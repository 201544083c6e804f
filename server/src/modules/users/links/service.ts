import type { SignInAnswer } from "../sign-in/models.ts";
import type { Sender, WithCookies } from "../sign-in/service.ts";
import type { LinkKind, LinkUse, SignInLink } from "./models.ts";

/** A link as its maker gets it: the only time that its secret is known. */
export interface MadeLink {
  readonly kind: LinkKind;
  /** Below the dashboard's address: `/setup/<secret>`. */
  readonly path: string;
  readonly expires_at: string;
}

/**
 * An administrator as whoever owns the machine asks for one. With the e-mail address of an account that account becomes an
 * active administrator and gets a link for a new password; with another one an administrator is invited; without one the link
 * asks for name, e-mail address and password.
 */
export interface AskedAdministrator {
  readonly name?: string | undefined;
  /** In lower case. */
  readonly email?: string | undefined;
}

/** Links that work once. Only a hash of the secret is stored. */
export interface LinkService {
  /**
   * The link that whoever starts the server gets while no administrator can sign in; null otherwise. `is_local`: it signs the
   * local administrator in without asking for anything. Lasts an hour; local ones a day.
   */
  makeSetUpLink(is_local: boolean): Promise<MadeLink | null>;
  /** The way back in for whoever owns the machine; see `AskedAdministrator`. @throws AppError `user_not_active` for an erased account */
  makeAdministratorLink(asked: AskedAdministrator): Promise<MadeLink & { readonly user_id: string }>;
  /** Signs whoever owns the machine in: as the local administrator, else as the first one. @throws AppError `user_not_found` */
  makeLocalLink(): Promise<MadeLink & { readonly user_id: string }>;
  /** For an account that exists. Former links of the same kind end. @throws AppError `user_not_found`, `user_not_active` */
  makeLink(
    kind: "invitation" | "password_reset" | "local_sign_in",
    user_id: string,
    created_by: string | null,
  ): Promise<MadeLink>;
  /** @throws AppError `link_invalid` for one that is unknown, used, expired or ended, always in the same words */
  look(sender: Sender, secret: string): Promise<SignInLink>;
  /** Uses the link up and signs in, in one transaction. @throws AppError `link_invalid`, `password_weak`, `email_taken`, `request_invalid` */
  use(sender: Sender, use: LinkUse): Promise<WithCookies<SignInAnswer>>;
}
