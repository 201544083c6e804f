/** Roles, from the one that may do most. A learner's app may read published content only. */
export type Role = "admin" | "operator" | "viewer" | "learner";

/** Who may call a route. `public` needs no one signed in. */
export type Access = "public" | Role;

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
  "GET /api/v1/media/:id": "public",

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

  "GET /api/v1/admin/users": "viewer",
  "GET /api/v1/admin/users/:id": "viewer",
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

  "GET /api/v1/learner/units": "public",
  "GET /api/v1/learner/units/:id": "public",
  "GET /api/v1/learner/lessons/:id": "public",
};

const order: readonly Role[] = ["learner", "viewer", "operator", "admin"];

/** Whether somebody of this role may call a route that asks for `access`. */
export function mayCall(role: Role, access: Access): boolean {
  return access === "public" || order.indexOf(role) >= order.indexOf(access);
}
