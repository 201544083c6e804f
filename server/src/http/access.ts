import type { Caller, Role, TokenScope } from "../platform/caller.ts";

/**
 * Who may call a route. `public` needs no one signed in. `learning` is public or asks for anybody signed in, as
 * COURSEWRIGHT_LEARNER_ACCESS says. `own`: anybody with a session, for their own account; no token may do that.
 */
export type Access = "public" | "learning" | "own" | Role;

/**
 * Every route of the server and the least role that may call it. A route that is missing here is refused,
 * and a test walks the router to see that none is missing and none is left over.
 */
export const routeAccess: Readonly<Record<string, Access>> = {
  "GET /healthz": "public",
  "GET /readyz": "public",
  "GET /openapi.json": "public",
  "GET /docs": "public",
  "GET /docs/errors": "public",
  "GET /docs/style.css": "public",

  "GET /api/v1/task-queue/tasks": "viewer",
  "GET /api/v1/task-queue/tasks/:id": "viewer",
  "GET /api/v1/task-queue/tasks/:id/flow-runs": "viewer",
  "POST /api/v1/task-queue/tasks/:id/cancel": "operator",
  "POST /api/v1/task-queue/tasks/:id/continue": "operator",
  "GET /api/v1/task-queue/workers": "viewer",
  "GET /api/v1/task-queue/status": "viewer",

  "GET /api/v1/flow-engine/runs": "viewer",
  "GET /api/v1/flow-engine/runs/:id": "viewer",
  "GET /api/v1/flow-engine/runs/:id/steps/:step_id": "viewer",
  "GET /api/v1/flow-engine/runs/:id/payloads/:part": "viewer",
  "GET /api/v1/flow-engine/runs/:id/steps/:step_id/payloads/:part": "viewer",
  "GET /api/v1/flow-engine/runs/:id/logs": "viewer",

  "GET /api/v1/llm/requests": "viewer",
  "GET /api/v1/llm/requests/:id": "viewer",
  "GET /api/v1/llm/requests/:id/payloads/:part": "viewer",
  "POST /api/v1/llm/requests/:id/replay": "operator",
  "GET /api/v1/llm/models": "viewer",

  "GET /api/v1/content/units": "viewer",
  "GET /api/v1/content/units/:id": "viewer",
  "GET /api/v1/content/units/:id/flow-runs": "viewer",
  "GET /api/v1/content/units/:id/lessons": "viewer",
  "GET /api/v1/content/units/:id/sources/:position": "viewer",
  "GET /api/v1/content/units/:id/export": "viewer",
  "DELETE /api/v1/content/units/:id": "admin",
  "POST /api/v1/content/units/:id/publish": "operator",
  "POST /api/v1/content/units/:id/unpublish": "operator",
  "PUT /api/v1/content/units/:id/lessons/:position": "operator",
  "GET /api/v1/content/lessons/:id": "viewer",
  "PATCH /api/v1/content/lessons/:id": "operator",
  "PUT /api/v1/content/lessons/:id/review": "operator",
  "PUT /api/v1/content/lessons/:id/exercises/:exercise_id/review": "operator",
  "GET /api/v1/media/:id": "learning",

  "GET /api/v1/prefect/connections": "viewer",
  "POST /api/v1/prefect/connections": "admin",
  "PATCH /api/v1/prefect/connections/:id": "admin",
  "DELETE /api/v1/prefect/connections/:id": "admin",
  "POST /api/v1/prefect/connections/test": "admin",
  "POST /api/v1/prefect/connections/:id/test": "operator",
  "GET /api/v1/prefect/connections/:id/deployments": "viewer",
  "POST /api/v1/prefect/connections/:id/launch": "operator",
  "GET /api/v1/prefect/flow-runs/:id": "viewer",
  "POST /api/v1/prefect/flow-runs/:id/refresh": "operator",
  "POST /api/v1/prefect/flow-runs/:id/actions": "operator",
  "GET /api/v1/prefect/tasks/:id": "viewer",
  "GET /api/v1/prefect/disagreements": "viewer",
  "POST /api/v1/prefect/disagreements/:id/repair": "operator",

  "GET /api/v1/content-creator/samples": "viewer",
  "GET /api/v1/content-creator/authors": "viewer",
  "POST /api/v1/content-creator/units": "operator",
  "POST /api/v1/content-creator/units/:id/start": "operator",
  "POST /api/v1/content-creator/units/:id/retry": "operator",
  "GET /api/v1/content-creator/units/:id/retry-options": "viewer",
  "POST /api/v1/content-creator/bulk-actions": "operator",
  "POST /api/v1/content-creator/bulk-actions/preview": "operator",
  "GET /api/v1/content-creator/bulk-actions/:task_id": "viewer",
  "GET /api/v1/content-creator/bulk-actions/:task_id/items": "viewer",
  "POST /api/v1/content-creator/lessons/:id/regenerate": "operator",

  "GET /api/v1/auth/session": "public",
  // Hands nothing out that a stranger could use; only the machine's owner can tell what the answer must be.
  "GET /api/v1/auth/machine-proof": "public",
  "POST /api/v1/auth/sign-in": "public",
  "POST /api/v1/auth/sign-in/second-factor": "public",
  "POST /api/v1/auth/sign-in/single-sign-on": "public",
  "GET /api/v1/auth/oauth2/callback/:provider": "public",
  "POST /api/v1/auth/links/look": "public",
  "POST /api/v1/auth/links/use": "public",
  "POST /api/v1/auth/sign-out": "own",
  "POST /api/v1/auth/session/renew": "own",
  "PATCH /api/v1/auth/profile": "own",
  "PUT /api/v1/auth/password": "own",
  "POST /api/v1/auth/second-factor": "own",
  "POST /api/v1/auth/second-factor/confirm": "own",
  "POST /api/v1/auth/second-factor/backup-codes": "own",
  "DELETE /api/v1/auth/second-factor": "own",

  "GET /api/v1/admin/sessions": "own",
  "DELETE /api/v1/admin/sessions": "own",
  "DELETE /api/v1/admin/sessions/:id": "own",
  "GET /api/v1/admin/tokens": "own",
  "POST /api/v1/admin/tokens": "own",
  "DELETE /api/v1/admin/tokens/:id": "own",

  "GET /api/v1/admin/users": "admin",
  "POST /api/v1/admin/users": "admin",
  "GET /api/v1/admin/users/:id": "admin",
  "PUT /api/v1/admin/users/:id": "admin",
  "POST /api/v1/admin/users/:id/link": "admin",
  "POST /api/v1/admin/users/:id/reset-second-factor": "admin",
  "DELETE /api/v1/admin/users/:id/sessions": "admin",
  "GET /api/v1/admin/users/:id/export": "admin",
  "POST /api/v1/admin/users/:id/erase": "admin",

  "GET /api/v1/admin/security": "admin",

  "GET /api/v1/admin/audit-log": "admin",
  "GET /api/v1/admin/audit-log/export": "admin",
  "GET /api/v1/admin/audit-log/extent": "admin",
  "GET /api/v1/admin/audit-log/verification": "admin",

  "GET /api/v1/admin/course-generation": "viewer",
  "GET /api/v1/admin/course-generation/history": "viewer",
  "GET /api/v1/admin/dashboard-metrics": "viewer",
  "GET /api/v1/admin/health": "viewer",
  "GET /api/v1/admin/incidents": "viewer",
  "GET /api/v1/admin/incidents/:id": "viewer",
  "PATCH /api/v1/admin/incidents/:id": "operator",
  "POST /api/v1/admin/incidents/:id/recover": "operator",
  "POST /api/v1/admin/incidents/:id/recover/stop": "operator",
  "GET /api/v1/admin/alerts": "viewer",
  "GET /api/v1/admin/alerts/mail": "viewer",
  "POST /api/v1/admin/alerts": "admin",
  "PATCH /api/v1/admin/alerts/:id": "admin",
  "DELETE /api/v1/admin/alerts/:id": "admin",
  "POST /api/v1/admin/alerts/:id/test": "admin",
  "GET /api/v1/admin/alerts/:id/deliveries": "viewer",
  "GET /api/v1/admin/search": "viewer",
  "GET /api/v1/admin/saved-views": "viewer",
  // One's own rows only: whoever may read a list may keep a view of it.
  "POST /api/v1/admin/saved-views": "viewer",
  "PATCH /api/v1/admin/saved-views/:id": "viewer",
  "DELETE /api/v1/admin/saved-views/:id": "viewer",
  "GET /api/v1/events": "viewer",

  "GET /api/v1/learner/units": "learning",
  "GET /api/v1/learner/units/:id": "learning",
  "GET /api/v1/learner/lessons/:id": "learning",
};

