import { readJson } from "../server/test/product.ts";

/** One page of the dashboard on sample data; the name is also that of its screenshot. */
export interface SamplePage {
  readonly name: string;
  readonly path: string;
}

interface UnitRow {
  readonly id: string;
  readonly status: string;
  readonly title: string;
}

interface Row {
  readonly id: string;
  readonly status: string;
  readonly unit_id: string | null;
}

/** The newest row that fits. @throws Error when the sample data has none. */
export function pick<Found>(rows: readonly Found[], what: string, fits: (row: Found) => boolean): Found {
  const found = rows.find(fits);
  if (found === undefined) throw new Error(`The sample data has no ${what}.`);
  return found;
}

/** Every page of the dashboard, each with something on it. */
export async function listSamplePages(url: string): Promise<SamplePage[]> {
  const [units, runs, tasks, requests, users] = await Promise.all([
    readJson<UnitRow[]>(url, "/content/units"),
    readJson<Row[]>(url, "/flow-engine/runs"),
    readJson<Row[]>(url, "/task-queue/tasks"),
    readJson<Row[]>(url, "/llm/requests?limit=200"),
    readJson<{ id: string }[]>(url, "/admin/users"),
  ]);
  const failedRun = pick(runs, "failed flow run", ({ status }) => status === "failed");
  const completedRun = pick(runs, "completed flow run", ({ status }) => status === "completed");
  const failedRequest = pick(requests, "failed request", ({ status }) => status === "failed");
  const completedRequest = pick(requests, "completed request", ({ status }) => status === "completed");
  const task = pick(tasks, "completed task", ({ status }) => status === "completed");
  const completed = pick(units, "completed unit", ({ status }) => status === "completed");
  const lessons = await readJson<{ id: string }[]>(url, `/content/units/${completed.id}/lessons`);
  const lesson = pick(lessons, "lesson", () => true);
  const states = ["completed", "partial", "failed", "in_progress", "paused", "draft", "cancelled"];
  return [
    { name: "dashboard", path: "/" },
    { name: "flow-runs", path: "/flows" },
    { name: "flow-runs-open", path: `/flows?open=${completedRun.id}` },
    { name: "flow-run-completed", path: `/flows/${completedRun.id}` },
    { name: "flow-run-failed", path: `/flows/${failedRun.id}` },
    { name: "tasks", path: "/tasks" },
    { name: "task", path: `/tasks/${task.id}` },
    { name: "llm-requests", path: "/llm-requests" },
    { name: "llm-request-completed", path: `/llm-requests/${completedRequest.id}` },
    { name: "llm-request-failed", path: `/llm-requests/${failedRequest.id}` },
    { name: "llm-request-raw", path: `/llm-requests/${completedRequest.id}?view=raw` },
    { name: "units", path: "/units" },
    { name: "units-open", path: `/units?open=${completed.id}&lesson=${lesson.id}` },
    ...states.map((status) => ({
      name: `unit-${status.replace("_", "-")}`,
      path: `/units/${pick(units, `unit that is ${status}`, (unit) => unit.status === status).id}`,
    })),
    { name: "unit-lesson-open", path: `/units/${completed.id}?lesson=${lesson.id}` },
    { name: "unit-runs", path: `/units/${completed.id}?tab=runs` },
    { name: "unit-requests", path: `/units/${completed.id}?tab=requests` },
    { name: "unit-sources", path: `/units/${completed.id}?tab=sources` },
    { name: "lesson", path: `/units/${completed.id}/lessons/${lesson.id}` },
    { name: "new-unit", path: "/units/new" },
    { name: "users", path: "/users" },
    { name: "user", path: `/users/${pick(users, "user", () => true).id}` },
  ];
}
