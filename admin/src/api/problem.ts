/** The server understood and refused, or failed in a way it can name. */
export class ApiError extends Error {
  readonly status: number;
  /** Stable word for the reason, such as `unit_not_retryable`. */
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly request_id: string | null;
  /** Which fields of the sent body were refused, and why. */
  readonly issues: readonly FieldIssue[];
  /** After how many seconds the same may be tried again, where the server says so. */
  readonly retry_after_s: number | null;

  constructor(problem: Problem) {
    super(problem.detail === "" ? problem.title : problem.detail);
    this.name = "ApiError";
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.detail = problem.detail;
    this.request_id = problem.request_id;
    this.issues = problem.issues;
    this.retry_after_s = problem.retry_after_s ?? null;
  }
}

/** No answer that could be read: the server is away, or something between it and the browser is. */
export class OutageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "OutageError";
  }
}

/** Codes by which the server says that the one who asked is not, or no longer, who the page takes them for. */
const sessionCodes: ReadonlySet<string> = new Set([
  "sign_in_required",
  "second_factor_required",
  "not_allowed",
]);

/** Whether an error puts in doubt what the page knows of its session: it ended, owes a second factor, or has another role. */
export function isAboutSession(error: unknown): boolean {
  return error instanceof ApiError && sessionCodes.has(error.code);
}

/** Whether the server wants to be shown again who asks, before it hands out access. */
export function asksForFreshSignIn(error: unknown): boolean {
  return error instanceof ApiError && error.code === "fresh_sign_in_required";
}

/** A refused field, such as `learning_objectives.0`, with its reason. */
export type FieldIssue = { field: string; message: string };

type Problem = {
  status: number;
  code: string;
  title: string;
  detail: string;
  request_id: string | null;
  issues: readonly FieldIssue[];
  retry_after_s?: number | null;
};

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function issuesOf(value: unknown): FieldIssue[] {
  if (!Array.isArray(value)) return [];
  return value.map((issue) => {
    const fields = fieldsOf(issue);
    return { field: textOf(fields.field), message: textOf(fields.message) };
  });
}

/** Reads an RFC 9457 problem out of an answer that is not a success. An answer without a problem is an outage or a stranger's page. */
export async function errorOf(response: Response): Promise<ApiError | OutageError> {
  const body = await response.text();
  const parsed = parseJson(body);
  const fields = fieldsOf(parsed);
  const code = textOf(fields.code);
  if (code === "") {
    return new OutageError(`The address answered ${response.status} without saying why.`, {
      cause: body.slice(0, 2000),
    });
  }
  const title = textOf(fields.title);
  return new ApiError({
    status: response.status,
    code,
    title: title === "" ? code.replaceAll("_", " ") : title,
    detail: textOf(fields.detail),
    request_id: textOf(fields.request_id) || response.headers.get("x-request-id"),
    issues: issuesOf(fields.issues),
    retry_after_s: secondsOf(response.headers.get("retry-after")),
  });
}

function secondsOf(text: string | null): number | null {
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) : null;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Not JSON: whoever answered was not our server; errorOf reports that as an outage.
    return null;
  }
}

/** What a person reads about an error: a sentence, what follows from it, and the raw cause. */
export type ErrorWords = { title: string; text: string; raw: string | null };

/** Words for any error that a request or a page can end with. */
export function describeError(error: unknown): ErrorWords {
  if (error instanceof OutageError) {
    return {
      title: "The server does not answer",
      text: "Nothing is lost: work on the server goes on without this page. Reload in a moment, or check that it still runs.",
      raw: error.message,
    };
  }
  if (error instanceof ApiError) {
    const trace = error.request_id === null ? "" : `\nrequest ${error.request_id}`;
    return {
      title: error.title,
      text: error.detail,
      raw: `${error.status} ${error.code}${trace}`,
    };
  }
  return {
    title: "This page met a fault of its own",
    text: "Reload it. If it happens again, report the raw cause below.",
    raw: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}
