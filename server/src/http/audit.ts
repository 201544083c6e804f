import type { Context, MiddlewareHandler } from "hono";
import type { AuditEntry, RecordAudit } from "../platform/audit-entry.ts";
import { defineErrors } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";
import { type AuditedAction, auditedRoutes } from "./audited-routes.ts";
import type { AuditNotes, HttpEnvironment } from "./environment.ts";
import { matchedRouteName } from "./matched-route.ts";
import { createRefusalCount } from "./refusal-count.ts";
import { callerKey, createTokenBuckets } from "./request-rate.ts";

export const auditHttpErrors = defineErrors({
  audit_unavailable: { status: 503, retryable: false, title: "Done, but not written down" },
});

const longestText = 300;
const longestList = 50;
// What a stranger is answered before anything was decided about them: malformed, too large, too often. To write that down
// would let anybody fill the log.
const undecided: readonly number[] = [400, 413, 415, 422, 429];
// But for guesses at a password, a code or a link: that one was held back was decided about whoever guesses.
const heldBackCode = "too_many_sign_ins";
// The same of a way back from the identity provider that begins nowhere.
const undecidedCodes: readonly (string | null)[] = ["sign_in_required", "single_sign_on_failed"];
// What the table of routes and roles refuses, whatever was asked.
const closedCodes: readonly (string | null)[] = ["not_allowed", "second_factor_required"];
/** A route that is not written down when it answers, and is when it refuses somebody. */
const refusedAccess: AuditedAction = { action: "access.refused", object_kind: "route" };
/** How many refusals of a caller, by route and reason, get an entry of their own in an hour: of what was only to be read, and of the rest. */
const firstRefusedReads = 1;
const firstRefusals = 20;
const tellEveryMs = 60_000;

export interface AuditTimes {
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
  /** How often it is looked for hours that are over. Default a minute. */
  readonly tellEveryMs?: number;
}

/**
 * Writes one entry for each request to a route of `auditedRoutes`, also when it was refused, and one for what somebody who is signed in
 * was refused to see anywhere else. Mount it outside of what refuses and inside of what finds out who calls. An action that was done
 * but could not be written down is answered with 503 `audit_unavailable`, without what the handler answered: nobody may take it for
 * an action like any other.
 */
export function writeAudit(
  record: RecordAudit,
  logger: Logger,
  times: AuditTimes = {},
): MiddlewareHandler<HttpEnvironment> {
  const mayStrangerWrite = boundStrangers(logger);
  const mayCallerWrite = boundRefusals(record, logger, times);
  return async (context, next) => {
    await next();
    const name = matchedRouteName(context);
    if (name === undefined) return;
    const audited = auditedRoutes[name] ?? (isRefusedRead(context) ? refusedAccess : undefined);
    if (audited === undefined) return;
    const entry = await describe(context, name, audited);
    if (entry === null || !mayStrangerWrite(context) || !mayCallerWrite(context, name, entry)) return;
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
 * own log only. Guesses that are tried stay far below it; this is for those that are held back, and for whoever asks from everywhere.
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

function isRead(context: Context<HttpEnvironment>): boolean {
  return context.req.method === "GET" || context.req.method === "HEAD";
}

function isRefusedRead(context: Context<HttpEnvironment>): boolean {
  return context.get("caller") !== null && context.res.status === 403 && isRead(context);
}

/**
 * What somebody who is signed in is refused is written down up to a bound for each caller, route and reason; how often it was beyond that
 * is told when the hour is over. A server that ends before forgets that number.
 */
function boundRefusals(record: RecordAudit, logger: Logger, times: AuditTimes) {
  const refusals = createRefusalCount(times.now);
  const warnings = createTokenBuckets(1 / 60, times.now, 1);
  let timer: NodeJS.Timeout | undefined;

  function tellEnded(): void {
    for (const entry of refusals.takeEnded())
      record(entry).catch((error: unknown) => tellUnwritten(logger, entry, error));
    if (refusals.size() > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  return (context: Context<HttpEnvironment>, name: string, entry: AuditEntry): boolean => {
    const caller = context.get("caller");
    if (caller === null || entry.result !== "refused") return true;
    const isClosed = closedCodes.includes(entry.code) || entry.action === refusedAccess.action;
    const first = isClosed && isRead(context) ? firstRefusedReads : firstRefusals;
    const taken = refusals.take(`${callerKey(caller, "")} ${name} ${entry.code}`, first, entry);
    if (taken === "lost" && warnings.take("all") === 0)
      logger.warn(
        { actor_id: caller.id },
        "So many are refused that the audit log no longer takes each of them",
      );
    timer ??= setInterval(tellEnded, times.tellEveryMs ?? tellEveryMs).unref();
    return taken === "written";
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
  if (caller === null && isUndecided && code !== heldBackCode) return null;
  const object_id =
    object_kind === "route"
      ? name
      : (notes.object_id ?? (parameter === undefined ? null : readParameter(context, name, parameter)));
  return {
    ...actorOf(context, notes, result),
    ...{ action, object_kind, result, code },
    object_id: object_id === null ? null : storable(inOneSpelling(object_id)),
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

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Ids are looked for in lower case; a request may write them in capitals. */
function inOneSpelling(object_id: string): string {
  return uuid.test(object_id) ? object_id.toLowerCase() : object_id;
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
