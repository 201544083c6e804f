import { defineErrors } from "../../../platform/errors.ts";

/** What the offline author refuses, because it would have to invent or to quote what it cannot read. */
export const offlineAuthorErrors = defineErrors({
  source_too_short: { status: 422, retryable: false, title: "The source is too short" },
  source_not_english: { status: 422, retryable: false, title: "The source is not English" },
});
