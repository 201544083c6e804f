import type { Role } from "../../../api/session/roles.ts";
import { allowsScope, type TokenScope } from "./token-words.ts";

/** How long a new token works, by its value in the form. */
export const lifetimes = [
  { value: "30", word: "30 days" },
  { value: "90", word: "90 days" },
  { value: "365", word: "a year" },
  { value: "never", word: "for ever" },
] as const;

/** What is typed and chosen for a new token. */
export type TokenForm = { name: string; scopes: readonly TokenScope[]; lifetime: string };

/** What is wrong with it, by field. */
export type TokenErrors = { name?: string; scopes?: string };

/** A new token as the server takes it. */
export type TokenDraft = { name: string; scopes: readonly TokenScope[]; expires_in_days: number | null };

/** The form as it opens; for the command line it is filled in already, with what the role allows. */
export function newTokenForm(role: Role, isForCommandLine: boolean): TokenForm {
  const most: TokenScope = allowsScope(role, "operate") ? "operate" : "read";
  return isForCommandLine && allowsScope(role, most)
    ? { name: "Command line", scopes: [most], lifetime: "90" }
    : { name: "", scopes: [], lifetime: "90" };
}

const longestName = 80;

/** Reads the form: a draft, or what is wrong with it. */
export function readTokenForm(form: TokenForm): { draft: TokenDraft | null; errors: TokenErrors } {
  const name = form.name.trim();
  const errors: TokenErrors = {};
  if (name === "") errors.name = "Give it a name, such as what will use it.";
  else if (name.length > longestName) errors.name = `Use at most ${longestName} characters.`;
  if (form.scopes.length === 0) errors.scopes = "Choose at least one.";
  if (Object.keys(errors).length > 0) return { draft: null, errors };
  const days = Number(form.lifetime);
  return {
    draft: { name, scopes: form.scopes, expires_in_days: Number.isInteger(days) ? days : null },
    errors,
  };
}
