import { defineErrors } from "../../platform/errors.ts";

/** Every code that the users module answers with. */
export const userErrors = defineErrors({
  user_not_found: { status: 404, retryable: false, title: "No such user" },
});
