import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { isInfrastructureError } from "../platform/database.ts";
import { AppError } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";
import { loadedSecrets } from "../platform/redaction.ts";
import type { HttpEnvironment } from "./environment.ts";
import { requestErrors } from "./router.ts";

/** An RFC 9457 problem. `code` is stable; `detail` is a sentence for people. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string(),
    detail: z.string(),
    retryable: z.boolean(),
    request_id: z.string(),
  })
  .loose()
  .openapi("Problem");
export type Problem = z.infer<typeof problemSchema>;

type ProblemStatus = 400 | 401 | 403 | 404 | 409 | 413 | 415 | 416 | 422 | 429 | 500 | 502 | 503 | 504;

const descriptions: Record<ProblemStatus, string> = {
  400: "The request could not be read.",
  401: "Nobody is signed in, or what was shown as proof is not valid.",
  403: "The caller may not do this.",
  404: "There is no such thing.",
  409: "The state does not allow it.",
  413: "The body is too large.",
  415: "The body has an unsupported type.",
  416: "The range lies outside the file.",
  422: "The request is understood but not valid.",
  429: "Too many requests.",
  500: "A bug; the log holds the cause under the request id.",
  502: "An outside system refused or failed.",
  503: "The database, or an outside system that the answer needs, is not reachable right now.",
  504: "An outside system did not answer in time.",
};

interface ProblemResponse {
  description: string;
  content: { "application/problem+json": { schema: typeof problemSchema } };
}

/** OpenAPI entries for the problems a route may answer with. */
export function problemResponses<Status extends ProblemStatus>(
  ...statuses: readonly Status[]
): Record<Status, ProblemResponse> {
  const entries = statuses.map((status) => [
    status,
    { description: descriptions[status], content: { "application/problem+json": { schema: problemSchema } } },
  ]);
  // Object.fromEntries forgets the keys; they are exactly `statuses`.
  return Object.fromEntries(entries) as Record<Status, ProblemResponse>;
}

/** The one place where an error becomes an HTTP answer. */
export function createErrorMapper(logger: Logger) {
  return (error: unknown, context: Context<HttpEnvironment>): Response => {
    const requestId = context.get("request_id") ?? "";
    const problem = toProblem(error, requestId);
    if (problem.status >= 500) {
      logger.error(
        { error, request_id: requestId, path: context.req.path, code: problem.code },
        problem.title,
      );
    }
    return problemAnswer(problem);
  };
}

/** Members of a problem that stand in a header too, where programs look for them. */
const headerMembers = { "retry-after": "retry_after_seconds", allow: "allow" } as const;

/** Sends the problem as `application/problem+json`, without loaded secrets, which an outside system may have told back to us. */
export function problemAnswer(problem: Problem): Response {
  const headers = new Headers({ "content-type": "application/problem+json", "cache-control": "no-store" });
  for (const [header, member] of Object.entries(headerMembers)) {
    if (problem[member] !== undefined) headers.set(header, String(problem[member]));
  }
  return new Response(loadedSecrets.jsonText(JSON.stringify(problem)), { status: problem.status, headers });
}

function toProblem(error: unknown, request_id: string): Problem {
  if (error instanceof AppError) return appProblem(error, request_id);
  if (isInfrastructureError(error)) {
    const detail =
      "The database is not reachable right now. Nothing was changed; try again in a few seconds.";
    return appProblem(requestErrors.create("database_unavailable", detail), request_id);
  }
  if (error instanceof HTTPException) return appProblem(fromHttpException(error), request_id);
  if (isUnstorableText(error)) return appProblem(unstorableText(error), request_id);
  const detail = `This is a bug in Coursewright. The server's log holds its cause under request ${request_id}.`;
  return appProblem(requestErrors.create("internal_error", detail), request_id);
}

/** PostgreSQL keeps neither U+0000 nor broken encodings: 22021 in text, 22P05 in jsonb. */
function isUnstorableText(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "22021" || error.code === "22P05");
}

function unstorableText(cause: unknown): AppError {
  return requestErrors.create(
    "request_invalid",
    "The request holds a character that cannot be stored (U+0000). Remove it and send the request again.",
    { cause },
  );
}

function appProblem(error: AppError, request_id: string): Problem {
  return {
    ...error.details,
    type: `/docs/errors#${error.code}`,
    title: error.title,
    status: error.status,
    code: error.code,
    detail: error.message,
    retryable: error.retryable,
    request_id,
  };
}

function fromHttpException(error: HTTPException): AppError {
  if (error.status === 413) {
    return requestErrors.create("body_too_large", "The body is larger than this address takes.");
  }
  return requestErrors.create(
    "body_not_json",
    "The body is not valid JSON. Send a JSON object with Content-Type application/json.",
    {
      cause: error,
    },
  );
}
