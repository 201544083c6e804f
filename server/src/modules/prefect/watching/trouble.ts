import { AppError } from "../../../platform/errors.ts";
import type { ConnectionHealth } from "../connections/models.ts";
import type { PrefectErrorCode } from "../errors.ts";

/** What an error of a request says about the connection. */
export interface Trouble {
  readonly health: Extract<ConnectionHealth, "down" | "auth_failed" | "incompatible">;
  readonly reason: string;
}

const healthOfCode: Partial<Record<PrefectErrorCode, Trouble["health"]>> = {
  prefect_unreachable: "down",
  prefect_too_slow: "down",
  prefect_failed: "down",
  // A gateway shows such pages while the Prefect behind it starts.
  prefect_not_an_api: "down",
  prefect_auth_failed: "auth_failed",
  prefect_version_incompatible: "incompatible",
  prefect_answer_invalid: "incompatible",
};

/** Null for an error in which Prefect proves to be there: a refusal, an unknown run, a limit of the rate. */
export function troubleOf(
  error: unknown,
  explain: (error: AppError) => string = ({ message }) => message,
): Trouble | null {
  if (!(error instanceof AppError)) return null;
  const health = healthOfCode[error.code as PrefectErrorCode]; // Of another module's code it holds nothing.
  return health === undefined ? null : { health, reason: explain(error) };
}

const firstDelayMs = 1_000;
const longestDelayMs = 60_000;

/** How long to wait before the next probe, the first being 0. Half of it is left to chance, so that servers do not meet. */
export function probeDelayMs(health: Trouble["health"], failures: number, random: () => number): number {
  if (health !== "down") return longestDelayMs;
  const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures, 10));
  return delay * (0.5 + random() / 2);
}
