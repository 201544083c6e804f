import type { SessionState } from "../account-rows.ts";

/** What somebody may do, from the least to the most. */
export type Role = NonNullable<SessionState["user"]>["role"];

const order: readonly Role[] = ["learner", "viewer", "operator", "admin"];

/** The roles in the words of the pages. */
export const roleWords: Readonly<Record<Role, string>> = {
  learner: "learner",
  viewer: "viewer",
  operator: "operator",
  admin: "administrator",
};

/** Whether a role may do what asks for `least`. */
export function reaches(role: Role, least: Role): boolean {
  return order.indexOf(role) >= order.indexOf(least);
}

/** Why a role may not do what asks for `least`, and whom to ask; undefined where it may. */
export function reasonAgainst(role: Role, least: Role): string | undefined {
  if (reaches(role, least)) return undefined;
  const whom = least === "admin" ? "an administrator" : "an operator or administrator";
  return `Your role, ${roleWords[role]}, may not do this: ask ${whom}.`;
}
