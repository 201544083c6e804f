import type { Page } from "@playwright/test";
import { readJson } from "../server/test/product.ts";

/** One page of the dashboard on sample data; the name is also that of its screenshot. */
export interface SamplePage {
  readonly name: string;
  readonly path: string;
}

/** What opens over or inside a page after it has loaded. */
export interface SampleState extends SamplePage {
  open(page: Page): Promise<void>;
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
    { name: "flow-runs-dropped-filters", path: "/flows?status=bogus&time=4h&min_cost_usd=abc" },
    { name: "flow-runs-none-fits", path: "/flows?q=no-run-is-called-this" },
    { name: "flow-runs-filtered", path: "/flows?status=failed&flow_name=lesson_creation&time=30d" },
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

const press = (name: string | RegExp) => (page: Page) =>
  page.getByRole("main").getByRole("button", { name }).first().click();

async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Page, title, error or id" }).fill("water");
  await page.getByRole("group", { name: "Units" }).getByRole("option").first().waitFor();
}

async function openShortcuts(page: Page): Promise<void> {
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
}

async function selectRows(page: Page): Promise<void> {
  const begin = page.getByRole("main").getByRole("button", { name: "Select", exact: true });
  if (await begin.isVisible()) await begin.click();
  for (const position of [1, 2]) await page.getByRole("row").nth(position).getByRole("checkbox").check();
  await page.getByRole("region", { name: "Selected rows" }).waitFor();
}

async function openRetrySteps(page: Page): Promise<void> {
  const steps = page.getByRole("region", { name: "Steps that will run" });
  await steps.getByRole("group").first().locator("summary").click();
}

async function openSource(page: Page): Promise<void> {
  await page
    .getByRole("main")
    .getByRole("link", { name: /^Read source 1/ })
    .click();
  await page.getByRole("dialog", { name: /^Source 1/ }).waitFor();
}

async function openDeletion(page: Page): Promise<void> {
  await page.getByRole("main").getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: /^Delete the unit/ }).click();
}

/** The states of the pages that no address opens, each on sample data. */
export async function listSampleStates(url: string): Promise<SampleState[]> {
  const units = await readJson<UnitRow[]>(url, "/content/units");
  const completed = pick(units, "unit written by a model", ({ title }) =>
    title.startsWith("The water cycle"),
  );
  const partial = pick(units, "partial unit", ({ status }) => status === "partial");
  const running = pick(units, "unit that is in progress", ({ status }) => status === "in_progress");
  const [lesson] = await readJson<{ id: string }[]>(url, `/content/units/${completed.id}/lessons`);
  const lessonPath = `/units/${completed.id}/lessons/${lesson?.id}`;
  return [
    { name: "palette", path: "/", open: openPalette },
    { name: "shortcuts", path: "/units", open: openShortcuts },
    { name: "filters", path: "/llm-requests?kind=object&time=7d", open: press(/^More filters/) },
    { name: "saved-views", path: "/flows?status=failed", open: press(/^Saved views/) },
    { name: "selected-rows", path: "/units", open: selectRows },
    { name: "retry-steps", path: `/units/${partial.id}`, open: openRetrySteps },
    { name: "regenerate", path: lessonPath, open: press(/^Write lesson \d+ anew$/) },
    { name: "source", path: `/units/${completed.id}?tab=sources`, open: openSource },
    { name: "delete-unit", path: `/units/${completed.id}`, open: openDeletion },
    { name: "cancel-unit", path: `/units/${running.id}`, open: press("Cancel") },
  ];
}
