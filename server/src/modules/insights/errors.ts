import { defineErrors } from "../../platform/errors.ts";

/** Every code that the insights module answers with. */
export const insightErrors = defineErrors({
  saved_view_not_found: { status: 404, retryable: false, title: "No such saved view" },
  saved_view_name_taken: { status: 409, retryable: false, title: "Name of a saved view taken" },
  incident_not_found: { status: 404, retryable: false, title: "No such incident" },
  incident_superseded: { status: 409, retryable: false, title: "A newer incident has the same cause" },
  recovery_running: { status: 409, retryable: false, title: "A recovery is running" },
  recovery_not_running: { status: 409, retryable: false, title: "No recovery is running" },
  nothing_to_recover: { status: 409, retryable: false, title: "No unit is left to resume" },
  saved_view_limit: { status: 409, retryable: false, title: "Too many saved views" },
  alert_not_found: { status: 404, retryable: false, title: "No such alert" },
  alert_name_taken: { status: 409, retryable: false, title: "Name of an alert taken" },
  alert_limit: { status: 409, retryable: false, title: "Too many alerts" },
  alert_without_receiver: { status: 409, retryable: false, title: "Alert without receiver" },
  moment_in_future: { status: 422, retryable: false, title: "The moment has not come yet" },
  metrics_range_too_long: { status: 422, retryable: false, title: "Too many points" },
  metrics_range_in_future: { status: 422, retryable: false, title: "Nothing has happened yet" },
  mail_not_configured: { status: 422, retryable: false, title: "No mail server set" },
});
