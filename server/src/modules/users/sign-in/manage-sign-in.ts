import { networkOf } from "../../../platform/address-network.ts";
import type { Database } from "../../../platform/database.ts";
import { userErrors } from "../errors.ts";
import { endShownSession } from "../sessions/end-session.ts";
import { findSessionFacts, noteSignIn } from "../sessions/repo.ts";
import { createAccountChanges } from "./account-changes.ts";
import type { Auth } from "./auth.ts";
import { authHeaders, callLibrary } from "./library-calls.ts";
import type { SignInAnswer } from "./models.ts";
import {
  findAccountState,
  findActiveByEmail,
  findSignInWays,
  isKnownPlace,
  noteSignInPlace,
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
      const ticket = await throttle.take(counted);
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
  const called = await callLibrary(() =>
    auth.get().api.signInEmail({ body: { email, password }, headers, returnHeaders: true }),
  );
  const person = await findActiveByEmail(database, email);
  if (person !== null) sender.recognised?.(person.id);
  if (called.is_refused || person === null)
    throw userErrors.create(
      "sign_in_refused",
      "E-mail address and password do not belong together, or the account cannot be used.",
    );
  const cookies = called.answer.headers.getSetCookie();
  // The second factor's hook answers in place of the session.
  if ("twoFactorRedirect" in called.answer.response)
    return { answer: { status: "second_factor_needed" }, cookies, user_id: person.id };
  await endShownSession(options, sender.headers);
  await noteSignIn(database, person.id, policy);
  await noteSignInPlace(database, person.id, sender.address);
  return { answer: { status: "signed_in" }, cookies, user_id: person.id };
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
