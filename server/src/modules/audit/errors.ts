import { defineErrors } from "../../platform/errors.ts";

/** Every code that the audit module answers with. */
export const auditErrors = defineErrors({
  audit_export_too_large: { status: 422, retryable: false, title: "Too many entries" },
});
