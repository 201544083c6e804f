import { defineErrors } from "../../platform/errors.ts";

/** Every code that the llm module answers with. `retryable` says whether the same call can succeed later. */
export const llmErrors = defineErrors({
  provider_not_configured: {
    status: 409,
    retryable: false,
    title: "No provider is set for this kind of call",
  },
  provider_rate_limited: { status: 503, retryable: true, title: "The provider limits the rate" },
  provider_unavailable: { status: 503, retryable: true, title: "The provider is not available" },
  provider_timeout: { status: 504, retryable: true, title: "The provider did not answer in time" },
  provider_rejected: { status: 502, retryable: false, title: "The provider rejected the request" },
  provider_auth: { status: 502, retryable: false, title: "The provider does not accept the key" },
  provider_quota_exhausted: {
    status: 502,
    retryable: false,
    title: "The provider's account has no credit left",
  },
  provider_refused: { status: 502, retryable: false, title: "The model refused to answer" },
  answer_invalid: { status: 502, retryable: false, title: "The model's answer is not usable" },
  answer_truncated: { status: 502, retryable: false, title: "The model's answer was cut off" },
  answer_too_large: { status: 502, retryable: false, title: "The model's answer is too large" },
  call_cancelled: { status: 409, retryable: false, title: "The call was ended before its answer" },
  owner_lost: { status: 503, retryable: true, title: "The process died before the outcome was recorded" },
  offline_failed: { status: 500, retryable: false, title: "The offline engine failed" },
  llm_payload_not_found: {
    status: 404,
    retryable: false,
    title: "Nothing of this part of the request is kept",
  },
  llm_request_not_replayable: {
    status: 409,
    retryable: false,
    title: "The request cannot be sent again",
  },
  replay_edit_invalid: { status: 422, retryable: false, title: "The edit does not fit the request" },
  request_not_found: { status: 404, retryable: false, title: "No such LLM request" },
});

/** Codes of the errors that only the gateway raises. */
export type LlmErrorCode = keyof typeof llmErrors.definitions;
