import { randomBytes, randomUUID } from "node:crypto";
import type { Caller } from "../../../platform/caller.ts";
import type { Database } from "../../../platform/database.ts";
import { userErrors } from "../errors.ts";
import { revokeLinks } from "../links/repo.ts";
import { deleteSessions, findSessionFacts, insertSession } from "../sessions/repo.ts";
import { isUniqueViolation } from "../unique-violation.ts";
import { requireStrongPassword } from "./password-strength.ts";
import { hashPassword } from "./passwords.ts";
import { provePassword } from "./prove-password.ts";
import {
  deleteChallenges,
  ensureSignInUser,
  findAccountState,
  findPasswordHash,
  hasProvider,
  lockActivePerson,
  noteAddress,
  putPassword,
  updatePerson,
} from "./repo.ts";
import type { Sender, SignInService } from "./service.ts";
import { sessionCookie } from "./session-cookie.ts";
import type { SignInOptions } from "./sign-in-options.ts";
import { hashedKey, type Throttle } from "./throttle.ts";

const addressChanges = 5;
const renames = 20;

/** What people change of their own account. */
export function createAccountChanges(
  options: SignInOptions,
): Pick<SignInService, "rename" | "changePassword"> {
  const { database, auth, cookies, policy, throttle } = options;
  return {
    async rename({ id }, name) {
      // Each is an entry of the audit log for ever.
      await throttle.take([{ key: hashedKey("name", id), free: renames }]);
      await updatePerson(database, id, { name });
    },
    async changePassword(sender, caller, { current_password, new_password, email }) {
      const proved = await requireProof(database, throttle, caller, current_password);
      const hasPassword = proved !== null;
      const account = await findAccountState(database, caller.id);
      const address = email ?? account?.email ?? null;
      if (address === null) throw incomplete("email", "Give an e-mail address too, to sign in with.");
      if (new_password === undefined && !hasPassword)
        throw incomplete("new_password", "Give a password too, to sign in with.");
      if (new_password !== undefined) await requireStrongPassword(new_password, [caller.name, address]);
      const hash = new_password === undefined ? undefined : await hashPassword(new_password);
      const isMoved = email !== undefined && email !== account?.email;
      // Whether an address is taken says who has an account: it is not asked for often.
      if (isMoved) await throttle.take([{ key: hashedKey("email", caller.id), free: addressChanges }]);
      const token = await replaceSessions(options, sender, caller, {
        ...{ hash, email: isMoved ? email : undefined, proved },
      });
      const [secret = ""] = auth.secrets();
      return {
        answer: null,
        cookies: [sessionCookie(cookies, secret, token, policy.absolute_seconds)],
        user_id: caller.id,
      };
    },
  };
}

/**
 * The current password, of whoever has one. Who has none came by a link of this machine, and that session is the proof; who
 * came by single sign-on cannot open a way around it. Answers the hash that it fits, null without one.
 */
async function requireProof(
  database: Database,
  throttle: Throttle,
  { id }: Caller,
  current: string | undefined,
): Promise<string | null> {
  const stored = await findPasswordHash(database, id);
  if (stored === null && !(await hasProvider(database, id))) return null;
  if (stored === null)
    throw userErrors.create(
      "password_wrong",
      "You sign in by single sign-on. For a password, ask an administrator for a link.",
    );
  await provePassword(throttle, id, stored, current ?? "");
  return stored;
}

function incomplete(field: "email" | "new_password", sentence: string) {
  return userErrors.create("link_incomplete", sentence, {
    details: { issues: [{ field, message: "is asked for" }] },
  });
}

interface ProvedChange {
  readonly hash: string | undefined;
  readonly email: string | undefined;
  /** The hash that the current password fits; null for whoever has none. */
  readonly proved: string | null;
}

/** Stores what was given of password and address, ends all sessions of the person and begins one in place of the current one. Answers its token. */
async function replaceSessions(
  { database, policy }: SignInOptions,
  { headers, address }: Sender,
  { id: user_id, role, proof }: Caller,
  { hash, email, proved }: ProvedChange,
): Promise<string> {
  const token = randomBytes(24).toString("base64url");
  try {
    await database.transaction().execute(async (transaction) => {
      // The hash took a while, in which the account may have been deactivated, erased, or given another password.
      if (
        !(await lockActivePerson(transaction, user_id)) ||
        (await findPasswordHash(transaction, user_id)) !== proved
      )
        throw userErrors.create("password_wrong", "This is not your password any more. Sign in again.");
      const former =
        proof.kind === "session" ? await findSessionFacts(transaction, proof.session_id, policy) : null;
      await ensureSignInUser(transaction, user_id);
      await updatePerson(transaction, user_id, { email });
      if (email !== undefined) await noteAddress(transaction, user_id, { is_verified: role === "admin" });
      if (hash !== undefined) await putPassword(transaction, user_id, hash);
      // Whoever has a link to the account has a way to another password.
      await revokeLinks(transaction, user_id, null);
      await deleteSessions(transaction, user_id, null);
      await deleteChallenges(transaction, user_id);
      await insertSession(transaction, {
        ...{ id: randomUUID(), token, user_id, address, method: former?.method ?? "password" },
        user_agent: headers.get("user-agent")?.slice(0, 300) ?? "",
        seconds: policy.absolute_seconds,
        // A first password is no proof of who sets it.
        verified_at: proved !== null ? null : (former?.verified_at ?? null),
      });
    });
  } catch (error) {
    if (!isUniqueViolation(error, "users_email_key")) throw error;
    throw userErrors.create("email_taken", "There is an account with this e-mail address already.", {
      cause: error,
    });
  }
  return token;
}
