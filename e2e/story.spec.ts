import { expect, type Locator, type Page } from "@playwright/test";
import { ask, createUnit, readJson, waitForUnit } from "../server/test/product.ts";
import type { TestProvider } from "../server/test/provider/provider.ts";
import { expectNotReloaded, markPage, modelTest as test, waitForContent } from "./fixtures.ts";

const title = "Bread for early shifts";
const bread = `## Mixing the dough

${"Flour takes up water and its proteins link into gluten, which gives the dough its strength. ".repeat(12)}

## Baking the loaf

${"In the oven the gas in the dough expands, the starch sets and the crust turns brown. ".repeat(12)}
`;
/** Slow enough to be watched while it happens. */
const latency = { text: 700, object: 700, speech: 700, image: 700 };
const secondLesson = { kind: "text" as const, prompt: "Lesson title: Baking the loaf" };
const failing = {
  latency_ms: latency,
  rules: [{ match: secondLesson, action: { status: 500, retry_after: { ms: 10 } } }],
};

const main = (page: Page) => page.getByRole("main");
const headline = (page: Page) => page.getByRole("heading", { level: 1 });
const tab = (page: Page, name: string) =>
  page.getByRole("banner").getByRole("navigation", { name: "Main" }).getByRole("link", { name, exact: true });
/** Where a page says what its entity is and how it stands. */
const header = (page: Page) => page.locator(".page-header");
/** The row of a table that tells of one thing. */
const row = (place: Page | Locator, table: string, words: RegExp) =>
  place.getByRole("table", { name: table, exact: true }).getByRole("row", { name: words });

const lineage = (page: Page) => page.getByRole("region", { name: "Lineage" });

async function goToTab(page: Page, name: string): Promise<void> {
  await tab(page, name).click();
  await expect(headline(page)).toHaveText(name === "Dashboard" ? "Course generation" : name);
}

/** Follows a link of the facts beside a page's content. */
async function followFact(page: Page, fact: string): Promise<void> {
  const value = page
    .getByRole("complementary")
    .locator("dt", { hasText: fact })
    .locator("xpath=following-sibling::dd");
  await value.getByRole("link").first().click();
}

async function navigate(page: Page): Promise<void> {
  const tabs = ["Dashboard", "Flow Runs", "Tasks", "LLM Requests", "Units", "Users"];
  await expect(page.getByRole("navigation", { name: "Main" }).first().getByRole("link")).toHaveText(tabs);
  for (const name of tabs) await goToTab(page, name);
}

async function create(page: Page): Promise<void> {
  await goToTab(page, "Units");
  await main(page).getByRole("link", { name: "New unit" }).first().click();
  await page.getByRole("textbox", { name: "Your text" }).fill(bread);
  await page.getByRole("spinbutton", { name: "Lessons" }).fill("2");
  await page.getByRole("textbox", { name: "Title" }).fill(title);
  await page.getByRole("button", { name: "Create the unit" }).click();
  await expect(headline(page)).toHaveText(title);
}

async function watchOnTheDashboard(page: Page): Promise<void> {
  await goToTab(page, "Dashboard");
  const job = page.getByRole("article", { name: title });
  await expect(job.getByRole("list", { name: `Stages of ${title}` })).toContainText("running");
  const lessons = job.getByRole("list", { name: `Lessons of ${title}` }).getByRole("listitem");
  await expect(lessons.filter({ hasText: "running" }).first()).toBeVisible();
  await expect(lessons.filter({ hasText: "failed" })).toHaveCount(1);
  const incident = page
    .getByRole("region", { name: "Needs attention" })
    .getByRole("article")
    .filter({ hasText: title });
  await expect(incident).toContainText("in generate lesson transcript");
  await expect(incident).toContainText("1 unit is stopped");
  await expect(job).toHaveCount(0);
  await expect(row(page, "Finished units", new RegExp(title))).toContainText("partial");
}

