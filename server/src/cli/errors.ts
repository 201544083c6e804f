import { defineErrors } from "../platform/errors.ts";

/** Codes of the command line as a client of a server. */
export const cliErrors = defineErrors({
  server_unreachable: { status: 503, retryable: true, title: "Server unreachable" },
  server_unproved: { status: 502, retryable: false, title: "Not the server of this data folder" },
  request_refused: { status: 400, retryable: false, title: "Request refused" },
  token_missing: { status: 401, retryable: false, title: "Token missing" },
  stored_tokens_unusable: { status: 500, retryable: false, title: "Stored tokens unusable" },
});
