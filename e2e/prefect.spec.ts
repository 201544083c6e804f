import { readFileSync } from "node:fs";
import path from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { createUnit, readJson, type Unit, waitForUnit } from "../server/test/product.ts";
import { expectNotReloaded, markPage, waitForContent } from "./fixtures.ts";
import { cardOf, historyOf, liveMark, openMonitor, recordCards } from "./monitor-pages.ts";
import { credentials, type PrefectWorld, prefectTest as test } from "./prefect-world.ts";

// The first answer of a served flow takes seconds on a busy machine.
test.describe.configure({ timeout: 120_000 });
const slow = { timeout: 30_000 };
/** From a change in Prefect to the screen, sooner than any sweep comes round. How soon is measured in bench/prefect. */
const longestDelayMs = 10_000;

const source = readFileSync(
  path.resolve(import.meta.dirname, "../examples/sources/how-tides-work.md"),
  "utf8",
);
const course = { learner_level: "beginner", sources: [{ kind: "text", text: source }] };

/** The row of a list that tells of a run or job. */
const rowIn = (page: Page, table: string, title: string) =>
  page
    .getByRole("table", { name: table, exact: true })
    .getByRole("row")
    .filter({ has: page.getByRole("link", { name: title, exact: true }) })
    .first();
const finishedRow = (page: Page, title: string) =>
  historyOf(page)
    .getByRole("row")
    .filter({ has: page.getByRole("link", { name: title, exact: true }) });
const onPrefect = (page: Page) => page.getByRole("region", { name: "On Prefect" });
const statusOf = (page: Page) => page.locator(".page-header .status-pill");
const outages = (page: Page) => page.getByRole("list", { name: "Connections that cannot be read" });

interface RunRow {
  readonly id: string;
  readonly status: string;
  readonly external_id: string | null;
}

async function readRun({ product }: PrefectWorld, external_id: string): Promise<RunRow | undefined> {
  const runs = await readJson<RunRow[]>(product.url, "/flow-engine/runs?limit=200");
  return runs.find((run) => run.external_id === external_id);
}

/** When the run got into the state that it is in now, by Prefect's clock, which is this machine's. */
async function enteredAt({ stateOf }: PrefectWorld, id: string): Promise<number> {
  const { state } = await stateOf(id, "RUNNING", "FAILED");
  return Date.parse(state?.timestamp ?? "");
}

async function openRun(page: Page, title: string): Promise<void> {
  await page.goto("/flows");
  await rowIn(page, "Flow runs", title).getByRole("link", { name: title, exact: true }).click();
  await waitForContent(page);
  await expect(onPrefect(page)).toBeVisible();
}

async function expectNoViolations(page: Page, place: string): Promise<void> {
  const { violations, passes } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
    .setLegacyMode()
    .analyze();
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target }) => `${id}: ${target.join(" ")}`),
  );
  expect.soft(found, place).toEqual([]);
  expect(passes.length).toBeGreaterThan(0);
}

test("an administrator adds a connection, whose test first tells what is wrong with it", async ({
  page,
  world,
}) => {
  await page.goto("/settings/connections");
  await waitForContent(page);
  await page.getByRole("button", { name: "Add a connection" }).click();
  const form = page.getByRole("dialog", { name: "Add a connection" });
  await form.getByLabel("Name", { exact: true }).fill("Kitchen");
  await form.getByLabel("Address of Prefect's API").fill(world.apiUrl);
  await form.getByLabel("Kind").selectOption("User and password");
  await form.getByLabel("User", { exact: true }).fill(credentials.user);
  await form.getByLabel("Password", { exact: true }).fill("not this one");
  await form.getByRole("button", { name: "Test", exact: true }).click();
  const verdict = form.locator(".verdict");
  await expect(verdict).toContainText("Enter the auth string that the server was started with");

  await form.getByLabel("Password", { exact: true }).fill(credentials.password);
  await expect(verdict).toHaveCount(0);
  await form.getByRole("button", { name: "Test", exact: true }).click();
  await expect(verdict).toContainText("Prefect 3.8.8 answers: 0 runs and 2 deployments.");
  await expect(verdict).toContainText("events come live");

  await form.getByRole("button", { name: "Add the connection" }).click();
  const row = page.getByRole("list", { name: "Connections" }).getByRole("listitem");
  await expect(row).toContainText("Kitchen");
  await expect(row.locator(".connection-state")).toContainText("live");
  await expect(page.getByRole("main")).not.toContainText(credentials.password);
});

