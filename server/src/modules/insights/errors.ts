import { defineErrors } from "../../platform/errors.ts";

/** Every code that the insights module answers with. */
export const insightErrors = defineErrors({
  saved_view_not_found: { status: 404, retryable: false, title: "No such saved view" },
  saved_view_name_taken: { status: 409, retryable: false, title: "Name of a saved view taken" },
  saved_view_limit: { status: 409, retryable: false, title: "Too many saved views" },
});
