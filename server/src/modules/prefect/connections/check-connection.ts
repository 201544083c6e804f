import { AppError } from "../../../platform/errors.ts";
import type { PrefectAuthentication } from "../client/authorization.ts";
import type { PrefectClient } from "../client/client.ts";
import { readDeployments } from "./deployments.ts";
import { explainFailure } from "./explain-failure.ts";
import type { ConnectionVerdict } from "./models.ts";

/**
 * Opens the socket of events, signs in, and ends it again.
 *
 * @throws AppError when events cannot be had; the signal's reason
 */
export type TryEvents = (
  source: { readonly apiUrl: string; readonly authentication: PrefectAuthentication },
  signal: AbortSignal,
) => Promise<void>;

export interface ConnectionCheck {
  readonly client: PrefectClient;
  readonly base_url: string;
  readonly authentication: PrefectAuthentication;
  readonly filter_tags: readonly string[];
  readonly filter_deployment_ids: readonly string[];
  /** Absent: whether events come is not tried. */
  readonly tryEvents?: TryEvents | undefined;
}

const longestEventsMs = 5_000;

/**
 * Asks Prefect for its version, tries its events and counts what the filters let in. A failure of Prefect is a verdict, not
 * an error; each of the three has a time limit.
 */
export async function checkConnection(check: ConnectionCheck): Promise<ConnectionVerdict> {
  const { client, base_url } = check;
  const askedAt = performance.now();
  let version_found: string;
  try {
    version_found = await client.getVersion();
  } catch (error) {
    return failedVerdict(requireAppError(error), base_url);
  }
  const answered_in_ms = Math.round(performance.now() - askedAt);
  const [has_events, counts] = await Promise.all([tryEvents(check), countMatches(check)]);
  if (counts instanceof AppError) {
    return { ...failedVerdict(counts, base_url), version_found, answered_in_ms, has_events };
  }
  return {
    is_ok: true,
    code: null,
    sentence: `Prefect ${version_found} answers: ${plural(counts.run_count, "run")} and ${plural(counts.deployment_count, "deployment")}${hasFilters(check) ? " pass the filters" : ""}.`,
    advice: adviceFor(check, has_events, counts.run_count),
    version_found,
    answered_in_ms,
    has_events,
    ...counts,
  };
}

/** The verdict on something that does not work. */
export function failedVerdict(error: AppError, base_url: string): ConnectionVerdict {
  const { version } = error.details;
  return {
    is_ok: false,
    ...explainFailure(error, base_url),
    version_found:
      error.code === "prefect_version_incompatible" && typeof version === "string" ? version : null,
    answered_in_ms: null,
    has_events: null,
    run_count: null,
    deployment_count: null,
  };
}

/** What the filters let in, or why Prefect did not say. */
async function countMatches({ client, filter_tags, filter_deployment_ids }: ConnectionCheck) {
  try {
    const run_count = await client.countFlowRuns({
      ...(filter_tags.length === 0 ? {} : { tags: filter_tags }),
      ...(filter_deployment_ids.length === 0 ? {} : { deployment_ids: filter_deployment_ids }),
    });
    const deployments = await readDeployments(client, filter_deployment_ids);
    return { run_count, deployment_count: deployments.length };
  } catch (error) {
    return requireAppError(error);
  }
}

async function tryEvents({ tryEvents, base_url, authentication }: ConnectionCheck): Promise<boolean | null> {
  if (tryEvents === undefined) return null;
  const signal = AbortSignal.timeout(longestEventsMs);
  try {
    await tryEvents({ apiUrl: base_url, authentication }, signal);
    return true;
  } catch (error) {
    // A socket that does not open in time does not bring events either; the sweeps do without.
    if (signal.aborted || error instanceof AppError) return false;
    throw error;
  }
}

function adviceFor(check: ConnectionCheck, has_events: boolean | null, run_count: number): string | null {
  if (has_events === false) {
    return "Events do not come live, so changes are read every few seconds. Let WebSockets pass to the path /events/out of the API.";
  }
  if (run_count === 0 && hasFilters(check)) {
    return "No run passes the filters yet. Check the tags and deployments if there should be some.";
  }
  return null;
}

function hasFilters({ filter_tags, filter_deployment_ids }: ConnectionCheck): boolean {
  return filter_tags.length > 0 || filter_deployment_ids.length > 0;
}

function plural(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}

function requireAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  throw error;
}
