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
  lesson_not_regenerable: {
    status: 409,
    retryable: false,
    title: "The lesson cannot be written anew now",
  },
  bulk_nothing_matches: { status: 422, retryable: false, title: "Nothing fits the filter" },
  bulk_too_many: { status: 422, retryable: false, title: "Too many things at once" },
  bulk_filter_invalid: { status: 422, retryable: false, title: "The filter is not one of the list" },
  bulk_action_not_found: { status: 404, retryable: false, title: "No such bulk action" },
  bulk_target_missing: { status: 404, retryable: false, title: "It does not exist any more" },
  bulk_no_task: { status: 409, retryable: false, title: "There is no task to cancel" },
  bulk_no_unit: { status: 409, retryable: false, title: "There is no unit to retry" },
  bulk_task_ended: { status: 409, retryable: false, title: "The task has ended already" },
  bulk_counted_once: { status: 409, retryable: false, title: "It is counted already" },
  all_lessons_failed: { status: 500, retryable: false, title: "Every lesson failed" },
  lessons_failed: { status: 500, retryable: true, title: "Some lessons failed" },
  media_failed: { status: 500, retryable: true, title: "Audio or cover failed" },
  request_unreadable: { status: 500, retryable: false, title: "What was asked for cannot be read" },
});
