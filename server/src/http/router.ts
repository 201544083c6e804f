import { OpenAPIHono } from "@hono/zod-openapi";
import type { z } from "zod";
import { defineErrors } from "../platform/errors.ts";
import type { HttpEnvironment } from "./environment.ts";

export const requestErrors = defineErrors({
  request_invalid: { status: 422, retryable: false, title: "Invalid request" },
  body_not_json: { status: 400, retryable: false, title: "Body is not JSON" },
  body_too_large: { status: 413, retryable: false, title: "Body too large" },
  media_type_unsupported: { status: 415, retryable: false, title: "Unsupported media type" },
  host_not_allowed: { status: 421, retryable: false, title: "Host not allowed" },
  cross_site_refused: { status: 403, retryable: false, title: "Cross-site request refused" },
  sign_in_required: { status: 401, retryable: false, title: "Sign in first" },
  fresh_sign_in_required: { status: 403, retryable: false, title: "Show again who you are" },
  second_factor_required: { status: 403, retryable: false, title: "Second factor required" },
  too_many_requests: { status: 429, retryable: true, title: "Too many requests" },
  not_allowed: { status: 403, retryable: false, title: "Not allowed" },
  method_not_allowed: { status: 405, retryable: false, title: "Method not allowed" },
  route_not_found: { status: 404, retryable: false, title: "Not found" },
  database_unavailable: { status: 503, retryable: true, title: "Database unavailable" },
  internal_error: { status: 500, retryable: false, title: "Internal error" },
});

const mostIssuesTold = 100;

/** A router whose validation errors become `request_invalid` problems. Chain `.openapi()` or its types are lost. */
export function createRouter(): OpenAPIHono<HttpEnvironment> {
  return new OpenAPIHono<HttpEnvironment>({
    defaultHook: (result) => {
      if (result.success) return;
      const issues = result.error.issues.map(readIssue);
      const told = issues.slice(0, mostIssuesTold);
      throw requestErrors.create("request_invalid", sentence(issues), { details: { issues: told } });
    },
  });
}

interface ReadableIssue {
  readonly field: string;
  readonly message: string;
}

function readIssue(issue: z.core.$ZodIssue): ReadableIssue {
  const field = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    return { field, message: `unknown field ${issue.keys.map((key) => `"${key}"`).join(", ")}` };
  }
  return { field, message: issue.message };
}

function sentence(issues: readonly ReadableIssue[]): string {
  const parts = issues
    .slice(0, 3)
    .map(({ field, message }) => (field === "" ? message : `${field}: ${message}`));
  const more = issues.length > 3 ? ` (and ${issues.length - 3} more)` : "";
  return `${parts.join("; ")}${more}. Correct the request and send it again.`;
}