async function drillDownToTheRequestAndBack(page: Page): Promise<void> {
  await page
    .getByRole("region", { name: "Needs attention" })
    .getByRole("link", { name: title, exact: true })
    .click();
  await expect(header(page)).toContainText("partial");
  await expect(page.getByRole("list", { name: "Stages" })).toContainText("lesson 2 failed");

  await page.getByRole("tab", { name: /^Flow runs/ }).click();
  const failed = row(page, "Flow runs of this unit", /lesson_creation lesson 2/);
  await expect(failed).toContainText("failed");
  await failed.getByRole("link", { name: /lesson_creation/ }).click();
  await expect(page.getByRole("alert")).toContainText("It stopped in generate_lesson_transcript");
  await expect(page.getByRole("heading", { name: "Timeline" })).toBeVisible();

  const step = row(page, "Steps", /generate_lesson_transcript/);
  await step.getByRole("button", { name: /generate_lesson_transcript/ }).click();
  await expect(page.getByRole("region", { name: "Input of generate_lesson_transcript" })).toBeVisible();
  await step.getByRole("link").first().click();
  await expect(headline(page)).toHaveText("LLM request");
  await expect(main(page)).toContainText("Lesson title: Baking the loaf");
  await expect(page.getByRole("alert").first()).toContainText("500");

  const chain = page.getByRole("region", { name: "It served" }).getByRole("link");
  await expect(chain.filter({ hasText: "generate_lesson_transcript" })).toBeVisible();
  await expect(chain.filter({ hasText: "lesson_creation" })).toBeVisible();
  await chain.filter({ hasText: title }).click();
  await expect(headline(page)).toHaveText(title);
}

async function readTheTask(page: Page): Promise<void> {
  await goToTab(page, "Tasks");
  const table = page.getByRole("table", { name: "Tasks", exact: true });
  for (const column of ["Task ID", "Task Type", "Status", "Started", "Duration", "Associated Entity"]) {
    await expect(table.getByRole("columnheader", { name: column, exact: true })).toBeVisible();
  }
  const task = row(page, "Tasks", /unit_creation/);
  await expect(task).toContainText(title);
  await task.getByRole("link").first().click();
  await expect(row(page, "Attempts", /process \d+/)).toContainText("completed");
  await expect(row(page, "Flow runs of this task", /lesson_creation lesson 1/)).toContainText("completed");
  await row(page, "Flow runs of this task", /unit_creation/)
    .getByRole("link")
    .first()
    .click();
  await expect(row(page, "Child flows", /lesson_creation lesson 2/)).toContainText("failed");
  await followFact(page, "Task");
  await expect(page.getByRole("table", { name: "Attempts" })).toBeVisible();
  await followFact(page, "Unit");
  await expect(headline(page)).toHaveText(title);
}

