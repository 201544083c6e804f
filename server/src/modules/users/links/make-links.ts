import { createHash, randomBytes } from "node:crypto";
import type { Database, Transaction } from "../../../platform/database.ts";
import { userErrors } from "../errors.ts";
import { findFirstAdministrator } from "../repo.ts";
import { findSignInWays, touchUser } from "../sign-in/repo.ts";
import type { LinkKind } from "./models.ts";
import {
  findByEmail,
  findPerson,
  findUnclaimedAdministrator,
  insertAdministrator,
  insertLink,
  makeActiveAdministrator,
  revokeLinks,
} from "./repo.ts";
import type { AskedAdministrator, MadeLink } from "./service.ts";

const hour = 3_600;
const day = 24 * hour;

/** How long links can be used, in seconds. */
const lifetimes: Readonly<Record<LinkKind, number>> = {
  first_administrator: hour,
  local_sign_in: day,
  invitation: 7 * day,
  password_reset: day,
};

/** 256 random bits need no slow hash. */
export function hashLinkSecret(secret: string): Buffer {
  return createHash("sha256").update(secret, "utf8").digest();
}

async function make(
  database: Database | Transaction,
  kind: LinkKind,
  user_id: string,
  created_by: string | null,
): Promise<MadeLink> {
  const secret = randomBytes(32).toString("base64url");
  const secret_sha256 = hashLinkSecret(secret);
  const seconds = lifetimes[kind];
  const expires_at = await insertLink(database, { kind, user_id, secret_sha256, created_by, seconds });
  return { kind, path: `/setup/${secret}`, expires_at };
}

/** See `LinkService.makeLink`. */
export async function makeLinkFor(
  database: Database,
  kind: LinkKind,
  user_id: string,
  created_by: string | null,
): Promise<MadeLink> {
  const person = await findPerson(database, user_id);
  if (person === null) throw userErrors.create("user_not_found", "There is no user with this id.");
  if (!person.is_active)
    throw userErrors.create("user_not_active", "The account is not active. Activate it first.");
  return database.transaction().execute(async (transaction) => {
    await revokeLinks(transaction, user_id, kind);
    const link = await make(transaction, kind, user_id, created_by);
    // How long an invitation lives is on show.
    await touchUser(transaction, user_id);
    return link;
  });
}

/** See `LinkService.makeSetUpLink`. Links that other servers printed stay good until one of them is used. */
export async function makeSetUpLink(database: Database, is_local: boolean): Promise<MadeLink | null> {
  if ((await findSignInWays(database)).has_administrator) return null;
  const user_id =
    (await findUnclaimedAdministrator(database)) ??
    (await insertAdministrator(database, "Local administrator", null));
  return make(database, is_local ? "local_sign_in" : "first_administrator", user_id, null);
}

/** See `LinkService.makeAdministratorLink`. */
export async function makeAdministratorLink(
  database: Database,
  { name, email }: AskedAdministrator,
): Promise<MadeLink & { readonly user_id: string }> {
  const known = email === undefined ? null : await findByEmail(database, email);
  if (known?.is_chosen === true)
    throw userErrors.create(
      "email_taken",
      `The account with ${email} was given this address by its own person, and no administrator has confirmed it. Make an administrator without --email, and look at the account under Users.`,
    );
  if (known !== null) {
    await makeActiveAdministrator(database, known.id);
    return { ...(await makeLinkFor(database, "password_reset", known.id, null)), user_id: known.id };
  }
  if (email !== undefined) {
    const invited = await insertAdministrator(database, name ?? email, email);
    return { ...(await make(database, "invitation", invited, null)), user_id: invited };
  }
  const user_id =
    (await findUnclaimedAdministrator(database)) ??
    (await insertAdministrator(database, name ?? "New administrator", null));
  return { ...(await make(database, "first_administrator", user_id, null)), user_id };
}

/** See `LinkService.makeLocalLink`. */
export async function makeLocalLink(database: Database): Promise<MadeLink & { readonly user_id: string }> {
  const user_id =
    (await findUnclaimedAdministrator(database)) ?? (await findFirstAdministrator(database))?.id ?? null;
  if (user_id === null)
    throw userErrors.create(
      "user_not_found",
      "There is no active administrator. Make one with create-admin.",
    );
  return { ...(await make(database, "local_sign_in", user_id, null)), user_id };
}
