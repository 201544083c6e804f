import { symmetricDecrypt } from "better-auth/crypto";
import type { Caller } from "../../../platform/caller.ts";
import type { Database } from "../../../platform/database.ts";
import { userErrors } from "../errors.ts";
import { endShownSession } from "../sessions/end-session.ts";
import { deleteNamedSessions, listSessions, noteSignIn } from "../sessions/repo.ts";
import type { Auth } from "./auth.ts";
import { authHeaders, callLibrary } from "./library-calls.ts";
import {
  claimStep,
  findAccountState,
  findChallenged,
  findEncryptedSecret,
  isActiveUser,
  noteSignInPlace,
  touchUser,
} from "./repo.ts";
import type { Sender, SignInService } from "./service.ts";
import { challengeCookieName, readSignedCookie, sessionCookieName } from "./session-cookie.ts";
import type { SignInOptions } from "./sign-in-options.ts";
import { hashedKey } from "./throttle.ts";
import { findStep } from "./totp.ts";

const codeGuesses = 5;

type SecondFactorPart = Pick<
  SignInService,
  | "verifySecondFactor"
  | "beginSecondFactor"
  | "confirmSecondFactor"
  | "makeBackupCodes"
  | "removeSecondFactor"
>;

/** The second factor: the library keeps and checks it, we see to it that a code works once and guesses are few. */
export function createSecondFactor(options: SignInOptions): SecondFactorPart {
  return {
    verifySecondFactor: (sender, code) => finishSignIn(options, sender, code),
    ...createSetUp(options),
    async makeBackupCodes(sender, caller, password) {
      const headers = sessionHeaders(options, sender);
      const answer = await withPassword(options, caller, () =>
        options.auth.get().api.generateBackupCodes({ body: { password }, headers }),
      );
      await touchUser(options.database, caller.id);
      return answer.backupCodes;
    },
    async removeSecondFactor(sender, caller, password) {
      const { database, auth, needsSecondFactor } = options;
      if (needsSecondFactor(caller.role))
        throw userErrors.create(
          "second_factor_needed_by_role",
          "Your role asks for a second factor. To move to another app, let an administrator reset it.",
        );
      const headers = sessionHeaders(options, sender);
      const { headers: answered } = await withPassword(options, caller, () =>
        auth.get().api.disableTwoFactor({ body: { password }, headers, returnHeaders: true }),
      );
      await touchUser(database, caller.id);
      return { answer: null, cookies: answered.getSetCookie(), user_id: caller.id };
    },
  };
}

function createSetUp(
  options: SignInOptions,
): Pick<SecondFactorPart, "beginSecondFactor" | "confirmSecondFactor"> {
  const { database, auth, policy, throttle } = options;
  return {
    async beginSecondFactor(sender, caller, password) {
      if ((await findAccountState(database, caller.id))?.has_second_factor === true)
        throw userErrors.create("second_factor_on", "You have a second factor already. Remove it first.");
      const headers = sessionHeaders(options, sender);
      const answer = await withPassword(options, caller, () =>
        auth.get().api.enableTwoFactor({ body: { password, method: "totp" }, headers }),
      );
      if (answer.method !== "totp") throw new Error("The library set up another second factor.");
      const secret = new URL(answer.totpURI).searchParams.get("secret") ?? "";
      return { uri: answer.totpURI, secret, backup_codes: answer.backupCodes };
    },
    async confirmSecondFactor(sender, caller, code) {
      const key = hashedKey("code", caller.id);
      const ticket = await throttle.take([{ key, free: codeGuesses }]);
      if (!(await claimCode(database, auth.get(), caller.id, code))) throw refusedCode();
      const current = caller.proof.kind === "session" ? caller.proof.session_id : null;
      const others = (await listSessions(database, caller.id, policy)).filter(({ id }) => id !== current);
      const headers = sessionHeaders(options, sender);
      const called = await callLibrary(() =>
        auth.get().api.verifyTOTP({ body: { code }, headers, returnHeaders: true }),
      );
      if (called.is_refused) throw refusedCode();
      await ticket.giveBack([key]);
      await deleteNamedSessions(
        database,
        caller.id,
        others.map(({ id }) => id),
      );
      await touchUser(database, caller.id);
      return { answer: null, cookies: called.answer.headers.getSetCookie(), user_id: caller.id };
    },
  };
}

async function finishSignIn(
  options: SignInOptions,
  sender: Sender,
  code: string,
): ReturnType<SignInService["verifySecondFactor"]> {
  const { database, auth, cookies, policy, throttle } = options;
  const cookieName = challengeCookieName(cookies);
  const challenge = readSignedCookie(sender.headers, cookieName, auth.secrets());
  const user_id = challenge === null ? null : await findChallenged(database, challenge);
  if (user_id === null || !(await isActiveUser(database, user_id)))
    throw userErrors.create(
      "second_factor_refused",
      "The sign-in took too long or was never begun. Enter e-mail address and password again.",
    );
  sender.recognised?.(user_id);
  const key = hashedKey("code", user_id);
  const ticket = await throttle.take([{ key, free: codeGuesses }]);
  const isOfApp = /^\d{6}$/.test(code);
  if (isOfApp && !(await claimCode(database, auth.get(), user_id, code))) throw refusedCode();
  const { api } = auth.get();
  const headers = authHeaders(options, sender, [cookieName]);
  const called = await callLibrary(() =>
    isOfApp
      ? api.verifyTOTP({ body: { code }, headers, returnHeaders: true })
      : api.verifyBackupCode({ body: { code }, headers, returnHeaders: true }),
  );
  if (called.is_refused) throw refusedCode();
  await ticket.giveBack([key]);
  await endShownSession(options, sender.headers);
  await noteSignIn(database, user_id, policy);
  await noteSignInPlace(database, user_id, sender.address);
  return { answer: { status: "signed_in" }, cookies: called.answer.headers.getSetCookie(), user_id };
}

/** Finds the step that a code belongs to and claims it: the library would take the same code again for 90 seconds. */
async function claimCode(database: Database, auth: Auth, user_id: string, code: string): Promise<boolean> {
  const encrypted = await findEncryptedSecret(database, user_id);
  if (encrypted === null) return false;
  const { secretConfig } = await auth.$context;
  const step = findStep(await symmetricDecrypt({ key: secretConfig, data: encrypted }), code, Date.now());
  return step !== null && (await claimStep(database, user_id, step));
}

function refusedCode() {
  return userErrors.create(
    "second_factor_refused",
    "The code is not right, or was used before. Wait for the next one of your app.",
  );
}

function sessionHeaders(options: SignInOptions, sender: Sender): Headers {
  return authHeaders(options, sender, [sessionCookieName(options.cookies)]);
}

/** Calls of the library that check the password of whoever is signed in. */
async function withPassword<Answer>(
  { throttle }: SignInOptions,
  { id }: Caller,
  call: () => Promise<Answer>,
): Promise<Answer> {
  const key = hashedKey("password", id);
  const ticket = await throttle.take([{ key, free: codeGuesses }]);
  const called = await callLibrary(call);
  if (!called.is_refused) {
    await ticket.giveBack([key]);
    return called.answer;
  }
  if (called.code === "TWO_FACTOR_NOT_ENABLED")
    throw userErrors.create("second_factor_refused", "You have no second factor. Set one up first.");
  throw userErrors.create("password_wrong", "This is not your password.");
}