test("Prefect is asked for the status of a job: its task says what Prefect says, now and after asking again", async ({
  page,
  world,
}) => {
  await world.connect();
  const title = "course: Tides to ask for";
  const id = await world.start("second-try", { title: "Tides to ask for" });
  await page.goto("/tasks");
  await waitForContent(page);
  await markPage(page);
  const row = page.getByRole("table", { name: "Tasks" }).getByRole("row").filter({ hasText: title });
  await expect(row).toContainText("prefect_flow_run", slow);
  await world.stateOf(id, "FAILED");
  await expect(row).toContainText("failed");
  await expect(row).toContainText("The writer hung up.");
  await expectNotReloaded(page);
  await row.getByRole("link").first().click();
  await waitForContent(page);
  await onPrefect(page).getByRole("button", { name: "Read again now" }).click();
  await expect(page.getByText("The run was read from Prefect.")).toBeVisible();
  await expect(onPrefect(page).locator("dt", { hasText: "State" }).locator("+ dd")).toContainText("Failed");
});

test("the status of a workflow is displayed: of its run, of each flow inside it and of each step", async ({
  page,
  world,
}) => {
  await world.connect();
  const title = "course: Tides in full sight";
  const id = await world.start("course-generation", {
    ...{ title: "Tides in full sight", target_lesson_count: 2, seconds_per_lesson: 0.5 },
  });
  await page.goto("/flows");
  await waitForContent(page);
  await markPage(page);
  const run = rowIn(page, "Flow runs", title);
  await expect(run).toContainText("running", slow);
  await run.getByRole("link", { name: title, exact: true }).click();
  await waitForContent(page);
  await expect(statusOf(page)).toHaveText("completed", slow);
  const flows = page.getByRole("table", { name: "Child flows" }).locator("tbody > tr[data-row]");
  await expect(flows.filter({ hasText: "completed" })).toHaveCount(2);
  const steps = page.getByRole("table", { name: "Steps", exact: true });
  await expect(steps).toContainText("plan_lessons");
  await expect(onPrefect(page)).toContainText("course-generation");
  await expect(page.getByRole("main")).toContainText("Lesson 2 of 2");
  expect((await world.stateOf(id, "COMPLETED")).state_name).toBe("Completed");
  await expectNotReloaded(page);
});

test("the progress of a workflow moves in the monitor and never goes back", async ({ page, world }) => {
  await world.connect();
  await openMonitor(page);
  await markPage(page);
  const readCards = await recordCards(page);
  const title = "course: Tides in the making";
  // Prefect sends no event when a progress artifact moves: it is read every 5 s, so the half has to last longer.
  await world.start("course-generation", {
    ...{ title: "Tides in the making", target_lesson_count: 2, seconds_per_lesson: 7 },
  });
  const card = cardOf(page, title);
  await expect(card.locator(".engine-mark")).toHaveText("Prefect", slow);
  await expect(card).toContainText("50 %", slow);
  await expect(finishedRow(page, title)).toContainText("completed", slow);
  await expect(card).toHaveCount(0);
  const shown = (await readCards())[title] ?? [];
  const percentages = shown.map(({ whole }) => Number(/(\d+) %/.exec(whole)?.[1] ?? 0));
  expect(percentages).toContain(0);
  expect(percentages).toEqual(percentages.toSorted((left, right) => left - right));
  await expectNotReloaded(page);
});

test("what happens in Prefect is on the screen in near real time, until it fails in Prefect's words", async ({
  page,
  world,
}) => {
  await world.connect();
  await openMonitor(page);
  await markPage(page);
  const title = "course: Tides that fail";
  const id = await world.start("course-generation", {
    ...{ title: "Tides that fail", variant: "failing", target_lesson_count: 2, seconds_per_lesson: 0.5 },
  });
  const card = cardOf(page, title);
  await expect(card).toContainText("carried out by Prefect", slow);
  const begun = Date.now() - (await enteredAt(world, id));
  const row = finishedRow(page, title);
  await expect(row).toContainText("Nothing can be asked about", slow);
  const failed = Date.now() - (await enteredAt(world, id));
  await expect(row).toContainText("failed");
  expect([begun, failed].filter((delayMs) => delayMs > longestDelayMs)).toEqual([]);
  await expectNotReloaded(page);
});

test("a run that failed is retried from its page, and completes there in the same sight", async ({
  page,
  world,
}) => {
  await world.connect();
  const title = "course: Tides at the second try";
  const id = await world.start("second-try", { title: "Tides at the second try" });
  await world.stateOf(id, "FAILED");
  await expect.poll(async () => (await readRun(world, id))?.status).toBe("failed");
  await openRun(page, title);
  await markPage(page);
  await expect(statusOf(page)).toHaveText("failed");
  await expect(page.getByRole("main")).toContainText("The writer hung up.");
  await onPrefect(page).getByRole("button", { name: "Retry", exact: true }).click();
  const asked = page.getByRole("list", { name: /^Asked of Prefect/ }).getByRole("listitem");
  await expect(asked).toContainText("Prefect accepted it.");
  await expect(statusOf(page)).toHaveText("completed", slow);
  await expect(onPrefect(page).locator("dt", { hasText: "Attempt" }).locator("+ dd")).toHaveText("2");
  await expect(page.getByRole("table", { name: "Steps" })).toContainText("write_lesson");
  expect((await world.stateOf(id, "COMPLETED")).run_count).toBe(2);
  await expectNotReloaded(page);
});

