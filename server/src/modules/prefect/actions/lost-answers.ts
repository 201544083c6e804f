import { AppError } from "../../../platform/errors.ts";

/**
 * What an error of a call says of what was asked: `refused` and nothing happened, `not_done` and it can be asked again, `lost`
 * and nobody knows; null for an error that is not Prefect's.
 */
export type CallFailure = "refused" | "not_done" | "lost";

const notConnected = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

export function failureOf(error: unknown): CallFailure | null {
  if (!(error instanceof AppError)) return null;
  switch (error.code) {
    case "prefect_refused":
    case "prefect_not_found":
      return "refused";
    case "prefect_rate_limited":
    case "prefect_auth_failed":
    case "prefect_not_an_api":
    case "prefect_version_incompatible":
      return "not_done";
    case "prefect_failed":
      // 503: its database was busy, and the transaction is undone.
      return error.details.http_status === 503 ? "not_done" : "lost";
    case "prefect_unreachable":
      return wasNeverConnected(error) ? "not_done" : "lost";
    case "prefect_too_slow":
    case "prefect_answer_invalid":
    case "prefect_answer_too_large":
      return "lost";
    default:
      return null;
  }
}

const healthCodes = new Set([
  "prefect_unreachable",
  "prefect_too_slow",
  "prefect_auth_failed",
  "prefect_not_an_api",
  "prefect_rate_limited",
]);

/** Whether it says something of the connection, rather than of what was asked. */
export function isAboutConnection(error: unknown): boolean {
  return error instanceof AppError && healthCodes.has(error.code);
}

function wasNeverConnected(error: Error): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && typeof cause.code === "string" && notConnected.has(cause.code)) return true;
    if (cause instanceof AggregateError && cause.errors.length > 0 && cause.errors.every(isNotConnected))
      return true;
  }
  return false;
}

function isNotConnected(error: unknown): boolean {
  return error instanceof Error && wasNeverConnected(error);
}
