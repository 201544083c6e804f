/** How a route appears in the audit log. */
export interface AuditedAction {
  /** Kind of thing and verb. */
  readonly action: string;
  readonly object_kind: string | null;
  /** Parameter of the path that names the thing. */
  readonly parameter?: string;
}

const on = (object_kind: string, verb: string, parameter = "id"): AuditedAction => ({
  action: `${object_kind}.${verb}`,
  object_kind,
  parameter,
});
/** The handler names what it made in `audit.object_id`. */
const makes = (object_kind: string, verb: string): AuditedAction => ({
  action: `${object_kind}.${verb}`,
  object_kind,
});

/**
 * Every route that changes something or hands much out, with the name of what it does. A route that may change something, that only
 * administrators may read or that answers with a file fails a test when it stands neither here nor in `unauditedRoutes`.
 */
export const auditedRoutes: Readonly<Record<string, AuditedAction>> = {
  "POST /api/v1/auth/sign-in": makes("session", "sign_in"),
  "POST /api/v1/auth/sign-in/second-factor": makes("session", "second_factor"),
  "GET /api/v1/auth/oauth2/callback/:provider": makes("session", "single_sign_on"),
  "POST /api/v1/auth/links/use": makes("session", "link"),
  "POST /api/v1/auth/sign-out": makes("session", "sign_out"),
  "POST /api/v1/auth/session/renew": makes("session", "renew"),
  "PATCH /api/v1/auth/profile": makes("account", "rename"),
  "PUT /api/v1/auth/password": makes("account", "password"),
  "POST /api/v1/auth/second-factor": makes("account", "second_factor_begin"),
  "POST /api/v1/auth/second-factor/confirm": makes("account", "second_factor_on"),
  "POST /api/v1/auth/second-factor/backup-codes": makes("account", "backup_codes"),
  "DELETE /api/v1/auth/second-factor": makes("account", "second_factor_off"),
  "DELETE /api/v1/admin/sessions": makes("session", "end_others"),
  "DELETE /api/v1/admin/sessions/:id": on("session", "end"),
  "POST /api/v1/admin/tokens": makes("token", "create"),
  "DELETE /api/v1/admin/tokens/:id": on("token", "revoke"),

  "POST /api/v1/admin/users": makes("user", "invite"),
  "PUT /api/v1/admin/users/:id": on("user", "edit"),
  "POST /api/v1/admin/users/:id/link": on("user", "link"),
  "POST /api/v1/admin/users/:id/reset-second-factor": on("user", "second_factor_off"),
  "DELETE /api/v1/admin/users/:id/sessions": on("user", "end_sessions"),
  "GET /api/v1/admin/users/:id/export": on("user", "export"),
  "POST /api/v1/admin/users/:id/erase": on("user", "erase"),
  "GET /api/v1/admin/audit-log/export": makes("audit_log", "export"),

  "POST /api/v1/task-queue/tasks/:id/cancel": on("task", "cancel"),
  "POST /api/v1/task-queue/tasks/:id/continue": on("task", "continue"),
  "POST /api/v1/llm/requests/:id/replay": on("llm_request", "replay"),
  "GET /api/v1/content/units/:id/export": on("unit", "export"),
  "DELETE /api/v1/content/units/:id": on("unit", "delete"),
  "POST /api/v1/content/units/:id/publish": on("unit", "publish"),
  "POST /api/v1/content/units/:id/unpublish": on("unit", "unpublish"),
  "PUT /api/v1/content/units/:id/lessons/:position": on("unit", "deliver_lesson"),
  "PATCH /api/v1/content/lessons/:id": on("lesson", "edit"),
  "PUT /api/v1/content/lessons/:id/review": on("lesson", "review"),
  "PUT /api/v1/content/lessons/:id/exercises/:exercise_id/review": on("lesson", "review_exercise"),
  "POST /api/v1/content-creator/units": makes("unit", "create"),
  "POST /api/v1/content-creator/units/:id/start": on("unit", "start"),
  "POST /api/v1/content-creator/units/:id/retry": on("unit", "retry"),
  "POST /api/v1/content-creator/lessons/:id/regenerate": on("lesson", "regenerate"),
  "POST /api/v1/content-creator/bulk-actions": makes("bulk_action", "start"),

  "POST /api/v1/prefect/connections": makes("connection", "create"),
  "PATCH /api/v1/prefect/connections/:id": on("connection", "edit"),
  "DELETE /api/v1/prefect/connections/:id": on("connection", "delete"),
  "POST /api/v1/prefect/connections/:id/launch": on("connection", "launch"),
  "POST /api/v1/prefect/flow-runs/:id/actions": on("flow_run", "act"),
  "POST /api/v1/prefect/disagreements/:id/repair": on("disagreement", "repair"),

  "PATCH /api/v1/admin/incidents/:id": on("incident", "edit"),
  "POST /api/v1/admin/incidents/:id/recover": on("incident", "recover"),
  "POST /api/v1/admin/incidents/:id/recover/stop": on("incident", "stop_recovery"),
  "POST /api/v1/admin/alerts": makes("alert", "create"),
  "PATCH /api/v1/admin/alerts/:id": on("alert", "edit"),
  "DELETE /api/v1/admin/alerts/:id": on("alert", "delete"),
  "POST /api/v1/admin/alerts/:id/test": on("alert", "test"),
};

/** Routes of those kinds that are not written down, each with the reason. */
export const unauditedRoutes: Readonly<Record<string, string>> = {
  "POST /api/v1/auth/sign-in/single-sign-on": "nothing has happened yet; the callback is written down",
  "POST /api/v1/auth/links/look": "reads only; the secret travels in the body",
  "POST /api/v1/content-creator/bulk-actions/preview": "reads only",
  "POST /api/v1/prefect/connections/test": "stores nothing",
  "POST /api/v1/prefect/connections/:id/test": "stores nothing but how the connection stands",
  "POST /api/v1/prefect/flow-runs/:id/refresh": "reads again what the sweeps read anyway",
  "POST /api/v1/admin/saved-views": "concerns nobody but the one who asks",
  "PATCH /api/v1/admin/saved-views/:id": "concerns nobody but the one who asks",
  "DELETE /api/v1/admin/saved-views/:id": "concerns nobody but the one who asks",

  "GET /api/v1/admin/users": "shows a page of accounts, nothing to take away; the export is written down",
  "GET /api/v1/admin/users/:id": "shows one account; the export is written down",
  "GET /api/v1/admin/audit-log": "shows a page of the log; the export is written down",
  "GET /api/v1/admin/audit-log/extent": "tells numbers only",
  "GET /api/v1/admin/audit-log/verification": "tells numbers only",
  "GET /api/v1/admin/security": "tells numbers and settings only",
  "GET /api/v1/flow-engine/runs/:id/logs": "one run's lines, as its page shows them",
  "GET /api/v1/media/:id": "one picture or recording, as pages show them; learners may see it too",
  "GET /api/v1/events": "what pages show while they are open",
};
