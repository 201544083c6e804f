import type { hc, InferResponseType } from "hono/client";
import type { ApiType } from "../../../server/src/api-type.ts";
import { asksForFreshSignIn, errorOf, isAboutSession, OutageError } from "./problem.ts";
import { askFreshSignIn } from "./session/fresh-sign-in.ts";
import { raiseSessionDoubt } from "./session/session-doubt.ts";

/** Filters of a list; an empty or missing value is left out of the address. */
export type Query = Record<string, string | number | undefined>;

/** One keyset page of a list. */
export type Page<Row> = {
  rows: Row[];
  /** The cursor of the next page, or null at the end. */
  next: string | null;
  /** As counted by the server, possibly capped: `1234` or `10000+`. */
  total: string | null;
};

const prefix = "/api/v1";

/**
 * Behaves like fetch, but answers only successes. What the server does only for somebody who showed lately who they are is asked for
 * once more when they have. @throws ApiError for problems, OutageError when no readable answer came.
 */
export async function apiFetch(input: string | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new OutageError("The connection to the server failed.", { cause: error });
  });
  if (response.ok) return response;
  const error = await errorOf(response);
  if (isAboutSession(error)) raiseSessionDoubt();
  if (asksForFreshSignIn(error) && (await askFreshSignIn())) return apiFetch(input, init);
  throw error;
}

function addressOf(path: string, query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text === "" ? prefix + path : `${prefix + path}?${text}`;
}

async function bodyOf<Body>(response: Response): Promise<Body> {
  try {
    // The server validates its answers against the schemas these types come from.
    return (await response.json()) as Body;
  } catch (error) {
    throw new OutageError("The server's answer ended in the middle.", { cause: error });
  }
}

/** Reads one resource. */
export async function getJson<Body>(path: string, signal?: AbortSignal, query: Query = {}): Promise<Body> {
  return bodyOf<Body>(await apiFetch(addressOf(path, query), { signal: signal ?? null }));
}

/** Reads one page of a list with its cursor and total. */
export async function getPage<Row>(path: string, query: Query, signal?: AbortSignal): Promise<Page<Row>> {
  const response = await apiFetch(addressOf(path, query), { signal: signal ?? null });
  return {
    rows: await bodyOf<Row[]>(response),
    next: cursorOf(response.headers.get("link")),
    total: response.headers.get("total-count"),
  };
}

/** Sends a change as JSON and reads the answer; an answer without a body is undefined. */
export async function sendJson<Body>(
  method: "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Body> {
  const response = await apiFetch(addressOf(path, {}), {
    method,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body ?? {}),
  });
  // Callers of routes that answer 204 ask for Body = undefined.
  if (response.status === 204) return undefined as Body;
  return bodyOf<Body>(response);
}

/** The `cursor` of a `Link: <…>; rel="next"` header, or null. */
export function cursorOf(link: string | null): string | null {
  for (const part of (link ?? "").split(/,\s*(?=<)/)) {
    const found = /^<([^>]*)>.*;\s*rel="?next"?/.exec(part.trim());
    if (found?.[1] !== undefined) return new URL(found[1], "http://page").searchParams.get("cursor");
  }
  return null;
}

type Api = ReturnType<typeof hc<ApiType>>;

