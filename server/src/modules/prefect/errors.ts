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
  prefect_answer_too_large: { status: 502, retryable: false, title: "Prefect's answer is too large" },
});

export type PrefectErrorCode = keyof typeof prefectErrors.definitions;
