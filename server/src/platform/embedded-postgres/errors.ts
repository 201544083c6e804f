import { defineErrors } from "../errors.ts";

export const postgresErrors = defineErrors({
  postgres_missing: { status: 500, retryable: false, title: "No embedded PostgreSQL" },
  postgres_folder_unreachable: { status: 500, retryable: false, title: "Database folder out of reach" },
  postgres_start_failed: { status: 500, retryable: true, title: "Database did not start" },
});
