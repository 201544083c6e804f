import { describe, expect, test } from "vitest";
import { formatMoment } from "../../ui/value/format.ts";
import { userRow } from "./user-fixtures.ts";
import {
  accountState,
  actionReasons,
  isInvitationOver,
  linkKindFor,
  roleMeaning,
  signInWords,
} from "./user-words.ts";

const nowMs = Date.parse("2026-11-26T09:00:00.000Z");

test("each role says what it may do, in one sentence", () => {
  for (const role of ["viewer", "operator", "admin", "learner"] as const) {
    expect(roleMeaning(role)).toMatch(/^[A-Z].{30,150}\.$/);
  }
});

test("how somebody signs in is told apart", () => {
  const words = (part: Parameters<typeof userRow>[0]) => signInWords(userRow(part), nowMs).word;
  expect(words({ sign_in: "password" })).toBe("password");
  expect(words({ sign_in: "single_sign_on" })).toBe("single sign-on");
  expect(words({ sign_in: "none", is_active: false })).toBe("none");
  expect(words({ sign_in: "none", email: null })).toBe("this machine only");
  expect(words({ erased_at: "2026-11-21T00:00:00Z" })).toBe("erased");
  expect(accountState(userRow({ is_active: false })).word).toBe("deactivated");
});

test("an invitation says until when it works, and that it is over from that moment on, also in a row that was read before", () => {
  const invited = userRow({ sign_in: "invited", invitation_expires_at: "2026-12-03T10:00:00.000Z" });
  const endMs = Date.parse("2026-12-03T10:00:00.000Z");
  const until = formatMoment(new Date(endMs), new Date(nowMs));
  expect(signInWords(invited, nowMs)).toEqual({
    word: `invited, until ${until}`,
    explains: `Has not signed in yet: the one-time link works once until ${until}.`,
  });
  expect(isInvitationOver(invited, endMs - 1)).toBe(false);
  for (const user of [invited, { ...invited, sign_in: "none" as const }]) {
    expect(isInvitationOver(user, endMs)).toBe(true);
    expect(signInWords(user, endMs + 1_000).word).toBe("invitation ended");
    expect(signInWords(user, endMs + 1_000).explains).toMatch(/worked until .*: give a new one\.$/);
  }
  const ended = userRow({ sign_in: "none" });
  expect(signInWords(ended, nowMs).explains).toContain("the one-time link was ended");
  for (const nobody of [{ email: null }, { is_active: false }, { erased_at: "2026-11-21T00:00:00Z" }])
    expect(isInvitationOver({ ...ended, ...nobody }, endMs)).toBe(false);
});

test("a new link is an invitation until they have signed in, and the way to a new password after that", () => {
  expect(linkKindFor(userRow({ sign_in: "invited" }))).toBe("invitation");
  expect(linkKindFor(userRow({ sign_in: "none" }))).toBe("invitation");
  expect(linkKindFor(userRow({ sign_in: "password" }))).toBe("password_reset");
});

describe("reasons against an action", () => {
  const other = { ownId: "someone-else" };

  test("there are none for an active account of somebody else", () => {
    expect(Object.values(actionReasons({ user: userRow(), ...other })).filter(Boolean)).toEqual([]);
  });

  test("one's own role and standing are for another administrator", () => {
    const user = userRow();
    const reasons = actionReasons({ user, ownId: user.id });
    expect(reasons.role).toContain("another administrator can change your role");
    expect(reasons.standing).toContain("another administrator can deactivate it");
    expect(reasons.erase).toBeDefined();
    expect(reasons.link).toContain("under Settings, Account");
    expect(reasons.secondFactor).toContain("under Settings, Account");
    expect(reasons.email).toContain("under Settings, Account");
    expect(reasons.sessions).toBeUndefined();
    expect(reasons.edit).toBeUndefined();
  });

  test("a deactivated account gets no link, one without an address names it with the link", () => {
    expect(actionReasons({ user: userRow({ is_active: false }), ...other }).link).toContain(
      "activate it first",
    );
    expect(actionReasons({ user: userRow({ email: null }), ...other }).link).toBeUndefined();
  });

  test("an erased account stays as it is", () => {
    const reasons = actionReasons({ user: userRow({ erased_at: "2026-11-21T00:00:00Z" }), ...other });
    expect(Object.values(reasons).every((reason) => reason?.includes("erased"))).toBe(true);
  });
});
