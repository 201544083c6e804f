import type { AuditEntry } from "../../../api/account-rows.ts";
import { paths } from "../../../paths.ts";
import { shortName } from "../../../ui/value/visible-text.ts";

/** What was done, and what somebody tried to do in vain: "cancelled a task", "cancel a task". */
type ActionWords = readonly [done: string, tried: string];

const actions: Readonly<Record<string, ActionWords>> = {
  "session.sign_in": ["signed in with a password", "sign in with a password"],
  "session.second_factor": ["signed in with a second factor", "sign in with a second factor"],
  "session.single_sign_on": ["signed in by single sign-on", "sign in by single sign-on"],
  "session.link": ["signed in with a one-time link", "sign in with a one-time link"],
  "session.sign_out": ["signed out", "sign out"],
  "session.end": ["ended a session", "end a session"],
  "session.end_others": ["ended all other sessions", "end all other sessions"],

  "account.rename": ["changed their name", "change their name"],
  "account.password": ["changed their password", "change their password"],
  "account.second_factor_begin": ["began to set up a second factor", "begin to set up a second factor"],
  "account.second_factor_on": ["set up a second factor", "set up a second factor"],
  "account.second_factor_off": ["removed their second factor", "remove their second factor"],
  "account.backup_codes": ["made new backup codes", "make new backup codes"],
  "account.create_admin_link": ["made a link for an administrator", "make a link for an administrator"],

  "account.sign_in_link": [
    "made a link to sign in on the server's machine",
    "make a link to sign in on the server's machine",
  ],

  "token.create": ["made an API token", "make an API token"],
  "token.create_machine": ["made the command line's token", "make the command line's token"],
  "token.revoke": ["revoked an API token", "revoke an API token"],

  "user.invite": ["invited somebody", "invite somebody"],
  "user.edit": ["changed an account", "change an account"],
  "user.link": ["made a one-time link for an account", "make a one-time link for an account"],
  "user.second_factor_off": ["reset somebody's second factor", "reset somebody's second factor"],
  "user.end_sessions": ["ended all sessions of an account", "end all sessions of an account"],
  "user.export": ["exported somebody's personal data", "export somebody's personal data"],
  "user.erase": ["erased somebody's personal data", "erase somebody's personal data"],

  "user.erase_places": [
    "removed addresses and browsers from the log",
    "remove addresses and browsers from the log",
  ],

  "keys.rotate": ["rotated the encryption keys", "rotate the encryption keys"],
  "audit_log.export": ["exported the audit log", "export the audit log"],
  "audit.trimmed": ["removed entries whose time was over", "remove entries whose time was over"],
  "access.refused": ["saw what is closed to them", "see what is closed to them"],

  "task.cancel": ["cancelled a task", "cancel a task"],
  "task.continue": ["continued a task", "continue a task"],
  "llm_request.replay": ["replayed an LLM request", "replay an LLM request"],
  "bulk_action.start": ["started a bulk action", "start a bulk action"],

  "unit.create": ["created a unit", "create a unit"],
  "unit.start": ["started a unit", "start a unit"],
  "unit.retry": ["retried a unit", "retry a unit"],
  "unit.export": ["exported a unit", "export a unit"],
  "unit.delete": ["deleted a unit", "delete a unit"],
  "unit.publish": ["published a unit", "publish a unit"],
  "unit.unpublish": ["took a unit back from learners", "take a unit back from learners"],
  "unit.deliver_lesson": ["delivered a lesson of a unit", "deliver a lesson of a unit"],
  "lesson.edit": ["edited a lesson", "edit a lesson"],
  "lesson.review": ["reviewed a lesson", "review a lesson"],
  "lesson.review_exercise": ["reviewed an exercise", "review an exercise"],
  "lesson.regenerate": ["had a lesson written anew", "have a lesson written anew"],

  "connection.create": ["added a connection", "add a connection"],
  "connection.edit": ["changed a connection", "change a connection"],
  "connection.delete": ["removed a connection", "remove a connection"],
  "connection.launch": ["started a run on Prefect", "start a run on Prefect"],
  "flow_run.act": ["steered a run on Prefect", "steer a run on Prefect"],
  "disagreement.repair": ["settled a disagreement with Prefect", "settle a disagreement with Prefect"],

  "incident.edit": ["changed an incident", "change an incident"],
  "incident.recover": ["began a recovery", "begin a recovery"],
  "incident.stop_recovery": ["stopped a recovery", "stop a recovery"],
  "alert.create": ["added an alert", "add an alert"],
  "alert.edit": ["changed an alert", "change an alert"],
  "alert.delete": ["deleted an alert", "delete an alert"],
  "alert.test": ["sent an alert as a test", "send an alert as a test"],
};

