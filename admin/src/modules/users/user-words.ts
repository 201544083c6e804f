import type { UserSummary } from "../../api/rows.ts";
import type { Role } from "../../api/session/roles.ts";
import type { IconName } from "../../ui/icon/icon-shapes.tsx";
import type { Tone } from "../../ui/status/status-tone.ts";
import { formatMoment } from "../../ui/value/format.ts";

/** The roles in the order in which they are offered, each with one sentence on what it may do. */
export const roleChoices: readonly { role: Role; title: string; explains: string }[] = [
  {
    role: "viewer",
    title: "Viewer",
    explains:
      "Sees everything, prompts and answers included, but no secrets and no accounts; changes nothing.",
  },
  {
    role: "operator",
    title: "Operator",
    explains:
      "Sees what viewers see; creates, reviews and publishes units, and retries, resumes, cancels and replays what runs.",
  },
  {
    role: "admin",
    title: "Administrator",
    explains:
      "Does what operators do; also deletes units, manages accounts, tokens, connections and alerts, and reads the audit log.",
  },
  {
    role: "learner",
    title: "Learner",
    explains: "Reads published units in a learner's app, and nothing of this dashboard.",
  },
];

/** What a role may do, in one sentence. */
export function roleMeaning(role: Role): string {
  return roleChoices.find((choice) => choice.role === role)?.explains ?? "";
}

type SignInFacts = Pick<
  UserSummary,
  "sign_in" | "email" | "erased_at" | "is_active" | "invitation_expires_at"
>;

/** Whether somebody was invited, has not come, and their link works no longer. */
export function isInvitationOver(user: SignInFacts, nowMs: number): boolean {
  const { sign_in, email, erased_at, is_active, invitation_expires_at } = user;
  if (erased_at !== null || !is_active || email === null) return false;
  if (sign_in === "none") return true;
  // The row was read while the link still worked.
  return (
    sign_in === "invited" && invitation_expires_at !== null && Date.parse(invitation_expires_at) <= nowMs
  );
}

/** How somebody signs in, short and with what follows from it. */
export function signInWords(user: SignInFacts, nowMs: number): { word: string; explains: string } {
  if (user.erased_at !== null) return { word: "erased", explains: "The person's data was erased." };
  if (isInvitationOver(user, nowMs)) return overWords(user.invitation_expires_at, nowMs);
  switch (user.sign_in) {
    case "password":
      return { word: "password", explains: "Signs in with e-mail and password." };
    case "single_sign_on":
      return { word: "single sign-on", explains: "Signs in through the organisation's identity provider." };
    case "invited":
      return invitedWords(user.invitation_expires_at, nowMs);
    case "none":
      return user.email === null
        ? { word: "this machine only", explains: "Signs in by the link that the server prints at its start." }
        : {
            word: "none",
            explains: "Has never signed in. Once the account is active again, give them a link.",
          };
  }
}

function overWords(expiredAt: string | null, nowMs: number) {
  const since = expiredAt === null ? "was ended" : `worked until ${momentInWords(expiredAt, nowMs)}`;
  return {
    word: "invitation ended",
    explains: `Has never signed in, and the one-time link ${since}: give a new one.`,
  };
}

function invitedWords(expiresAt: string | null, nowMs: number) {
  const until = expiresAt === null ? "" : ` until ${momentInWords(expiresAt, nowMs)}`;
  return {
    word: until === "" ? "invited" : `invited,${until}`,
    explains: `Has not signed in yet: the one-time link works once${until}.`,
  };
}

function momentInWords(at: string, nowMs: number): string {
  return formatMoment(new Date(at), new Date(nowMs));
}

/** How an account stands, as icon and word. */
export function accountState(user: Pick<UserSummary, "is_active" | "erased_at">): {
  word: string;
  tone: Tone;
  icon: IconName;
} {
  if (user.erased_at !== null) return { word: "erased", tone: "idle", icon: "slash" };
  return user.is_active
    ? { word: "active", tone: "ok", icon: "check" }
    : { word: "deactivated", tone: "idle", icon: "slash" };
}

/** What a new one-time link is for, as the account stands. */
export function linkKindFor(user: Pick<UserSummary, "sign_in">): "invitation" | "password_reset" {
  return user.sign_in === "password" || user.sign_in === "single_sign_on" ? "password_reset" : "invitation";
}

/** Why an action is closed; undefined where it is open. */
export type ActionReasons = Record<
  "edit" | "email" | "role" | "standing" | "link" | "sessions" | "secondFactor" | "erase",
  string | undefined
>;

type ReasonFacts = {
  user: Pick<UserSummary, "id" | "is_active" | "erased_at" | "has_second_factor">;
  /** Who looks at the page. */
  ownId: string;
};

/** Why this and that cannot be done with an account. Whether somebody is the last administrator is the server's to know. */
export function actionReasons({ user, ownId }: ReasonFacts): ActionReasons {
  const erased =
    user.erased_at === null ? undefined : "The account was erased: nothing of it can be changed.";
  const inactive = erased ?? (user.is_active ? undefined : "The account is deactivated: activate it first.");
  const own = (instead: string) => (user.id === ownId ? `This is your own account: ${instead}.` : undefined);
  return {
    edit: erased,
    email: erased ?? own("change your address under Settings, Account"),
    role: erased ?? own("another administrator can change your role"),
    standing: erased ?? own("another administrator can deactivate it"),
    link: inactive ?? own("change your password under Settings, Account"),
    sessions: erased,
    secondFactor:
      erased ??
      own("change your second factor under Settings, Account") ??
      (user.has_second_factor ? undefined : "No second factor is set up."),
    erase: erased ?? own("another administrator can erase your data"),
  };
}