async function readALesson(page: Page): Promise<void> {
  await page.getByRole("group").filter({ hasText: /^1 / }).locator("summary").click();
  const unitAddress = new URL(page.url()).pathname;
  const lesson = page.getByRole("article", { name: "Lesson 1" });
  await expect(lesson).toContainText(/gluten|dough/);
  expect(new URL(page.url()).pathname.startsWith(unitAddress.split("/").slice(0, 3).join("/"))).toBe(true);
  await expect(lesson.locator("audio")).toHaveAttribute("src", /\/api\/v1\/media\//);

  const exercise = lesson.getByRole("region", { name: "Exercise 1", exact: true });
  const options = exercise.getByRole("listitem");
  const before = await options.allTextContents();
  await exercise.getByRole("button", { name: "Show the key" }).click();
  await expect(exercise.getByText("key", { exact: true })).toBeVisible();
  const withRationales = await options.allTextContents();
  expect(before).toHaveLength(4);
  for (const [position, text] of before.entries()) {
    expect(withRationales[position]).toContain(text);
    expect(withRationales[position]?.length ?? 0).toBeGreaterThan(text.length + 10);
  }
  await exercise.getByRole("button", { name: "Hide the key" }).click();

  const writtenBy = lesson
    .getByText(/^written by request/)
    .last()
    .getByRole("link");
  await writtenBy.scrollIntoViewIfNeeded();
  expect(await page.evaluate(() => window.scrollY)).toBeGreaterThan(0);
  const place = (await writtenBy.boundingBox())?.y ?? 0;
  await writtenBy.click();
  await expect(headline(page)).toHaveText("LLM request");
  await expect(main(page)).toContainText("validate_and_structure_exercises");
  await page.goBack();
  await expect(lesson).toBeVisible();
  await expect.poll(async () => Math.abs(((await writtenBy.boundingBox())?.y ?? 0) - place)).toBeLessThan(2);
}

async function retryFromScratch(page: Page): Promise<void> {
  const choice = page.getByRole("region", { name: "Finish this unit" });
  await choice.getByRole("radio", { name: /^Retry from scratch/ }).check();
  await expect(choice).toContainText(/A new task runs all \d+ steps again and pays for them again/);
  await choice.getByRole("button", { name: "Retry from scratch" }).click();
  await page.getByRole("region", { name: "Remarks" }).getByRole("button", { name: "Open the task" }).click();
  await expect(main(page)).toContainText("from scratch");
  await expect(lineage(page).locator("[aria-current]")).toContainText("from scratch");
  await expect(lineage(page).getByRole("link")).toHaveCount(1);
  await expect(row(page, "Attempts", /process \d+/)).toContainText("completed");
}

async function resume(page: Page, provider: TestProvider): Promise<void> {
  await followFact(page, "Unit");
  await expect(header(page)).toContainText("partial");
  const choice = page.getByRole("region", { name: "Finish this unit" });
  await choice.getByRole("radio", { name: /^Resume/ }).check();
  await expect(choice).toContainText(/\d+ finished steps are kept and not paid again/);
  const steps = choice.getByRole("region", { name: "Steps that will run" });
  await steps.getByRole("group").filter({ hasText: "Lesson 2" }).locator("summary").click();
  await expect(steps.getByText("generate_lesson_transcript")).toBeVisible();
  await expect(steps.getByText("Lesson 1")).toHaveCount(0);

  provider.setScript({ latency_ms: latency });
  provider.resetLog();
  await choice.getByRole("button", { name: "Resume" }).click();
  await expect(header(page)).toContainText("in progress");
  await expect(header(page)).toContainText("completed");
  await expect(main(page)).not.toContainText("Something is missing");
  expect(provider.calls({ schema_name: "unit_metadata" })).toHaveLength(0);
  // Of the two lessons only the second is written again, and the podcast that tells of both.
  expect(provider.calls({ schema_name: "exercise_drafts" })).toHaveLength(1);
  expect(provider.calls({ kind: "text" })).toHaveLength(2);

  await followFact(page, "Task");
  await expect(main(page)).toContainText("resume");
  await expect(lineage(page).getByRole("link")).toHaveCount(2);
}

async function reload(page: Page): Promise<void> {
  await goToTab(page, "Units");
  const isList = (address: string) => new URL(address).pathname === "/api/v1/content/units";
  const button = page.getByRole("button", { name: "Reload", exact: true });
  await expect(button).toContainText(/as of \d\d:\d\d:\d\d/);
  const before = await button.textContent();
  await expect(async () => {
    const answer = page.waitForResponse((response) => isList(response.url()));
    await button.click();
    expect((await answer).status()).toBe(200);
    expect(await button.textContent()).not.toBe(before);
  }).toPass();
  const answer = page.waitForResponse((response) => isList(response.url()));
  await page.keyboard.press("r");
  expect((await answer).status()).toBe(200);
  await expect(button).toHaveAttribute("aria-busy", "false");
}

async function crossEverything(page: Page): Promise<void> {
  await goToTab(page, "Flow Runs");
  const run = row(page, "Flow runs", /completed.*lesson_creation/).first();
  await run.getByRole("link").first().click();
  const runAddress = page.url();
  await followFact(page, "Lesson");
  await expect(page).toHaveURL(/\/units\/[0-9a-f-]{36}\/lessons\/[0-9a-f-]{36}/);
  await expect(page.getByRole("article", { name: /^Lesson \d/ })).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL(runAddress);
  await followFact(page, "Unit");
  await expect(headline(page)).toHaveText(title);
  await followFact(page, "Owner");
  await expect(page).toHaveURL(/\/users\//);
  await page
    .getByRole("table", { name: /^Units/ })
    .getByRole("link", { name: title })
    .click();
  await expect(headline(page)).toHaveText(title);
}

test("an administrator watches a unit being made, finds what failed, repairs it, and gets from anything to anything", async ({
  page,
  provider,
}) => {
  test.setTimeout(240_000);
  provider.setScript(failing);
  await page.goto("/");
  await waitForContent(page);
  await markPage(page);
  await test.step("navigation: six tabs, one for each kind of thing", () => navigate(page));
  await test.step("creation: a text becomes a unit", () => create(page));
  await test.step("creation observability: the dashboard shows each lesson live and says what failed", () =>
    watchOnTheDashboard(page));
  await test.step("drill-down: dashboard, unit, flow run, step, LLM request, and back to the unit", () =>
    drillDownToTheRequestAndBack(page));
  await test.step("tasks: what ran, on which worker, for which unit", () => readTheTask(page));
  await test.step("units with lessons: text, exercises, audio, and the request that wrote each part", () =>
    readALesson(page));
  await test.step("retry from scratch: a new task for all steps", () => retryFromScratch(page));
  await test.step("retry by resuming: what is done is kept", () => resume(page, provider));
  await test.step("reload: by button and key, with the time of the last update", () => reload(page));
  await test.step("cross-navigation: from anything to anything", () => crossEverything(page));
  await expectNotReloaded(page);
});

const twoLessons = {
  title: "Bread at home",
  sources: [{ kind: "text", title: "Bread", text: bread }],
  learner_level: "beginner",
  target_lesson_count: 2,
};
const remark = (page: Page, words: string) =>
  page.getByRole("region", { name: "Remarks" }).locator(".toast").filter({ hasText: words });

test("one lesson is written anew with a wish, the others stay, and its source is one click away", async ({
  page,
  product,
  provider,
}) => {
  provider.setScript({});
  const unitId = await createUnit(product.url, twoLessons);
  const { lessons } = await waitForUnit(product.url, unitId);
  const read = (position: number) =>
    readJson<{ content_version: number; guidance?: string }>(
      product.url,
      `/content/lessons/${lessons[position]?.id}`,
    );
  const [first, second] = [await read(0), await read(1)];

  provider.setScript({ latency_ms: latency });
  provider.resetLog();
  await page.goto(`/units/${unitId}/lessons/${lessons[0]?.id}`);
  await page.getByRole("button", { name: "Write lesson 1 anew" }).click();
  const dialog = page.getByRole("dialog", { name: "Write lesson 1 anew?" });
  await expect(dialog).toContainText("The other lessons, the podcast and the cover stay as they are");
  await dialog.getByRole("textbox", { name: /^What should be different/ }).fill("Shorter, with an example");
  await dialog.getByRole("button", { name: "Write lesson 1 anew" }).click();
  await expect(remark(page, "Lesson 1 is being written anew.")).toBeVisible();
  await expect(header(page)).toContainText("in progress");
  await expect(page.getByRole("article", { name: "Lesson 1" })).toContainText(/gluten|dough/);
  await expect(header(page)).toContainText("completed");
  expect(provider.calls({ kind: "text" })).toHaveLength(1);
  expect(await read(0)).not.toEqual(first);
  expect(await read(1)).toEqual(second);

  await page.goto(`/units/${unitId}?tab=sources`);
  await page
    .getByRole("button", { name: /^Read source 1/ })
    .or(page.getByRole("link", { name: /^Read source 1/ }))
    .click();
  await expect(page.getByRole("dialog", { name: /^Source 1/ })).toContainText("proteins link into gluten");
});

test.describe("a unit that goes while its page is open", () => {
  // The page may just then be reading what is being deleted.
  test.use({ expectedFaults: [/404 .*\/units\/[0-9a-f-]{36}/] });

  test("a unit that is being written is stopped after one question, and deleted once its title is typed", async ({
    page,
    product,
    provider,
  }) => {
    provider.setScript({ latency_ms: { text: 20_000, object: 2_000 } });
    const unitId = await createUnit(product.url, twoLessons);
    await page.goto(`/units/${unitId}`);
    await page.getByRole("main").getByRole("button", { name: "Cancel", exact: true }).click();
    await page
      .getByRole("dialog", { name: "Stop writing this unit?" })
      .getByRole("button", { name: "Stop writing" })
      .click();
    await expect(header(page)).toContainText("cancelled");
    await expect(page.getByRole("region", { name: "Finish this unit" })).toBeVisible();

    await main(page).getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: /^Delete the unit/ }).click();
    const dialog = page.getByRole("dialog", { name: "Delete this unit?" });
    await expect(dialog.getByRole("button", { name: "Delete the unit" })).toBeDisabled();
    await dialog.getByRole("textbox").fill(twoLessons.title);
    await dialog.getByRole("button", { name: "Delete the unit" }).click();
    await expect(remark(page, `"${twoLessons.title}" is deleted.`)).toBeVisible();
    await expect(page).toHaveURL(/\/units$/);
    expect((await ask(product.url, `/content/units/${unitId}`)).status).toBe(404);
  });
});

