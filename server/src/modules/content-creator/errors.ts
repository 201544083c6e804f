import { defineErrors } from "../../platform/errors.ts";

/** Every code that creating and retrying units answers with; the offline author has its own table. */
export const creatorErrors = defineErrors({
  source_required: { status: 422, retryable: false, title: "A source text is needed" },
  source_empty: { status: 422, retryable: false, title: "The source is empty" },
  source_binary: { status: 422, retryable: false, title: "The source is not text" },
  source_too_large: { status: 413, retryable: false, title: "The source is too large" },
  idempotency_key_reused: {
    status: 409,
    retryable: false,
    title: "The Idempotency-Key was used for another request",
  },
  unit_not_retryable: { status: 409, retryable: false, title: "The unit cannot be retried now" },
  unit_not_startable: { status: 409, retryable: false, title: "The unit cannot be started now" },
  all_lessons_failed: { status: 500, retryable: false, title: "Every lesson failed" },
  lessons_failed: { status: 500, retryable: true, title: "Some lessons failed" },
  media_failed: { status: 500, retryable: true, title: "Audio or cover failed" },
  request_unreadable: { status: 500, retryable: false, title: "What was asked for cannot be read" },
});