/**
 * Routes that hand out access or take secrets: a session calls them only while it is fresh, always or where the body gives one of the
 * named fields. A token is asked for nothing more: it was made in a fresh session.
 */
export const freshSignInRoutes: Readonly<Record<string, "always" | readonly string[]>> = {
  "POST /api/v1/admin/tokens": "always",
  "POST /api/v1/admin/users": "always",
  "PUT /api/v1/admin/users/:id": ["email", "role", "is_active"],
  "POST /api/v1/admin/users/:id/link": "always",
  "POST /api/v1/admin/users/:id/reset-second-factor": "always",
  "POST /api/v1/prefect/connections": "always",
  "PATCH /api/v1/prefect/connections/:id": ["base_url", "credentials"],
  "POST /api/v1/admin/alerts": ["webhook_url", "emails"],
  "PATCH /api/v1/admin/alerts/:id": ["webhook_url", "renew_webhook_secret", "emails"],
};

/** Routes that a token may call by one narrow scope, whatever else its scopes allow. */
const narrowScopes: Readonly<Record<string, TokenScope>> = {
  "PUT /api/v1/content/units/:id/lessons/:position": "content:write",
};

const order: readonly Role[] = ["learner", "viewer", "operator", "admin"];

/** The most that a scope allows. */
const roleOfScope: Readonly<Partial<Record<TokenScope, Role>>> = {
  learn: "learner",
  read: "viewer",
  operate: "operator",
  admin: "admin",
};

const reaches = (role: Role, least: Role) => order.indexOf(role) >= order.indexOf(least);

/** Whether somebody may call a route (`GET /api/v1/…`) whose entry in the table is `access`. Never asked for `public`. */
export function mayCall({ role, proof }: Caller, route: string, access: Exclude<Access, "public">): boolean {
  if (access === "own") return proof.kind === "session";
  const least = access === "learning" ? "learner" : access;
  if (!reaches(role, least)) return false;
  if (proof.kind === "session") return true;
  const narrow = narrowScopes[route];
  if (narrow !== undefined && proof.scopes.includes(narrow)) return true;
  return proof.scopes.some((scope) => {
    const most = roleOfScope[scope];
    return most !== undefined && reaches(most, least);
  });
}

/**
 * Whether somebody may see accounts, and with them addresses, roles and ways to sign in: administrators only. Who made a unit or
 * a task stands with its name in the rows of those.
 */
export function seesAccounts(caller: Caller | null): boolean {
  return caller !== null && mayCall(caller, "GET /api/v1/admin/users", "admin");
}