test("a flow run tells its times, inputs and log; a request its messages, parameters and price", async ({
  page,
  product,
  provider,
}) => {
  provider.setScript({});
  const unitId = await createUnit(product.url, twoLessons);
  await waitForUnit(product.url, unitId);
  const runs = await readJson<{ id: string; flow_name: string }[]>(
    product.url,
    `/content/units/${unitId}/flow-runs`,
  );
  const run = runs.find(({ flow_name }) => flow_name === "lesson_creation");
  await page.goto(`/flows/${run?.id}`);
  const timeline = page.getByRole("region", { name: "Timeline of steps and child flows" });
  await expect(timeline.getByRole("listitem").filter({ hasText: "draft_exercises" })).toBeVisible();
  await expect(page.getByRole("tree", { name: "input" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Download" })).toHaveAttribute("href", /\/logs/);

  await row(page, "Steps", /draft_exercises/)
    .getByRole("link")
    .first()
    .click();
  await expect(headline(page)).toHaveText("LLM request");
  const conversation = page.getByRole("region", { name: "Conversation" });
  await expect(conversation).toContainText("system");
  await expect(conversation).toContainText("user");
  await expect(main(page)).toContainText("unknown");
  await page.getByRole("button", { name: "Copy as curl" }).click();
  await expect(page.getByRole("region", { name: "It served" }).getByRole("link")).toHaveCount(5);
});
