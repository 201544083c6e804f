import type { Tone } from "../../../ui/status/status-tone.ts";

/** The least length of a new password, as the server asks for it. */
export const leastLength = 12;

/** How good a new password is, in words; `share` of a full bar. */
export type Strength = { tone: Tone; share: number; words: string };

const fewCharacters = 6;
const shortestPart = 4;

function partsOf(own: readonly string[]): string[] {
  return own
    .flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u))
    .filter((part) => part.length >= shortestPart);
}

/**
 * Judges a new password by its length and by what makes it easy to guess: few different characters, or the person's own
 * name or address in it. The server alone knows the common ones. `own`: name and e-mail address.
 */
export function judgePassword(password: string, own: readonly string[]): Strength {
  const length = [...password].length;
  if (length === 0) return { tone: "idle", share: 0, words: `At least ${leastLength} characters.` };
  if (length < leastLength) {
    const missing = leastLength - length;
    const words = `${missing} more ${missing === 1 ? "character" : "characters"}, at least.`;
    return { tone: "idle", share: length / leastLength / 3, words };
  }
  const text = password.toLowerCase();
  if (new Set(text).size < fewCharacters)
    return { tone: "warn", share: 0.35, words: "Long enough, but the same few characters over and over." };
  if (partsOf(own).some((part) => text.includes(part)))
    return { tone: "warn", share: 0.35, words: "It holds a part of your name or address: easy to guess." };
  if (length < 16) return { tone: "ok", share: 0.6, words: "Good. Four unrelated words would be stronger." };
  return { tone: "ok", share: length < 20 ? 0.8 : 1, words: length < 20 ? "Strong." : "Very strong." };
}

/** Why a new password is refused before it is sent; undefined when the server decides. */
export function refusalOf(password: string): string | undefined {
  const length = [...password].length;
  return length < leastLength ? `Choose at least ${leastLength} characters.` : undefined;
}
