import type { Context, MiddlewareHandler } from "hono";
import type { AuditEntry, RecordAudit } from "../platform/audit-entry.ts";
import { defineErrors } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";
import { type AuditedAction, auditedRoutes } from "./audited-routes.ts";
import type { AuditNotes, HttpEnvironment } from "./environment.ts";
import { matchedRouteName } from "./matched-route.ts";
import { callerKey, createTokenBuckets } from "./request-rate.ts";

export const auditHttpErrors = defineErrors({
  audit_unavailable: { status: 503, retryable: false, title: "Done, but not written down" },
});

const longestText = 300;
const longestList = 50;
// What a stranger is answered before anything was decided about them: malformed, too large, too often. To write that down
// would let anybody fill the log.
const undecided: readonly number[] = [400, 413, 415, 422, 429];
// The same of a way back from the identity provider that begins nowhere.
const undecidedCodes: readonly (string | null)[] = ["sign_in_required", "single_sign_on_failed"];

/**
 * Writes one entry for each request to a route of `auditedRoutes`, also when it was refused. Mount it outside of what refuses
 * and inside of what finds out who calls. An action that was done but could not be written down is answered with 503
 * `audit_unavailable`, without what the handler answered: nobody may take it for an action like any other.
 */
export function writeAudit(record: RecordAudit, logger: Logger): MiddlewareHandler<HttpEnvironment> {
  const mayWrite = boundStrangers(logger);
  return async (context, next) => {
    await next();
    const name = matchedRouteName(context);
    const audited = name === undefined ? undefined : auditedRoutes[name];
    if (name === undefined || audited === undefined) return;
    const entry = await describe(context, name, audited);
    if (entry === null || !mayWrite(context)) return;
    const writing = record(entry);
    if (entry.result !== "done") {
      const noted = writing.catch((error: unknown) => tellUnwritten(logger, entry, error));
      // Whoever just waited for the database in vain is not made to wait once more.
      if (entry.code !== "database_unavailable") await noted;
      return;
    }
    try {
      await writing;
    } catch (error) {
      // Else the headers of the former answer, its cookies too, would be kept.
      context.res = undefined;
      throw auditHttpErrors.create(
        "audit_unavailable",
        "It was done, but could not be written down in the audit log. Look at what has become of it before you do it again.",
        { cause: error },
      );
    }
  };
}

function tellUnwritten(logger: Logger, entry: AuditEntry, error: unknown): void {
  const { action, result, code, request_id } = entry;
  logger.error(
    { error, action, result, code, request_id },
    "An action that was not done could not be written down in the audit log",
  );
}

/**
 * What strangers are refused is written down up to a bound, known accounts and others alike: the rest is for the server's
 * own log only. Sign-ins are throttled far below it; this is for whoever asks from everywhere at once.
 */
function boundStrangers(logger: Logger): (context: Context<HttpEnvironment>) => boolean {
  const ofOneAddress = createTokenBuckets(1 / 30, undefined, 60);
  const ofAll = createTokenBuckets(1, undefined, 1_000);
  const warnings = createTokenBuckets(1 / 60, undefined, 1);
  return (context) => {
    const caller = context.get("caller");
    if (caller !== null || context.res.status < 400) return true;
    const address = context.get("client_address");
    const isWithin = ofOneAddress.take(callerKey(null, address)) === 0 && ofAll.take("all") === 0;
    if (!isWithin && warnings.take("all") === 0)
      logger.warn({ address }, "Strangers are refused so often that the audit log no longer takes each time");
    return isWithin;
  };
}

/** The entry of the request; null when it is none of the log's business. */
async function describe(
  context: Context<HttpEnvironment>,
  name: string,
  { action, object_kind, parameter }: AuditedAction,
): Promise<AuditEntry | null> {
  const notes = context.get("audit");
  const caller = context.get("caller");
  const { result, code } = await readOutcome(context.res, notes);
  const isUndecided = undecided.includes(context.res.status) || undecidedCodes.includes(code);
  if (caller === null && isUndecided) return null;
  const object_id =
    notes.object_id ?? (parameter === undefined ? null : readParameter(context, name, parameter));
  return {
    ...actorOf(context, notes, result),
    ...{ action, object_kind, result, code },
    object_id: object_id === null ? null : storable(object_id),
    request_id: context.get("request_id"),
    details: storableDetails(notes.details ?? {}),
    address: storable(context.get("client_address")),
    user_agent: storableOrNull(context.req.header("user-agent")),
  };
}

async function readOutcome(
  answer: Response,
  { refused }: AuditNotes,
): Promise<Pick<AuditEntry, "result" | "code">> {
  if (answer.status < 400) {
    return refused === undefined ? { result: "done", code: null } : { result: "refused", code: refused };
  }
  const result = answer.status < 500 ? "refused" : "failed";
  const isProblem = answer.headers.get("content-type")?.startsWith("application/problem+json") ?? false;
  if (!isProblem) return { result, code: null };
  const problem: unknown = await answer.clone().json();
  const hasCode = typeof problem === "object" && problem !== null && "code" in problem;
  return { result, code: hasCode && typeof problem.code === "string" ? problem.code : null };
}

/** A parameter of the path, also when the request did not get as far as the route's own handler. */
function readParameter(context: Context<HttpEnvironment>, name: string, parameter: string): string | null {
  const place = name.split("/").indexOf(`:${parameter}`);
  // The name begins with the method and a space, which holds no slash.
  const segment = context.req.path.split("/")[place];
  try {
    return segment === undefined ? null : decodeURIComponent(segment);
  } catch {
    // Not a well-formed address; it names nothing, and the route says so.
    return segment ?? null;
  }
}

function actorOf(
  context: Context<HttpEnvironment>,
  notes: AuditNotes,
  result: AuditEntry["result"],
): Pick<AuditEntry, "actor_id" | "actor_kind" | "token_id"> {
  const caller = context.get("caller");
  // Who signs in is somebody only when that was allowed, whoever else was signed in before.
  if (notes.actor_id !== undefined && notes.actor_id !== caller?.id) {
    return {
      actor_id: notes.actor_id,
      actor_kind: result === "done" ? "session" : "nobody",
      token_id: null,
    };
  }
  if (caller === null) return { actor_id: null, actor_kind: "nobody", token_id: null };
  const { proof, id: actor_id } = caller;
  if (proof.kind === "session") return { actor_id, actor_kind: "session", token_id: null };
  return { actor_id, actor_kind: proof.is_of_machine ? "machine" : "token", token_id: proof.token_id };
}

/** PostgreSQL and the hash take neither U+0000 nor half a surrogate pair. */
function storable(text: string): string {
  return text.replaceAll("\u0000", "\ufffd").slice(0, longestText).toWellFormed();
}

function storableOrNull(text: string | undefined): string | null {
  return text === undefined || text === "" ? null : storable(text);
}

function storableDetails(details: NonNullable<AuditNotes["details"]>): AuditEntry["details"] {
  const entries = Object.entries(details).map(([name, value]) => {
    if (typeof value === "string") return [name, storable(value)];
    return [name, Array.isArray(value) ? value.slice(0, longestList).map(storable) : value];
  });
  return Object.fromEntries(entries);
}
