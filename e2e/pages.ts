import { expect, type Page } from "@playwright/test";
import { ask, askWith, readJson } from "../server/test/product.ts";
import { accountStates } from "./account-states.ts";

/** One page of the dashboard on sample data; the name is also that of its screenshot. */
export interface SamplePage {
  readonly name: string;
  readonly path: string;
  /** Reached from the account's menu, so none of the six tabs is the current one. */
  readonly isBesideTabs?: true;
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
  const [units, runs, tasks, requests, users, incidents] = await Promise.all([
    readJson<UnitRow[]>(url, "/content/units"),
    readJson<Row[]>(url, "/flow-engine/runs"),
    readJson<Row[]>(url, "/task-queue/tasks"),
    readJson<Row[]>(url, "/llm/requests?limit=200"),
    readJson<{ id: string }[]>(url, "/admin/users"),
    readJson<{ id: string }[]>(url, "/admin/incidents?status=open"),
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
  const incident = pick(incidents, "open incident", () => true);
  const hourAgo = new Date(Date.now() - 3_600_000).toISOString();
  return [
    { name: "dashboard", path: "/" },
    { name: "monitor-past", path: `/?at=${hourAgo}` },
    { name: "monitor-wrong-moment", path: "/?at=tomorrow" },
    { name: "monitor-30-days", path: "/admin/course-generation?range=30d" },
    { name: "monitor-custom-range", path: `/?range=custom&from=${hourAgo}` },
    { name: "monitor-history-none-fits", path: "/?q=no-job-is-called-this" },
    { name: "monitor-incident", path: `/?incident=${incident.id}` },
    { name: "monitor-past-incident", path: `/?at=${hourAgo}&incident=${incident.id}` },
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
    { name: "settings", path: "/settings", isBesideTabs: true },
    { name: "account", path: "/settings/account", isBesideTabs: true },
    { name: "sessions", path: "/settings/sessions", isBesideTabs: true },
    { name: "tokens", path: "/settings/tokens", isBesideTabs: true },
    { name: "audit", path: "/settings/audit", isBesideTabs: true },
    { name: "alerts", path: "/settings/alerts", isBesideTabs: true },
    { name: "connections", path: "/settings/connections", isBesideTabs: true },
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

async function showTables(page: Page): Promise<void> {
  const buttons = page.getByRole("button", { name: / as a table$/ });
  await expect(buttons).not.toHaveCount(0);
  for (const button of await buttons.all()) await button.click();
  await page.getByRole("table", { name: "Throughput" }).scrollIntoViewIfNeeded();
}

async function openResolved(page: Page): Promise<void> {
  await page.getByText("Resolved incidents").click();
  await expect(page.getByText(/^resolved /).first()).toBeVisible();
}

async function openRecovery(page: Page): Promise<void> {
  await page
    .getByRole("button", { name: /^Recover \d+ unit/ })
    .first()
    .click();
  await page
    .getByRole("dialog")
    .getByText(/^Resumes /)
    .waitFor();
}

async function openTimeTravel(page: Page): Promise<void> {
  const fold = page.getByRole("button", { name: "Look back", exact: true });
  if (await fold.isVisible()) await fold.click();
  await page.getByRole("slider", { name: "Moment to look back to" }).focus();
}

const alertsPath = "/admin/alerts";

const originOf = (page: Page) => new URL(page.url()).origin;

async function removeAlerts(page: Page): Promise<void> {
  const url = originOf(page);
  for (const { id } of await readJson<{ id: string }[]>(url, alertsPath))
    await ask(url, `${alertsPath}/${id}`, { method: "DELETE" });
}

async function openAlertForm(page: Page): Promise<void> {
  await removeAlerts(page);
  await page.getByRole("button", { name: "Add one of your own" }).click();
  const form = page.getByRole("dialog", { name: "Add an alert" });
  await form.getByLabel("Rule").selectOption("Jobs wait too long");
  await form.getByLabel("Longer than").fill("never");
  await form.getByRole("button", { name: "Add the alert" }).click();
  await form.getByText("Write a number from 0.1 to 1,440.").waitFor();
}

/** The alerts that most need, and one that fires; the receiver is a host that the server refuses to call. */
async function makeAlerts(page: Page): Promise<void> {
  await removeAlerts(page);
  const rule = { kind: "failure_rate", percentage: 1, window_minutes: 1_440, least_jobs: 1 };
  const data = { name: "Jobs fail", rule, webhook_url: "http://127.0.0.1:9/", emails: [] };
  expect((await askWith(originOf(page), "POST", alertsPath, data)).status).toBe(201);
  const queue = { name: "Long queue", rule: { kind: "queue_age", minutes: 10 }, is_enabled: false };
  expect((await askWith(originOf(page), "POST", alertsPath, queue)).status).toBe(201);
}

async function showAlerts(page: Page): Promise<void> {
  await removeAlerts(page);
  // Those of before are gone from the page too.
  await expect(page.getByRole("button", { name: "Add these five" })).toBeVisible();
  await makeAlerts(page);
  const alert = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: "Jobs fail" }) });
  await expect(alert).toContainText("Since");
  await alert.getByRole("button", { name: "Deliveries" }).click();
  await expect(alert.getByRole("table", { name: "Deliveries of Jobs fail" })).toContainText("fired");
}