/** What happened, in words; an action that is not known here is shown by its own name. */
export function actionWords({ action, result }: Pick<AuditEntry, "action" | "result">): string {
  const words = actions[action];
  if (words === undefined) return action;
  return result === "done" ? words[0] : `tried to ${words[1]}`;
}

const longestDetails = 120;

/** The small facts of an entry in one line: `role operator; changed name, role`; empty where there are none. */
export function detailWords(details: AuditEntry["details"]): string {
  const parts = Object.entries(details).flatMap(([name, value]) => {
    const text = Array.isArray(value) ? value.join(", ") : String(value);
    const isPlain = Array.isArray(value) || (typeof value !== "object" && value !== undefined);
    return isPlain && text !== "" ? [`${name} ${text}`.replaceAll("_", " ")] : [];
  });
  return shortName(parts.join("; "), longestDetails);
}

/** Kinds of actions to filter by. */
export const actionKinds: readonly { value: string; word: string }[] = [
  { value: "session", word: "signing in and out" },
  { value: "account", word: "own account" },
  { value: "user", word: "accounts" },
  { value: "token", word: "API tokens" },
  { value: "unit,lesson", word: "units and lessons" },
  { value: "task,bulk_action,llm_request", word: "tasks and replays" },
  { value: "incident,alert", word: "incidents and alerts" },
  { value: "connection,flow_run,disagreement", word: "Prefect" },
  { value: "audit_log,audit,keys", word: "audit log and keys" },
  { value: "access", word: "what was closed to somebody" },
];

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const objects: Readonly<Record<string, { word: string; href?: (id: string) => string }>> = {
  task: { word: "task", href: paths.task },
  bulk_action: { word: "bulk action", href: paths.task },
  unit: { word: "unit", href: (id) => paths.unit(id) },
  lesson: { word: "lesson" },
  llm_request: { word: "LLM request", href: (id) => paths.llmRequest(id) },
  flow_run: { word: "flow run", href: (id) => paths.flowRun(id) },
  user: { word: "account", href: paths.user },
  account: { word: "account", href: paths.user },
  session: { word: "session" },
  token: { word: "API token", href: () => paths.settingsTokens() },
  connection: { word: "connection", href: (id) => paths.settingsConnections({ open: id }) },
  alert: { word: "alert", href: (id) => paths.settingsAlerts({ open: id }) },
  incident: { word: "incident", href: (id) => paths.dashboard({ incident: id }) },
  disagreement: { word: "disagreement" },
  audit_log: { word: "audit log" },
  route: { word: "route" },
};

/** The id of the lesson that an entry is about; null when it is about something else. Its page is found by its unit. */
export function lessonOf({
  object_kind,
  object_id,
}: Pick<AuditEntry, "object_kind" | "object_id">): string | null {
  return object_kind === "lesson" && object_id !== null && uuid.test(object_id) ? object_id : null;
}

/** What an entry is about: its kind in words, its id, and the page to look at it where there is one. */
export function objectOf({ object_kind, object_id }: Pick<AuditEntry, "object_kind" | "object_id">): {
  word: string;
  id: string | null;
  href: string | null;
} {
  const known = object_kind === null ? undefined : objects[object_kind];
  const href = object_id !== null && uuid.test(object_id) ? (known?.href?.(object_id) ?? null) : null;
  return { word: known?.word ?? object_kind ?? "", id: object_id, href };
}

/** Who an entry names, where it names nobody's account. */
export function actorWords({ actor_id, actor_kind }: Pick<AuditEntry, "actor_id" | "actor_kind">): string {
  if (actor_id !== null) return "Erased person";
  return actor_kind === "machine" ? "the server's own machine" : "nobody who was recognised";
}

/** How whoever acted proved who they are. */
export function proofWords({
  actor_kind,
  token_name,
}: Pick<AuditEntry, "actor_kind" | "token_name">): string {
  switch (actor_kind) {
    case "session":
      return "signed in with a browser";
    case "token":
      return token_name === null ? "by an API token that is gone" : `by the API token “${token_name}”`;
    case "machine":
      return "on the server's own machine";
    case "nobody":
      return "not signed in";
  }
}
