import type { Role, TokenScope } from "../../../platform/caller.ts";

const scopesOfRole: Readonly<Record<Role, readonly TokenScope[]>> = {
  learner: ["learn"],
  viewer: ["learn", "read"],
  operator: ["learn", "read", "operate", "content:write"],
  admin: ["learn", "read", "operate", "content:write", "admin"],
};

/** Those of the scopes that a person of the role may not hand to a program. */
export function scopesBeyond(role: Role, scopes: readonly TokenScope[]): TokenScope[] {
  return scopes.filter((scope) => !scopesOfRole[role].includes(scope));
}
