import { expect, type Locator, type Page } from "@playwright/test";
import { readJson } from "../server/test/product.ts";
import { expectNotReloaded, markPage, modelTest as test, waitForContent } from "./fixtures.ts";
import {
  beginUnit,
  dialog,
  header,
  headline,
  holdUnit,
  lineage,
  makeUnit,
  openTaskOfRemark,
  rowsOf,
  withoutAnswer,
  withoutPlan,
} from "./troubled-units.ts";

interface Task {
  readonly id: string;
}

const bar = (page: Page) => page.getByRole("region", { name: "Selected rows" });
const box = (page: Page, title: string) => page.getByRole("checkbox", { name: `Select ${title}` });
const leftOut = (asked: Locator) => asked.getByRole("region", { name: "Left out" });
const items = (page: Page) => rowsOf(page, "Items of this bulk action");
const outcome = (page: Page, name: RegExp) =>
  page.getByRole("group", { name: "Show items by outcome" }).getByRole("button", { name });
const work = (page: Page, name: string) => page.getByRole("region", { name });
/** What a bulk action came to so far. */
const sum = (page: Page) => page.getByRole("main").locator(".bulk-progress").getByRole("status");

async function openList(page: Page, address: string, count: number, table = "Units"): Promise<void> {
  await page.goto(address);
  await waitForContent(page);
  await expect(rowsOf(page, table)).toHaveCount(count);
  await markPage(page);
}

test("rows chosen by click, Shift and key are resumed by a task that names what it could not do", async ({
  page,
  product,
  provider,
}) => {
  const world = { product, provider };
  const failed = [];
  for (const number of [1, 2, 3]) failed.push(await makeUnit(world, `Knot ${number}`, withoutPlan));
  expect(failed.map(({ status }) => status)).toEqual(["failed", "failed", "failed"]);
  const whole = await makeUnit(world, "Knot 4");
  expect(whole.status).toBe("completed");
  const before = await readJson<Task[]>(product.url, "/task-queue/tasks");

  await test.step("choose by click, a range by Shift, and leave one out by key", async () => {
    await openList(page, "/units?q=Knot", 4);
    await box(page, "Knot 4").click();
    await expect(bar(page)).toContainText("1 selected");
    await box(page, "Knot 1").click({ modifiers: ["Shift"] });
    await expect(bar(page)).toContainText("4 selected");
    await box(page, "Knot 2").focus();
    await page.keyboard.press("x");
    await expect(box(page, "Knot 2")).not.toBeChecked();
    await expect(bar(page)).toContainText("3 selected");
  });

  await test.step("read what would be left out and why, and back out", async () => {
    await bar(page).getByRole("button", { name: "Resume" }).click();
    const asked = dialog(page, "Resume 2 units?");
    await expect(asked).toContainText("finished steps are kept and not paid again");
    await expect(leftOut(asked)).toContainText("1 of 3 left as it is:");
    await expect(leftOut(asked).getByRole("listitem")).toContainText(
      "unit is completed. Only a failed, partial or cancelled unit can be retried.",
    );
    await asked.getByRole("button", { name: "Not now" }).click();
    await expect(asked).toHaveCount(0);
    await expect(bar(page).getByRole("button", { name: "Resume" })).toBeFocused();
    await expect(bar(page)).toContainText("3 selected");
    expect(await readJson<Task[]>(product.url, "/task-queue/tasks")).toHaveLength(before.length);
  });

  const third = failed[2]?.id ?? "";
  const letGo = await holdUnit(product, third);
  await test.step("watch the task go on without a reload", async () => {
    await bar(page).getByRole("button", { name: "Resume" }).click();
    await dialog(page, "Resume 2 units?").getByRole("button", { name: "Resume 2 units" }).click();
    await expect(bar(page)).toHaveCount(0);
    await openTaskOfRemark(page, "3 units: the work goes on as a task of its own.");
    await expect(headline(page)).toHaveText("Bulk action");
    const resuming = work(page, "Resume: 3 units");
    await expect(resuming).toContainText("chosen one by one");
    await expect(resuming.getByRole("progressbar", { name: "Progress of the bulk action" })).toBeVisible();
    await expect(header(page)).toContainText("in progress");
    await expect(items(page).filter({ hasText: "Knot 3" })).toContainText("pending");
    await letGo();
    await expect(sum(page)).toHaveText("2 resumed, 1 refused");
    await expect(header(page)).toContainText("completed");
    await expect(resuming.getByRole("progressbar")).toHaveCount(0);
    await expectNotReloaded(page);
  });

  await test.step("read what was refused and why, with the way to it", async () => {
    await expect(outcome(page, /refused/i)).toHaveAttribute("aria-pressed", "true");
    await expect(items(page)).toHaveCount(1);
    await expect(items(page)).toContainText(
      "unit is completed. Only a failed, partial or cancelled unit can be retried.",
    );
    await items(page).getByRole("link", { name: "Knot 4" }).click();
    await expect(page).toHaveURL(new RegExp(`/units/${whole.id}`));
    await page.goBack();
  });

  await test.step("trying again what did not work says that nothing can be done", async () => {
    await page.getByRole("button", { name: "Try the one that did not work again" }).click();
    const asked = dialog(page, "Nothing to resume here");
    await expect(asked.getByRole("button", { name: /^Resume/ })).toHaveAttribute("aria-disabled", "true");
    await page.keyboard.press("Escape");
    await expect(asked).toHaveCount(0);
  });

  await test.step("follow what was resumed to its new task", async () => {
    await outcome(page, /^done/i).click();
    await expect(items(page)).toHaveCount(2);
    await items(page).filter({ hasText: "Knot 1" }).getByRole("link").nth(1).click();
    await expect(headline(page)).toHaveText("Knot 1");
    await expect(lineage(page).locator("[aria-current]")).toContainText("resumes, this one");
    await expect(header(page)).toContainText("completed");
  });
});

