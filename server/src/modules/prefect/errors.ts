import { defineErrors } from "../../platform/errors.ts";

/** Every code that the prefect module answers with. `retryable` says whether the same call can succeed later. */
export const prefectErrors = defineErrors({
  prefect_unreachable: { status: 502, retryable: true, title: "Prefect cannot be reached" },
  prefect_too_slow: { status: 504, retryable: true, title: "Prefect did not answer in time" },
  prefect_failed: { status: 502, retryable: true, title: "Prefect failed to answer" },
  prefect_rate_limited: { status: 503, retryable: true, title: "Prefect limits the rate" },
  prefect_not_an_api: { status: 502, retryable: false, title: "This address is not Prefect's API" },
  prefect_auth_failed: { status: 502, retryable: false, title: "Prefect does not accept the credentials" },
  prefect_version_incompatible: {
    status: 502,
    retryable: false,
    title: "This version of Prefect is not supported",
  },
  prefect_refused: { status: 409, retryable: false, title: "Prefect refused" },
  prefect_not_found: { status: 404, retryable: false, title: "Prefect does not know it" },
  prefect_answer_invalid: { status: 502, retryable: false, title: "Prefect's answer is not usable" },
  connection_not_found: { status: 404, retryable: false, title: "Connection not found" },
  connection_name_taken: { status: 409, retryable: false, title: "The name is taken" },
  connection_limit_reached: { status: 409, retryable: false, title: "No more connections" },
  connection_from_environment: {
    status: 409,
    retryable: false,
    title: "The connection is set by environment variables",
  },
  connection_credentials_needed: {
    status: 422,
    retryable: false,
    title: "The credentials have to be entered again",
  },
  connection_disabled: { status: 409, retryable: false, title: "The connection is disabled" },
  flow_run_not_external: { status: 409, retryable: false, title: "The run is not one of Prefect" },
  engine_action_impossible: { status: 409, retryable: false, title: "The action is not possible now" },
  unit_not_launchable: { status: 409, retryable: false, title: "The unit cannot be generated now" },
  disagreement_not_found: { status: 404, retryable: false, title: "The disagreement is gone" },
  repair_not_offered: { status: 409, retryable: false, title: "The repair is not offered" },
  prefect_run_failed: { status: 502, retryable: true, title: "The run failed on Prefect" },
  prefect_run_crashed: { status: 502, retryable: true, title: "The run's process died" },
  prefect_run_lost: { status: 502, retryable: true, title: "Prefect does not know the run any more" },
  prefect_answer_too_large: { status: 502, retryable: false, title: "Prefect's answer is too large" },
});

export type PrefectErrorCode = keyof typeof prefectErrors.definitions;