async function showFiring(page: Page): Promise<void> {
  await makeAlerts(page);
  await expect(page.locator(".firing")).toContainText("Jobs fail");
}

const connectionsPath = "/prefect/connections";

async function removeConnections(page: Page): Promise<void> {
  const url = originOf(page);
  for (const { id } of await readJson<{ id: string }[]>(url, connectionsPath))
    await ask(url, `${connectionsPath}/${id}`, { method: "DELETE" });
}

/** One that nobody answers at, and one that is switched off. */
async function showConnections(page: Page): Promise<void> {
  await removeConnections(page);
  const url = originOf(page);
  const credentials = { kind: "basic", auth_string: "reader:never-shown" };
  for (const name of ["Kitchen", "Cellar"]) {
    const data = { name, base_url: "http://127.0.0.1:9/api", credentials, filter_tags: ["courses"] };
    const added = await askWith(url, "POST", connectionsPath, data);
    expect(added.status).toBe(201);
    // The documented answer of the route.
    const { id } = (await added.json()) as { id: string };
    if (name === "Cellar") await askWith(url, "PATCH", `${connectionsPath}/${id}`, { is_enabled: false });
  }
  const stateOf = (name: string) =>
    page
      .getByRole("list", { name: "Connections" })
      .getByRole("listitem")
      .filter({ has: page.getByRole("heading", { name }) })
      .locator(".connection-state");
  await expect(stateOf("Kitchen")).toContainText("down");
  await expect(stateOf("Cellar")).toContainText("disabled");
}

async function openConnectionForm(page: Page): Promise<void> {
  await removeConnections(page);
  await expect(page.getByText("No Prefect server yet?")).toBeVisible();
  await page.getByRole("button", { name: "Add a connection" }).click();
  const form = page.getByRole("dialog", { name: "Add a connection" });
  await form.getByLabel("Address of Prefect's API").fill("http://127.0.0.1:9/api");
  await form.getByLabel("Kind").selectOption("User and password");
  await form.getByLabel("User", { exact: true }).fill("reader");
  await form.getByLabel("Password", { exact: true }).fill("never-shown");
  await form.getByRole("button", { name: "Test", exact: true }).click();
  await form.locator(".verdict.is-bad").waitFor();
  await form.getByRole("button", { name: "Add the connection" }).click();
  await form.locator("[aria-invalid=true]").waitFor();
}

async function openConnectionGuide(page: Page): Promise<void> {
  await removeConnections(page);
  await page.getByText("No Prefect server yet?").click();
  await page.getByText(".venv/bin/prefect server start").waitFor();
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
    { name: "monitor-tables", path: "/?range=30d", open: showTables },
    { name: "monitor-look-back", path: "/", open: openTimeTravel },
    { name: "monitor-resolved", path: "/", open: openResolved },
    { name: "monitor-recover", path: "/", open: openRecovery },
    { name: "monitor-firing", path: "/", open: showFiring },
    { name: "alerts-filled", path: "/settings/alerts", open: showAlerts },
    { name: "alert-form", path: "/settings/alerts", open: openAlertForm },
    { name: "connections-filled", path: "/settings/connections", open: showConnections },
    { name: "connection-form", path: "/settings/connections", open: openConnectionForm },
    { name: "connections-guide", path: "/settings/connections", open: openConnectionGuide },
    ...accountStates,
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
