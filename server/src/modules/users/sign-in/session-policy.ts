/** How long sessions last, in seconds. */
export interface SessionPolicy {
  /** Without a request. */
  readonly idle_seconds: number;
  /** Since the sign-in, whatever is done in it. */
  readonly absolute_seconds: number;
  /** Since its person last showed who they are: until then it may hand out access without asking again. */
  readonly fresh_seconds: number;
  /** Of one person at a time; a further sign-in ends the oldest. */
  readonly most: number;
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** A day without a request, two weeks in all (NIST SP 800-63B AAL1 allows more, AAL2 asks for half a day at most). */
export const networkSessions: SessionPolicy = {
  ...{ idle_seconds: day, absolute_seconds: 14 * day },
  ...{ fresh_seconds: 15 * minute, most: 100 },
};

/**
 * On loopback with the embedded database whoever reaches the server owns its data anyway, and may have no password to be asked for:
 * a session is fresh for as long as it lives.
 */
export const localSessions: SessionPolicy = {
  ...{ idle_seconds: 30 * day, absolute_seconds: 90 * day },
  ...{ fresh_seconds: 90 * day, most: 100 },
};

/** A session's last use is written down, and a person's `last_seen_at` with it, at most this often. */
export const useNotedEverySeconds = 60;

/** Ways in which a session begins; a column of `auth.session`. */
export type SessionMethod = "password" | "second_factor" | "single_sign_on" | "link";