test("all that match the filter are retried from scratch, loaded and chosen or not", async ({
  page,
  product,
  provider,
}) => {
  for (const number of [1, 2, 3]) await makeUnit({ product, provider }, `Sail ${number}`, withoutPlan);
  await makeUnit({ product, provider }, "Sail 4");
  await openList(page, "/units?q=Sail&status=failed", 3);
  await box(page, "Sail 2").click();
  await bar(page).getByRole("button", { name: "Select all 3 matching" }).click();
  await expect(bar(page)).toContainText("All 3 selected");
  await expect(box(page, "Sail 1")).toBeChecked();
  await bar(page).getByRole("button", { name: "Retry from scratch" }).click();

  const asked = dialog(page, "Retry 3 units?");
  await expect(asked).toContainText(/3 units: all that matched .*status failed/);
  await expect(asked).toContainText(/text "Sail"/);
  await expect(asked).toContainText("every step runs and is paid again");
  await expect(asked).toContainText(/The cost is unknown: \S/);
  await expect(leftOut(asked)).toHaveCount(0);
  await asked.getByRole("button", { name: "Retry 3 units" }).click();
  await openTaskOfRemark(page, "3 units");
  await expect(sum(page)).toHaveText("3 retried from scratch");
  await expect(work(page, "Retry from scratch: 3 units")).toContainText(/status failed/);

  await openList(page, "/units?q=Sail", 4);
  await expect(rowsOf(page, "Units").filter({ hasText: "completed" })).toHaveCount(4);
  await expectNotReloaded(page);
});

test("tasks and flow runs are cancelled together, each of their units once", async ({
  page,
  context,
  product,
  provider,
}) => {
  const world = { product, provider };
  await makeUnit(world, "Keel 1");
  const writing = await beginUnit(world, "Keel 2", withoutAnswer);
  const alsoWriting = await beginUnit(world, "Keel 3", withoutAnswer);
  const watcher = await context.newPage();
  await watcher.goto(`/units/${writing}`);
  await expect(header(watcher)).toContainText("in progress");
  await markPage(watcher);
  await page.bringToFront();

  await test.step("tasks: what has ended is left out", async () => {
    await openList(page, "/tasks?q=Keel&task_name=unit_creation", 3, "Tasks");
    await page.getByRole("checkbox", { name: "Select all loaded rows" }).click();
    await expect(bar(page)).toContainText("3 selected");
    await bar(page).getByRole("button", { name: "Cancel" }).click();
    const asked = dialog(page, "Cancel 2 tasks?");
    await expect(leftOut(asked)).toContainText("Its task has ended already: it is completed.");
    await asked.getByRole("button", { name: "Not now" }).click();
    await bar(page).getByRole("button", { name: "Clear the selection" }).click();
    await expect(bar(page)).toHaveCount(0);
  });

  await test.step("flow runs: several of one unit count once", async () => {
    await page.goto(`/flows?unit_id=${writing}&status=running`);
    await expect(rowsOf(page, "Flow runs")).toHaveCount(3);
    await page.getByRole("checkbox", { name: "Select all loaded rows" }).click();
    await bar(page).getByRole("button", { name: "Cancel" }).click();
    const asked = dialog(page, "Cancel 1 flow run?");
    await expect(leftOut(asked)).toContainText("each task is changed once");
    await asked.getByRole("button", { name: "Cancel 1 flow run" }).click();
    await openTaskOfRemark(page, "1 flow run");
    await expect(sum(page)).toHaveText("1 cancelled");
  });

  await test.step("another open page sees it", async () => {
    await expect(header(watcher)).toContainText("cancelled");
    await expect(work(watcher, "Finish this unit")).toBeVisible();
    await expectNotReloaded(watcher);
    await watcher.close();
  });
  const { status } = await readJson<{ status: string }>(product.url, `/content/units/${alsoWriting}`);
  expect(status).toBe("in_progress");

  await test.step("units: the one that still runs", async () => {
    await openList(page, "/units?q=Keel&status=in_progress", 1);
    await box(page, "Keel 3").click();
    await bar(page).getByRole("button", { name: "Cancel" }).click();
    await dialog(page, "Cancel 1 unit?").getByRole("button", { name: "Cancel 1 unit" }).click();
    // It fits the list's filter no more, so it leaves.
    await expect(rowsOf(page, "Units").filter({ hasText: "Keel 3" })).toHaveCount(0);
  });
});
