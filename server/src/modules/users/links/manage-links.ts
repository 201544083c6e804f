import { randomBytes, randomUUID } from "node:crypto";
import type { Database, Transaction } from "../../../platform/database.ts";
import { createLimit } from "../../../platform/limit.ts";
import { userErrors } from "../errors.ts";
import { endShownSession } from "../sessions/end-session.ts";
import { deleteSessions, insertSession, noteSignIn } from "../sessions/repo.ts";
import type { AuthSource } from "../sign-in/auth.ts";
import type { SignInAnswer } from "../sign-in/models.ts";
import { requireStrongPassword } from "../sign-in/password-strength.ts";
import { hashPassword } from "../sign-in/passwords.ts";
import {
  deleteChallenges,
  ensureSignInUser,
  noteSignInPlace,
  putPassword,
  updatePerson,
} from "../sign-in/repo.ts";
import type { Sender, WithCookies } from "../sign-in/service.ts";
import { type CookieStyle, sessionCookie } from "../sign-in/session-cookie.ts";
import type { SessionPolicy } from "../sign-in/session-policy.ts";
import { addressKey, type Throttle } from "../sign-in/throttle.ts";
import { isUniqueViolation } from "../unique-violation.ts";
import {
  hashLinkSecret,
  makeAdministratorLink,
  makeLinkFor,
  makeLocalLink,
  makeSetUpLink,
} from "./make-links.ts";
import type { LinkUse, SignInLink } from "./models.ts";
import { findOpenLink, lockPerson, type OpenLink, revokeLinks, useLink } from "./repo.ts";
import type { LinkService } from "./service.ts";

export interface LinkOptions {
  readonly database: Database;
  readonly auth: AuthSource;
  readonly cookies: CookieStyle;
  readonly policy: SessionPolicy;
  readonly throttle: Throttle;
  /** Asks whoever has a second factor for it after a new password. */
  readonly signIn: (sender: Sender, email: string, password: string) => Promise<WithCookies<SignInAnswer>>;
  /** Loopback with the embedded database: only there a link signs in without asking for anything. */
  readonly is_local: boolean;
}

type Answers = Partial<Record<"name" | "email" | "password", string | undefined>>;
type Asked = SignInLink["asks_for"];

/** As many as passwords are hashed at once: whoever waits looks again before hashing for a link that is used by then. */
const usesAtOnce = 3;

/** The links of the database. */
export function createLinkService(options: LinkOptions): LinkService {
  const { database, throttle } = options;
  const turns = createLimit(usesAtOnce);

  async function find({ address }: Sender, secret: string): Promise<OpenLink> {
    const ticket = await throttle.take([{ key: addressKey("link", address), free: 100 }]);
    const link = await findOpenLink(database, hashLinkSecret(secret));
    if (link === null || (link.kind === "local_sign_in" && !options.is_local)) throw invalid();
    await ticket.giveBack();
    return link;
  }

  return {
    makeSetUpLink: (is_local) => makeSetUpLink(database, is_local),
    makeAdministratorLink: (asked) => makeAdministratorLink(database, asked),
    makeLocalLink: () => makeLocalLink(database),
    makeLink: (kind, user_id, created_by) => makeLinkFor(database, kind, user_id, created_by),
    async look(sender, secret) {
      const { kind, name, email, role, expires_at } = await find(sender, secret);
      return { kind, name, email, role, expires_at, asks_for: asksFor({ kind, email }) };
    },
    async use(sender, use) {
      const link = await find(sender, use.token);
      const asked = await readAnswers(link, use);
      const token = randomBytes(24).toString("base64url");
      // A new password does not stand in for the second factor.
      const opensSession = !link.has_second_factor || link.kind === "local_sign_in";
      await turns.acquire();
      try {
        const hash = await hashAsked(database, use.token, asked);
        await apply(options, link, async (transaction) => {
          await settle(transaction, link, asked, hash);
          if (opensSession) await open(options, transaction, sender, link, token);
        });
      } finally {
        turns.release();
      }
      if (opensSession) {
        await endShownSession(options, sender.headers);
        return signedIn(options, link, token);
      }
      return options.signIn(sender, asked.email ?? link.email ?? "", asked.password ?? "");
    },
  };
}