test("a draft is generated on Prefect from its page: its lessons come back and it is completed", async ({
  page,
  world,
}) => {
  await world.connect();
  const draft = { ...course, title: "Tides by Prefect", target_lesson_count: 2, start: false };
  const unitId = await createUnit(world.product.url, draft);
  await page.goto(`/units/${unitId}`);
  await waitForContent(page);
  await markPage(page);
  await page.getByRole("button", { name: "Generate on Prefect…" }).click();
  const form = page.getByRole("dialog", { name: "Generate on Prefect" });
  await form.getByRole("radio", { name: /^write-course\/course-generation/ }).check();
  await form.getByLabel("Further parameters").fill('{"seconds_per_lesson": 0.5}');
  await form.getByRole("button", { name: "Generate on Prefect" }).click();
  await expect(page.getByRole("heading", { name: /on Prefect$/ }).first()).toBeVisible();
  await expect(statusOf(page)).toHaveText("completed", slow);
  await expectNotReloaded(page);
  const unit = await readJson<Unit>(world.product.url, `/content/units/${unitId}`);
  expect(unit.lessons.map(({ status }) => status)).toEqual(["completed", "completed"]);
  expect(unit.lessons.every(({ exercise_count }) => exercise_count > 0)).toBe(true);
  await expect(page.getByRole("main")).toContainText("2 lessons");
});

test("cancelling a run here ends it in Prefect", async ({ page, world }) => {
  await world.connect();
  const title = "course: Tides that nobody needs";
  const id = await world.start("course-generation", {
    ...{ title: "Tides that nobody needs", variant: "slow", target_lesson_count: 2 },
  });
  await world.stateOf(id, "RUNNING");
  await expect.poll(async () => (await readRun(world, id))?.status).toBe("running");
  await openRun(page, title);
  await onPrefect(page).getByRole("button", { name: "Cancel", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel the run" }).click();
  await expect(statusOf(page)).toHaveText("cancelled", slow);
  expect((await world.stateOf(id, "CANCELLED", "COMPLETED", "FAILED")).state_type).toBe("CANCELLED");
});

test.describe("while the connection is cut", () => {
  test("rows stay as of then, nothing fails, our own generation goes on, and it comes back by itself", async ({
    page,
    world,
  }) => {
    const connectionId = await world.connect();
    const title = "course: Tides behind a cut";
    const id = await world.start("course-generation", {
      ...{ title: "Tides behind a cut", variant: "slow", target_lesson_count: 2, seconds_per_lesson: 0.6 },
    });
    await openMonitor(page);
    await markPage(page);
    const card = cardOf(page, title);
    await expect(card).toContainText("carried out by Prefect", slow);
    world.proxy.cut();
    await expect(outages(page)).toContainText("Prefect “Kitchen” does not answer", slow);
    await expect(card).toContainText(/as of \d/);

    const unitId = await createUnit(world.product.url, {
      ...{ ...course, title: "Tides of our own", target_lesson_count: 1 },
    });
    const unit = await waitForUnit(world.product.url, unitId);
    expect(unit.status).toBe("completed");
    await expect(finishedRow(page, "Tides of our own")).toContainText("completed");
    await expect(liveMark(page)).toHaveText("live");
    await expect(outages(page)).toBeVisible();
    expect((await readRun(world, id))?.status).toBe("running");
    await expect(card).toBeVisible();

    world.proxy.restore();
    await expect(outages(page)).toHaveCount(0, slow);
    await expect(finishedRow(page, title)).toContainText("completed", slow);
    await expect.poll(() => world.connect()).toBe(connectionId);
    await expectNotReloaded(page);
  });
});

test("connections and a run of Prefect can be read on a phone in the dark, without a violation of WCAG A or AA", async ({
  page,
  world,
}) => {
  await world.connect();
  const title = "course: Tides on a phone";
  const id = await world.start("second-try", { title: "Tides on a phone" });
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/settings/connections");
  await waitForContent(page);
  await expect(page.locator(".connection-state")).toContainText("live");
  await expectNoViolations(page, "connections");
  await world.stateOf(id, "FAILED");
  await expect.poll(async () => (await readRun(world, id))?.status).toBe("failed");
  await page.goto(`/flows/${(await readRun(world, id))?.id}`);
  await waitForContent(page);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(title);
  await expect(onPrefect(page).getByRole("button", { name: "Retry", exact: true })).toBeVisible();
  await expectNoViolations(page, "a failed run of Prefect");
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(390);
});