/** What the API answers, derived from the server's own routes: the one place where the dashboard knows the server. */
export type ApiRows = {
  unit: InferResponseType<Api["content"]["units"]["$get"], 200>[number];
  unit_detail: InferResponseType<Api["content"]["units"][":id"]["$get"], 200>;
  source: InferResponseType<Api["content"]["units"][":id"]["sources"][":position"]["$get"], 200>;
  retry_options: InferResponseType<Api["content-creator"]["units"][":id"]["retry-options"]["$get"], 200>;
  lesson: InferResponseType<Api["content"]["lessons"][":id"]["$get"], 200>;
  task: InferResponseType<Api["task-queue"]["tasks"]["$get"], 200>[number];
  task_detail: InferResponseType<Api["task-queue"]["tasks"][":id"]["$get"], 200>;
  worker: InferResponseType<Api["task-queue"]["workers"]["$get"], 200>[number];
  queue: InferResponseType<Api["task-queue"]["status"]["$get"], 200>;
  flow_run: InferResponseType<Api["flow-engine"]["runs"]["$get"], 200>[number];
  flow_run_detail: InferResponseType<Api["flow-engine"]["runs"][":id"]["$get"], 200>;
  step_detail: InferResponseType<Api["flow-engine"]["runs"][":id"]["steps"][":step_id"]["$get"], 200>;
  log_line: Exclude<
    InferResponseType<Api["flow-engine"]["runs"][":id"]["logs"]["$get"], 200>,
    string
  >[number];
  llm_request: InferResponseType<Api["llm"]["requests"]["$get"], 200>[number];
  llm_request_detail: InferResponseType<Api["llm"]["requests"][":id"]["$get"], 200>;
  known_model: InferResponseType<Api["llm"]["models"]["$get"], 200>[number];
  bulk_action: InferResponseType<Api["content-creator"]["bulk-actions"][":task_id"]["$get"], 200>;
  bulk_item: InferResponseType<
    Api["content-creator"]["bulk-actions"][":task_id"]["items"]["$get"],
    200
  >[number];
  bulk_preview: InferResponseType<Api["content-creator"]["bulk-actions"]["preview"]["$post"], 200>;
  authors: InferResponseType<Api["content-creator"]["authors"]["$get"], 200>;
  user: InferResponseType<Api["admin"]["users"]["$get"], 200>[number];
  invited_user: InferResponseType<Api["admin"]["users"]["$post"], 201>;
  given_link: InferResponseType<Api["admin"]["users"][":id"]["link"]["$post"], 201>;
  session_state: InferResponseType<Api["auth"]["session"]["$get"], 200>;
  sign_in_link: InferResponseType<Api["auth"]["links"]["look"]["$post"], 200>;
  second_factor_set_up: InferResponseType<Api["auth"]["second-factor"]["$post"], 200>;
  session: InferResponseType<Api["admin"]["sessions"]["$get"], 200>[number];
  api_token: InferResponseType<Api["admin"]["tokens"]["$get"], 200>[number];
  made_api_token: InferResponseType<Api["admin"]["tokens"]["$post"], 201>;
  audit_entry: InferResponseType<Api["admin"]["audit-log"]["$get"], 200>[number];
  audit_extent: InferResponseType<Api["admin"]["audit-log"]["extent"]["$get"], 200>;
  audit_verification: InferResponseType<Api["admin"]["audit-log"]["verification"]["$get"], 200>;
  course_generation: InferResponseType<Api["admin"]["course-generation"]["$get"], 200>;
  dashboard_metrics: InferResponseType<Api["admin"]["dashboard-metrics"]["$get"], 200>;
  system_health: InferResponseType<Api["admin"]["health"]["$get"], 200>;
  incident: InferResponseType<Api["admin"]["incidents"]["$get"], 200>[number];
  incident_details: InferResponseType<Api["admin"]["incidents"][":id"]["$get"], 200>;
  alert: InferResponseType<Api["admin"]["alerts"]["$get"], 200>[number];
  alert_delivery: InferResponseType<Api["admin"]["alerts"][":id"]["deliveries"]["$get"], 200>[number];
  connection: InferResponseType<Api["prefect"]["connections"]["$get"], 200>[number];
  connection_verdict: InferResponseType<Api["prefect"]["connections"]["test"]["$post"], 200>;
  deployment: InferResponseType<Api["prefect"]["connections"][":id"]["deployments"]["$get"], 200>[number];
  engine_run: InferResponseType<Api["prefect"]["flow-runs"][":id"]["$get"], 200>;
  engine_task: InferResponseType<Api["prefect"]["tasks"][":id"]["$get"], 200>;
  disagreement: InferResponseType<Api["prefect"]["disagreements"]["$get"], 200>[number];
  search: InferResponseType<Api["admin"]["search"]["$get"], 200>;
  saved_view: InferResponseType<Api["admin"]["saved-views"]["$get"], 200>[number];
};
