import { formatSearch } from "./ui/link/search-params.ts";

/** Filters that a list page understands in its address. */
export type ListSearch = {
  status?: string;
  q?: string;
  task_id?: string;
  unit_id?: string;
  user_id?: string;
  flow_run_id?: string;
  step_run_id?: string;
  flow_name?: string;
  task_name?: string;
  kind?: string;
  open?: string;
};

/** Every address of the dashboard is built here. */
export const paths = {
  dashboard: () => "/",
  flowRuns: (search: ListSearch = {}) => `/flows${formatSearch(search)}`,
  flowRun: (id: string, search: { step?: string } = {}) => `/flows/${id}${formatSearch(search)}`,
  tasks: (search: ListSearch = {}) => `/tasks${formatSearch(search)}`,
  task: (id: string) => `/tasks/${id}`,
  llmRequests: (search: ListSearch = {}) => `/llm-requests${formatSearch(search)}`,
  llmRequest: (id: string) => `/llm-requests/${id}`,
  units: (search: ListSearch = {}) => `/units${formatSearch(search)}`,
  newUnit: () => "/units/new",
  unit: (id: string, search: { tab?: string; lesson?: string } = {}) => `/units/${id}${formatSearch(search)}`,
  lesson: (unitId: string, lessonId: string, search: { lesson?: string } = {}) =>
    `/units/${unitId}/lessons/${lessonId}${formatSearch(search)}`,
  users: () => "/users",
  user: (id: string) => `/users/${id}`,
  apiDocs: () => "/docs",
};