function invalid() {
  return userErrors.create(
    "link_invalid",
    "This link does not work: it was used, has expired, or was never made. Ask for a new one.",
  );
}

function asksFor({ kind, email }: Pick<OpenLink, "kind" | "email">): Asked {
  if (kind === "local_sign_in") return [];
  if (kind === "first_administrator") return ["name", "email", "password"];
  return email === null ? ["email", "password"] : ["password"];
}

/** What was asked for and nothing else; a name may be corrected. */
async function readAnswers(link: OpenLink, { name, email, password }: LinkUse): Promise<Answers> {
  const asked = asksFor(link);
  const given = { name, email, password };
  const missing = asked.filter((field) => given[field] === undefined);
  if (missing.length > 0)
    throw userErrors.create("link_incomplete", `This link asks for ${missing.join(", ")} too.`, {
      details: { issues: missing.map((field) => ({ field, message: "is asked for" })) },
    });
  const answers = {
    name: asked.length > 0 ? name : undefined,
    email: asked.includes("email") ? email : undefined,
    password: asked.includes("password") ? password : undefined,
  };
  if (answers.password !== undefined)
    await requireStrongPassword(answers.password, [
      answers.email ?? link.email ?? "",
      answers.name ?? link.name,
    ]);
  return answers;
}

/** Uses the link up and does the rest in one transaction; of two requests with one link the second finds it used. */
async function apply(
  { database }: LinkOptions,
  link: OpenLink,
  work: (transaction: Transaction) => Promise<void>,
): Promise<void> {
  try {
    await database.transaction().execute(async (transaction) => {
      await lockPerson(transaction, link.user_id);
      if (!(await useLink(transaction, link.id))) throw invalid();
      await work(transaction);
    });
  } catch (error) {
    if (!isUniqueViolation(error, "users_email_key")) throw error;
    throw userErrors.create("email_taken", "There is an account with this e-mail address already.", {
      cause: error,
    });
  }
}

/**
 * The hash of a new password, for a link that is still open. Made before the transaction: hashes wait for one another, and would do
 * so with a connection in hand.
 */
async function hashAsked(database: Database, secret: string, { password }: Answers): Promise<string | null> {
  if (password === undefined) return null;
  if ((await findOpenLink(database, hashLinkSecret(secret))) === null) throw invalid();
  return hashPassword(password);
}

async function settle(
  transaction: Transaction,
  link: OpenLink,
  { name, email }: Answers,
  hash: string | null,
): Promise<void> {
  // Whoever signs in on this machine may do so again by another link that was printed.
  if (link.kind !== "local_sign_in") await revokeLinks(transaction, link.user_id, null);
  await ensureSignInUser(transaction, link.user_id);
  await updatePerson(transaction, link.user_id, { name, email });
  if (hash === null) return;
  await putPassword(transaction, link.user_id, hash);
  await deleteSessions(transaction, link.user_id, null);
  await deleteChallenges(transaction, link.user_id);
}

async function open(
  { policy }: LinkOptions,
  transaction: Transaction,
  { headers, address }: Sender,
  { user_id }: OpenLink,
  token: string,
): Promise<void> {
  await insertSession(transaction, {
    ...{ id: randomUUID(), token, user_id, method: "link", address },
    user_agent: headers.get("user-agent")?.slice(0, 300) ?? "",
    ...{ seconds: policy.absolute_seconds, verified_at: null },
  });
  await noteSignIn(transaction, user_id, policy);
  await noteSignInPlace(transaction, user_id, address);
}

function signedIn(
  { auth, cookies, policy }: LinkOptions,
  { user_id }: OpenLink,
  token: string,
): WithCookies<SignInAnswer> {
  const [secret = ""] = auth.secrets();
  return {
    answer: { status: "signed_in" },
    cookies: [sessionCookie(cookies, secret, token, policy.absolute_seconds)],
    user_id,
  };
}
