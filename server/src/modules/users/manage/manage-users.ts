import type { Caller } from "../../../platform/caller.ts";
import type { Database, Transaction } from "../../../platform/database.ts";
import type { Mailer } from "../../../platform/mail.ts";
import { mailIsNotConfigured } from "../../../platform/mail.ts";
import { userErrors } from "../errors.ts";
import { revokeLinks, revokeLinksMadeBy } from "../links/repo.ts";
import type { LinkService, MadeLink } from "../links/service.ts";
import type { UserSummary } from "../models.ts";
import { deleteSessions } from "../sessions/repo.ts";
import { touchUser } from "../sign-in/repo.ts";
import { isUniqueViolation } from "../unique-violation.ts";
import { requireOtherAdministrator } from "./last-administrator.ts";
import { linkMailWords } from "./mail-words.ts";
import type { GivenLink, UserEdit } from "./models.ts";
import type { PersonalData } from "./personal-data.ts";
import {
  clearSecondFactorFlag,
  deleteSecondFactor,
  endTokens,
  findUser,
  insertUser,
  lockAdministrators,
  lockUser,
  type ManagedUser,
  updateUser,
} from "./repo.ts";
import type { UserManagement } from "./service.ts";

export interface UserManagementOptions {
  readonly database: Database;
  readonly links: Pick<LinkService, "makeLink">;
  readonly mailer: Mailer;
  /** Where people reach the dashboard, without a slash at its end. */
  readonly origin: () => string;
  readonly personalData: PersonalData;
  /** @throws AppError `user_not_found` */
  readonly getUser: (user_id: string) => Promise<UserSummary>;
}

/** What administrators do with the accounts of the database. */
export function createUserManagement(options: UserManagementOptions): UserManagement {
  const { database, personalData, getUser } = options;
  return {
    async invite(caller, user) {
      const id = await refuseTakenEmail(user.email, () => insertUser(database, user));
      const made = await options.links.makeLink("invitation", id, caller.id);
      const mail = options.mailer.isConfigured;
      const link = await handOver(options, caller, user, made, "invitation", mail);
      return { user: await getUser(id), link };
    },
    async edit(caller, user_id, edit) {
      await refuseTakenEmail(edit.email ?? "", () =>
        database.transaction().execute((transaction) => editUser(transaction, caller, user_id, edit)),
      );
      return getUser(user_id);
    },
    async giveLink(caller, user_id, { kind, mail }) {
      refuseOnOneself(caller, user_id, "Change your own password under Settings, Account.");
      const user = requireUser(await findUser(database, user_id));
      if (mail) requireMail(options.mailer, user);
      const made = await options.links.makeLink(kind, user_id, caller.id);
      return handOver(options, caller, user, made, kind, mail);
    },
    async resetSecondFactor(caller, user_id) {
      refuseOnOneself(caller, user_id, "Change your own second factor under Settings, Account.");
      await database.transaction().execute(async (transaction) => {
        requireUser(await lockUser(transaction, user_id));
        await deleteSecondFactor(transaction, user_id);
        await clearSecondFactorFlag(transaction, user_id);
        await deleteSessions(transaction, user_id, null);
        await touchUser(transaction, user_id);
      });
      return getUser(user_id);
    },
    async exportPersonalData(user_id) {
      return personalData.list(await getUser(user_id));
    },
    async erase(caller, user_id, confirmed_name) {
      refuseOnOneself(caller, user_id, "Another administrator can erase your data.");
      await database.transaction().execute(async (transaction) => {
        await lockAdministrators(transaction);
        const user = requireUser(await lockUser(transaction, user_id));
        if (confirmed_name !== user.name)
          throw userErrors.create(
            "erasure_unconfirmed",
            "The name is not the one of this account. Give it exactly as it is shown; nothing was erased.",
          );
        await requireOtherAdministrator(transaction, user);
        await personalData.erase(transaction, user);
      });
      return getUser(user_id);
    },
  };
}

async function editUser(
  transaction: Transaction,
  caller: Caller,
  user_id: string,
  edit: UserEdit,
): Promise<void> {
  const { role, is_active, email } = edit;
  if (is_active === false || (role !== undefined && role !== "admin")) await lockAdministrators(transaction);
  const user = requireUser(await lockUser(transaction, user_id));
  if (user.erased_at !== null)
    throw userErrors.create(
      "user_erased",
      "This account was erased and stays as it is. Invite the person again.",
    );
  if (caller.id === user_id) refuseOwnEdit(user, edit);
  if (is_active === false || (role !== undefined && role !== "admin"))
    await requireOtherAdministrator(transaction, user);
  await updateUser(transaction, user_id, edit);
  // Activating ends them too: a session may have begun in the moment of the deactivation.
  const isSwitched = is_active !== undefined && is_active !== user.is_active;
  // Open links may lie in the mailbox of the former address.
  if (isSwitched || (email !== undefined && email !== user.email))
    await revokeLinks(transaction, user_id, null);
  // Each of them is a way into an account that whoever made it knows.
  if (user.role === "admin" && (is_active === false || (role !== undefined && role !== "admin")))
    await revokeLinksMadeBy(transaction, user_id);
  if (!isSwitched) return;
  await deleteSessions(transaction, user_id, null);
  await endTokens(transaction, user_id);
}

/** One's own address is changed where the password is asked for; the rest is another administrator's to decide. */
function refuseOwnEdit(user: ManagedUser, { role, is_active, email }: UserEdit): void {
  if ((role === undefined || role === user.role) && is_active !== false) {
    if (email === undefined || email === user.email) return;
    throw userErrors.create("own_account", "Change your own e-mail address under Settings, Account.");
  }
  throw userErrors.create(
    "own_account",
    "Nobody changes their own role or deactivates themselves. Ask another administrator.",
  );
}

function refuseOnOneself(caller: Caller, user_id: string, instead: string): void {
  if (caller.id !== user_id) return;
  throw userErrors.create("own_account", `This is not for one's own account. ${instead}`);
}

function requireUser(user: ManagedUser | null): ManagedUser {
  if (user === null) throw userErrors.create("user_not_found", "There is no user with this id.");
  return user;
}

async function refuseTakenEmail<Result>(email: string, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (!isUniqueViolation(error, "users_email_key") && !isUniqueViolation(error, "user_email_key"))
      throw error;
    throw userErrors.create(
      "email_taken",
      `Somebody has an account with ${email} already. Look for it in the list, with inactive accounts too.`,
      { cause: error },
    );
  }
}

function requireMail(mailer: Mailer, user: ManagedUser): void {
  if (!mailer.isConfigured) throw userErrors.create("mail_unavailable", mailIsNotConfigured);
  if (user.email === null)
    throw userErrors.create(
      "mail_unavailable",
      "This account has no e-mail address. Hand the link over yourself.",
    );
}

/** The link with its whole address; also when no mail could be sent, so that it can be handed over in another way. */
async function handOver(
  { mailer, origin }: UserManagementOptions,
  caller: Caller,
  { email, role }: Pick<ManagedUser, "email" | "role">,
  { path, expires_at }: MadeLink,
  kind: "invitation" | "password_reset",
  mail: boolean,
): Promise<GivenLink> {
  const url = `${origin()}${path}`;
  if (!mail || email === null) return { url, expires_at, mailed_to: null, mail_problem: null };
  const words = linkMailWords({ kind, from_name: caller.name, role, url, expires_at });
  const mail_problem = await mailer.send({ to: email, ...words });
  return { url, expires_at, mailed_to: mail_problem === null ? email : null, mail_problem };
}
