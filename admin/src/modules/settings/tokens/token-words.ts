import type { ApiToken } from "../../../api/account-rows.ts";
import type { Role } from "../../../api/session/roles.ts";
import type { IconName } from "../../../ui/icon/icon-shapes.tsx";
import type { Tone } from "../../../ui/status/status-tone.ts";

/** What a token may be used for. */
export type TokenScope = ApiToken["scopes"][number];

/** The scopes in the order in which they are offered, with what each opens. */
export const scopeWords: readonly { scope: TokenScope; word: string; explains: string }[] = [
  { scope: "read", word: "Read", explains: "All lists and details, prompts and answers included." },
  {
    scope: "operate",
    word: "Operate",
    explains: "Also create, start, retry, cancel, review, publish and replay. What the command line needs.",
  },
  {
    scope: "admin",
    word: "Administer",
    explains: "Also delete units, manage accounts, connections and alerts, and read the audit log.",
  },
  {
    scope: "content:write",
    word: "Deliver lessons",
    explains: "Nothing but handing in written lessons of a unit, for a program that writes them elsewhere.",
  },
  {
    scope: "learn",
    word: "Learn",
    explains: "Nothing but published units and their media, for a learner's app.",
  },
];

const scopesOfRole: Readonly<Record<Role, readonly TokenScope[]>> = {
  admin: ["read", "operate", "admin", "content:write", "learn"],
  operator: ["read", "operate", "content:write", "learn"],
  viewer: ["read", "learn"],
  learner: ["learn"],
};

/** Whether somebody with this role may make a token with this scope. */
export function allowsScope(role: Role, scope: TokenScope): boolean {
  return scopesOfRole[role].includes(scope);
}

/** The scopes in words: "read, operate". A scope of a newer server is shown by its own name. */
export function scopesInWords(scopes: readonly string[]): string {
  return scopes
    .map((scope) => scopeWords.find((known) => known.scope === scope)?.word.toLowerCase() ?? scope)
    .join(", ");
}

/** How a token stands, as icon and word. */
export type TokenLook = { tone: Tone; icon: IconName; word: string };

const soonMs = 7 * 86_400_000;

/** How a token stands at a moment: revoked and expired ones no longer work. */
export function tokenLook(
  { revoked_at, expires_at }: Pick<ApiToken, "revoked_at" | "expires_at">,
  nowMs: number,
): TokenLook {
  if (revoked_at !== null) return { tone: "idle", icon: "slash", word: "revoked" };
  if (expires_at === null) return { tone: "ok", icon: "check", word: "works" };
  const leftMs = Date.parse(expires_at) - nowMs;
  if (leftMs <= 0) return { tone: "idle", icon: "clock", word: "expired" };
  return leftMs < soonMs
    ? { tone: "warn", icon: "triangle", word: "expires soon" }
    : { tone: "ok", icon: "check", word: "works" };
}

/** Whether a token still lets anybody in. */
export function isLive(token: Pick<ApiToken, "revoked_at" | "expires_at">, nowMs: number): boolean {
  return token.revoked_at === null && (token.expires_at === null || Date.parse(token.expires_at) > nowMs);
}

/** A first request with a token, as a shell command that reads it from `$COURSEWRIGHT_TOKEN`. */
export function exampleRequest(scopes: readonly TokenScope[], origin: string): string {
  const header = `curl -H "Authorization: Bearer $COURSEWRIGHT_TOKEN"`;
  if (scopes.some((scope) => scope === "read" || scope === "operate" || scope === "admin"))
    return `${header} "${origin}/api/v1/content/units?limit=5"`;
  if (scopes.includes("learn")) return `${header} "${origin}/api/v1/learner/units"`;
  return `${header} -X PUT --json @lesson.json "${origin}/api/v1/content/units/UNIT_ID/lessons/1"`;
}

/** Signs the command line in to this server; it asks for the token, which so stays out of the shell's history. */
export function exampleLogin(origin: string): string {
  return `npm run cw -- login ${origin}`;
}
