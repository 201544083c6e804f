import { formatSearch } from "./ui/link/search-params.ts";

/** The list pages, by the first part of their address. */
export type ListPage = "flows" | "tasks" | "llm-requests" | "units" | "users";

/** Filters that a list page understands in its address. */
export type ListSearch = Partial<
  Record<
    | "status"
    | "q"
    | "time"
    | "created_from"
    | "created_to"
    | "min_duration_ms"
    | "max_duration_ms"
    | "min_cost_usd"
    | "max_cost_usd"
    | "task_id"
    | "unit_id"
    | "user_id"
    | "flow_run_id"
    | "parent_flow_run_id"
    | "step_run_id"
    | "replay_of_request_id"
    | "flow_name"
    | "task_name"
    | "mode"
    | "kind"
    | "provider"
    | "model"
    | "step_name"
    | "learner_level"
    | "author"
    | "role"
    | "is_active"
    | "engine"
    | "connection_id"
    | "open",
    string
  >
>;

/** What the monitor keeps in its address: the past moment, the open incident, the range of its charts, the filters of its history. */
export type MonitorSearch = Partial<
  Record<
    | "at"
    | "incident"
    | "range"
    | "from"
    | "to"
    | "outcome"
    | "q"
    | "time"
    | "completed_from"
    | "completed_to"
    | "user_id"
    | "unit_id"
    | "task_name"
    | "engine",
    string
  >
>;

/** What the audit page keeps in its address. */
export type AuditSearch = Partial<
  Record<"q" | "actor_id" | "action" | "result" | "time" | "at_from" | "at_to" | "open", string>
>;

/** Every address of the dashboard is built here. */
export const paths = {
  dashboard: (search: MonitorSearch = {}) => `/${formatSearch(search)}`,
  courseGeneration: (search: MonitorSearch = {}) => `/admin/course-generation${formatSearch(search)}`,
  flowRuns: (search: ListSearch = {}) => `/flows${formatSearch(search)}`,
  flowRun: (id: string, search: { step?: string } = {}) => `/flows/${id}${formatSearch(search)}`,
  tasks: (search: ListSearch = {}) => `/tasks${formatSearch(search)}`,
  task: (id: string) => `/tasks/${id}`,
  llmRequests: (search: ListSearch = {}) => `/llm-requests${formatSearch(search)}`,
  llmRequest: (id: string, search: { compare?: string } = {}) => `/llm-requests/${id}${formatSearch(search)}`,
  units: (search: ListSearch = {}) => `/units${formatSearch(search)}`,
  newUnit: () => "/units/new",
  unit: (id: string, search: { tab?: string; lesson?: string; retry?: string } = {}) =>
    `/units/${id}${formatSearch(search)}`,
  lesson: (unitId: string, lessonId: string, search: { lesson?: string } = {}) =>
    `/units/${unitId}/lessons/${lessonId}${formatSearch(search)}`,
  users: (search: ListSearch = {}) => `/users${formatSearch(search)}`,
  user: (id: string) => `/users/${id}`,
  settings: () => "/settings",
  settingsAlerts: (search: { open?: string } = {}) => `/settings/alerts${formatSearch(search)}`,
  settingsConnections: (search: { open?: string } = {}) => `/settings/connections${formatSearch(search)}`,
  settingsAccount: (search: { to?: string } = {}) => `/settings/account${formatSearch(search)}`,
  settingsSessions: () => "/settings/sessions",
  settingsTokens: () => "/settings/tokens",
  settingsAudit: (search: AuditSearch = {}) => `/settings/audit${formatSearch(search)}`,
  /** `to` is the page that one wanted to see. */
  signIn: (search: { to?: string; reason?: string } = {}) => `/sign-in${formatSearch(search)}`,
  setUp: (secret: string) => `/setup/${secret}`,
  apiDocs: () => "/docs",
};
