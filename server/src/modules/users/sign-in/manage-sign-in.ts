import { networkOf } from "../../../platform/address-network.ts";
import type { Database } from "../../../platform/database.ts";
import { userErrors } from "../errors.ts";
import { endShownSession } from "../sessions/end-session.ts";
import { findSessionFacts, noteSignIn } from "../sessions/repo.ts";
import { createAccountChanges } from "./account-changes.ts";
import type { Auth } from "./auth.ts";
import { authHeaders, callLibrary } from "./library-calls.ts";
import type { SignInAnswer } from "./models.ts";
import { hashPassword, isOutdatedHash, isRightPassword } from "./passwords.ts";
import {
  deleteChallenges,
  findAccountState,
  findActiveByEmail,
  findPasswordHash,
  findPasswordHashOf,
  findSignInWays,
  isKnownPlace,
  lockActivePerson,
  noteSignInPlace,
  renewPasswordHash,
} from "./repo.ts";
import { createSecondFactor } from "./second-factor.ts";
import type { Sender, SignInService, WithCookies } from "./service.ts";
import { sessionCookie } from "./session-cookie.ts";
import type { SignInOptions } from "./sign-in-options.ts";
import { createSingleSignOn } from "./single-sign-on.ts";
import { addressKey, hashedKey } from "./throttle.ts";

const accountGuesses = 5;
const addressGuesses = 20;

/** Sign-in by the library, with our throttle in front and our rows as the truth. */
export function createSignInService(options: SignInOptions): SignInService {
  const { database, auth, throttle, cookies } = options;
  return {
    getState: createStateReader(options),
    async signIn(sender, email, password) {
      const { account, counted } = await keysOf(database, sender, email);
      const ticket = await throttle.take(counted).catch(async (error: unknown) => {
        await tellAccount(database, sender, email);
        throw error;
      });
      const answered = await signInUncounted(options, sender, email, password);
      await ticket.giveBack([account]);
      return answered;
    },
    ...createSecondFactor(options),
    ...createSingleSignOn(options),
    ...createAccountChanges(options),
    async signOut({ headers }) {
      const [secret = ""] = auth.secrets();
      const user_id = await endShownSession(options, headers);
      return { answer: null, cookies: [sessionCookie(cookies, secret, null, 0)], user_id };
    },
  };
}

/**
 * What an attempt counts against. Whoever signed in to the account from the same address within 30 days has a count of their own
 * there and no other: strangers make only other strangers wait, and cannot keep the owner out, be it that they guess elsewhere or
 * behind the same address.
 */
async function keysOf(database: Database, { address }: Sender, email: string) {
  if (await isKnownPlace(database, email, address)) {
    const account = hashedKey("known", `${networkOf(address)} ${email}`);
    return { account, counted: [{ key: account, free: accountGuesses }] };
  }
  const account = hashedKey("account", email);
  const ofAddress = { key: addressKey("address", address), free: addressGuesses };
  return { account, counted: [ofAddress, { key: account, free: accountGuesses }] };
}

/** Whose account a guess is aimed at, for the audit log; the answer says nothing of it. */
async function tellAccount(
  database: Database,
  { recognised }: Sender,
  email: string,
): Promise<{ readonly id: string } | null> {
  const person = await findActiveByEmail(database, email);
  if (person !== null) recognised?.(person.id);
  return person;
}

/**
 * Signs in without counting. The same words and about the same time for unknown, inactive and passwordless accounts: the
 * library hashes for them too.
 */
export async function signInUncounted(
  options: SignInOptions,
  sender: Sender,
  email: string,
  password: string,
): Promise<WithCookies<SignInAnswer>> {
  const { database, auth, policy } = options;
  const headers = authHeaders(options, sender, []);
  const checked = await findPasswordHashOf(database, email);
  const called = await callLibrary(() =>
    auth.get().api.signInEmail({ body: { email, password }, headers, returnHeaders: true }),
  );
  const person = await tellAccount(database, sender, email);
  if (called.is_refused || person === null) throw refused();
  const cookies = called.answer.headers.getSetCookie();
  if (!(await isStillPassword(database, person.id, checked, password))) {
    const cookie = cookies.map((line) => line.split(";")[0] ?? "").join("; ");
    await endShownSession(options, new Headers({ cookie }));
    await deleteChallenges(database, person.id);
    throw refused();
  }
  await renewHash(database, person.id, password);
  // The second factor's hook answers in place of the session.
  if ("twoFactorRedirect" in called.answer.response)
    return { answer: { status: "second_factor_needed" }, cookies, user_id: person.id };
  await endShownSession(options, sender.headers);
  await noteSignIn(database, person.id, policy);
  await noteSignInPlace(database, person.id, sender.address);
  return { answer: { status: "signed_in" }, cookies, user_id: person.id };
}

/** Hashes a password anew that proved right, when its hash was made with less work than today's. */
async function renewHash(database: Database, user_id: string, password: string): Promise<void> {
  const former = await findPasswordHash(database, user_id);
  if (former === null || !isOutdatedHash(former)) return;
  await renewPasswordHash(database, user_id, { former, hash: await hashPassword(password) });
}

function refused() {
  return userErrors.create(
    "sign_in_refused",
    "E-mail address and password do not belong together, or the account cannot be used.",
  );
}

/**
 * Whether the password is still the one that was checked: its change ends all sessions, and must find the one that was made
 * meanwhile, or be found by it. Waits for a change that is under way.
 */
function isStillPassword(database: Database, user_id: string, checked: string | null, password: string) {
  return database.transaction().execute(async (transaction) => {
    if (!(await lockActivePerson(transaction, user_id))) return false;
    const stored = await findPasswordHash(transaction, user_id);
    return stored === checked || isRightPassword(stored, password);
  });
}

/** What the dashboard asks first. */
function createStateReader(options: SignInOptions): SignInService["getState"] {
  const { database, auth, policy, needsSecondFactor, single_sign_on, is_local } = options;
  return async (caller) => {
    const ways = await findSignInWays(database);
    const common = {
      sign_in: { password: ways.has_password, single_sign_on },
      needs_set_up: !ways.has_administrator,
      is_local,
    };
    const account = caller === null ? null : await findAccountState(database, caller.id);
    if (caller === null || account === null) return { ...nobody, ...common };
    const session_id = caller.proof.kind === "session" ? caller.proof.session_id : null;
    const session = session_id === null ? null : await findSessionFacts(database, session_id, policy);
    return {
      user: { id: caller.id, name: caller.name, email: account.email, role: caller.role },
      proof: caller.proof.kind,
      second_factor: {
        is_on: account.has_second_factor,
        is_required: needsSecondFactor(caller.role) && session?.method !== "single_sign_on",
        backup_codes_left: account.has_second_factor ? await countBackupCodes(auth.get(), caller.id) : null,
      },
      has_password: account.has_password,
      session_id,
      expires_at: session?.expires_at ?? null,
      ...common,
    };
  };
}

const nobody = {
  user: null,
  proof: null,
  second_factor: null,
  has_password: null,
  session_id: null,
  expires_at: null,
};

async function countBackupCodes(auth: Auth, userId: string): Promise<number> {
  const called = await callLibrary(() => auth.api.viewBackupCodes({ body: { userId } }));
  return called.is_refused ? 0 : called.answer.backupCodes.length;
}
