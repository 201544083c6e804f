import { createHash } from "node:crypto";
import { networkOf } from "../../../platform/address-network.ts";
import type { Database } from "../../../platform/database.ts";
import { userErrors } from "../errors.ts";
import { forgetAttempts, returnAttempt, takeAttempt } from "./throttle-repo.ts";

const window_seconds = 15 * 60;

/** One thing that is counted: after `free` attempts each further one waits 1 s, 2 s, 4 s … up to 15 minutes. */
export interface ThrottleKey {
  readonly key: string;
  readonly free: number;
}

/** Permission for one attempt, counted as a failure until it is given back. */
export interface Ticket {
  /** The attempt was none, or succeeded: it does not count, and neither do former ones of the keys that are forgotten. */
  giveBack(forgotten?: readonly string[]): Promise<void>;
}

export interface Throttle {
  /** @throws AppError `too_many_sign_ins` with the seconds to wait */
  take(keys: readonly ThrottleKey[]): Promise<Ticket>;
  /** What was counted of a key counts no more. */
  forget(key: string): Promise<void>;
}

/**
 * Counts attempts of all servers together in the database, before they are tried, so that a thousand at once are no way
 * around. Counts end after 15 minutes without an attempt. Who waits is told before anything is looked up.
 */
export function createThrottle(database: Database): Throttle {
  return {
    forget: (key) => forgetAttempts(database, key),
    async take(keys) {
      const taken: ThrottleKey[] = [];
      for (const { key, free } of keys) {
        const { is_taken, wait_seconds } = await takeAttempt(database, { key, free, window_seconds });
        if (!is_taken) {
          for (const former of taken) await returnAttempt(database, former.key, former.free);
          throw tooMany(wait_seconds);
        }
        taken.push({ key, free });
      }
      return {
        async giveBack(forgotten = []) {
          for (const { key, free } of taken) {
            if (forgotten.includes(key)) await forgetAttempts(database, key);
            else await returnAttempt(database, key, free);
          }
        },
      };
    },
  };
}

/** Keys hold no address of a person: the table says nothing about who was tried. */
export function hashedKey(kind: string, text: string): string {
  return `${kind}:${createHash("sha256").update(text, "utf8").digest("base64url")}`;
}

/** Key of whoever sends. */
export function addressKey(kind: string, address: string): string {
  return `${kind}:${networkOf(address)}`;
}

const inWords = (seconds: number) =>
  seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;

function tooMany(seconds: number) {
  return userErrors.create(
    "too_many_sign_ins",
    `There were too many attempts. Try again in ${inWords(seconds)}.`,
    { details: { retry_after_seconds: seconds } },
  );
}
