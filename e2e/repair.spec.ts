import { expect, type Page } from "@playwright/test";
import { ask, type Product, readJson, type Unit } from "../server/test/product.ts";
import { expectNotReloaded, markPage, modelTest as test, waitForContent } from "./fixtures.ts";
import {
  beginUnit,
  dialog,
  header,
  headline,
  holdUnit,
  lineage,
  makeUnit,
  openTaskOfUnit,
  readText,
  rowsOf,
  withoutAnswer,
  withoutPlan,
  withoutSecondLesson,
} from "./troubled-units.ts";

const main = (page: Page) => page.getByRole("main");
const choice = (page: Page) => page.getByRole("region", { name: "Finish this unit" });
const remarks = (page: Page) => page.getByRole("region", { name: "Remarks" });
const lesson = (page: Page, position: number) =>
  page.getByRole("article", { name: `Lesson ${position}`, exact: true });

/** A lesson without what tells of its row and the run that it was last shown by. */
async function readLesson(product: Product, id: string | undefined): Promise<unknown> {
  const lesson = await readJson<Record<string, unknown>>(product.url, `/content/lessons/${id}`);
  const { version: _version, updated_at: _updated, flow_run_id: _run, ...content } = lesson;
  return content;
}

async function openUnit(page: Page, { id, title }: Pick<Unit, "id" | "title">): Promise<void> {
  await page.goto(`/units/${id}`);
  await waitForContent(page);
  await expect(headline(page)).toHaveText(title);
  await markPage(page);
}

async function openLesson(page: Page, position: number): Promise<void> {
  await page
    .getByRole("group")
    .filter({ hasText: new RegExp(`^${position} `) })
    .locator("summary")
    .click();
  await expect(lesson(page, position).getByRole("region", { name: "Exercise 1", exact: true })).toBeVisible();
}

test("a failed unit is retried from scratch: the words say what it takes, and both tasks know of each other", async ({
  page,
  context,
  product,
  provider,
}) => {
  const unit = await makeUnit({ product, provider }, "Dunes", withoutPlan);
  expect(unit.status).toBe("failed");
  await openUnit(page, unit);
  const watcher = await context.newPage();
  await openUnit(watcher, unit);
  await page.bringToFront();

  await choice(page)
    .getByRole("radio", { name: /^Retry from scratch/ })
    .check();
  await expect(choice(page)).toContainText(/A new task runs all \d+ steps again and pays for them again/);
  // The test models have no price, so no sum may stand here, least of all nothing.
  await expect(choice(page)).toContainText(
    /the cost is unknown|What it costs and how long it takes is unknown/i,
  );
  await expect(choice(page)).not.toContainText("$");
  provider.resetLog();
  await choice(page).getByRole("button", { name: "Retry from scratch" }).click();
  await expect(remarks(page)).toContainText("The unit is written anew.");
  await expect(header(page)).toContainText("completed");
  await expect(choice(page)).toHaveCount(0);
  expect(provider.calls({ schema_name: "unit_metadata" })).toHaveLength(1);
  expect(provider.calls({ schema_name: "exercise_drafts" })).toHaveLength(2);

  await expect(header(watcher)).toContainText("completed");
  await expect(watcher.getByRole("tab", { name: "Lessons 2" })).toBeVisible();
  await expectNotReloaded(watcher);
  await watcher.close();

  await openTaskOfUnit(page);
  await expect(lineage(page).locator("[aria-current]")).toContainText("from scratch, this one");
  await expect(lineage(page).getByRole("listitem")).toHaveCount(2);
  const earlier = lineage(page).getByRole("listitem").first();
  await expect(earlier).toContainText("retried by this one");
  const address = page.url();
  await earlier.getByRole("link").click();
  await expect(header(page)).toContainText("failed");
  await expect(lineage(page).getByRole("listitem").last()).toContainText("from scratch, retries this one");
  await page.getByRole("link", { name: "Open the task that retries it" }).click();
  await expect(page).toHaveURL(address);
  await expectNotReloaded(page);
});

test("a partial unit is resumed: the steps that will run are listed, and only they run", async ({
  page,
  product,
  provider,
}) => {
  const unit = await makeUnit({ product, provider }, "Marshes", withoutSecondLesson);
  expect(unit.status).toBe("partial");
  await openUnit(page, unit);
  await openLesson(page, 1);
  await lesson(page, 1).getByRole("button", { name: "Reject exercise 1", exact: true }).click();
  await expect(
    lesson(page, 1).getByRole("button", { name: "Reject exercise 1", exact: true }),
  ).toHaveAttribute("aria-pressed", "true");
  await choice(page)
    .getByRole("radio", { name: /^Resume/ })
    .check();
  await expect(choice(page)).toContainText(/\d+ steps run, for .*lesson 2/);
  await expect(choice(page)).toContainText(/\d+ finished steps are kept and not paid again/);
  const steps = choice(page).getByRole("region", { name: "Steps that will run" });
  const second = steps.getByRole("group").filter({ hasText: "Lesson 2" });
  await second.locator("summary").click();
  await expect(second.getByRole("listitem").first()).toHaveText("generate_lesson_transcript failed");
  await expect(steps).not.toContainText("Lesson 1");
  const kept = await readLesson(product, unit.lessons[0]?.id);

  provider.resetLog();
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(remarks(page)).toContainText("The unit goes on.");
  await expect(header(page)).toContainText("completed");
  expect(provider.calls({ schema_name: "unit_metadata" })).toHaveLength(0);
  expect(provider.calls({ schema_name: "exercise_drafts" })).toHaveLength(1);
  // What a person decided about it stays too.
  expect(await readLesson(product, unit.lessons[0]?.id)).toEqual(kept);
  await expect(
    lesson(page, 1).getByRole("button", { name: "Reject exercise 1", exact: true }),
  ).toHaveAttribute("aria-pressed", "true");

  await openTaskOfUnit(page);
  await expect(lineage(page).locator("[aria-current]")).toContainText("resumes, this one");
  await lineage(page).getByRole("link").click();
  await expect(lineage(page).getByRole("listitem").last()).toContainText("resumes, retries this one");
  await expectNotReloaded(page);
});

test("a running unit is cancelled after a question, on every open page, and can be resumed", async ({
  page,
  context,
  product,
  provider,
}) => {
  provider.resetLog();
  const id = await beginUnit({ product, provider }, "Cliffs", withoutAnswer);
  await openUnit(page, { id, title: "Cliffs" });
  const watcher = await context.newPage();
  await watcher.goto("/units?q=Cliffs");
  const row = rowsOf(watcher, "Units");
  await expect(row).toContainText("in progress");
  await markPage(watcher);
  await page.bringToFront();
  await expect.poll(() => provider.calls({ action: "hang" }).length).toBeGreaterThan(0);

  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  const asked = dialog(page, "Stop writing this unit?");
  await expect(asked).toContainText("Finished steps are kept");
  await asked.getByRole("button", { name: "Not now" }).click();
  await expect(asked).toHaveCount(0);
  await expect(header(page)).toContainText("in progress");
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await asked.getByRole("button", { name: "Stop writing" }).click();

  await expect(header(page)).toContainText("cancelled");
  await expect(row).toContainText("cancelled");
  await expectNotReloaded(watcher);
  await watcher.close();
  await expect.poll(() => provider.calls({ action: "hang" }).every(({ aborted }) => aborted)).toBe(true);
  await expect(choice(page).getByRole("radio", { name: /^Resume/ })).toBeChecked();
  await expect(choice(page)).toContainText(/finished steps? (is|are) kept and not paid again/);
  provider.setScript({});
  await choice(page).getByRole("button", { name: "Resume" }).click();
  await expect(header(page)).toContainText("completed");
  await expectNotReloaded(page);
});

test.describe("a unit is deleted", () => {
  // Whoever has it open asks for it once more and is told that it is gone.
  test.use({ expectedFaults: [/404/] });

  test("only once its title was typed; its tasks stay, and it disappears from other open pages", async ({
    page,
    context,
    product,
    provider,
  }) => {
    const unit = await makeUnit({ product, provider }, "Tide pools", withoutPlan);
    const watcher = await context.newPage();
    await watcher.goto("/units?q=Tide+pools");
    await expect(rowsOf(watcher, "Units")).toHaveCount(1);
    await markPage(watcher);
    await page.bringToFront();
    await openUnit(page, unit);

    await page.getByRole("button", { name: "More", exact: true }).click();
    await page.getByRole("menuitem", { name: "Delete the unit…" }).click();
    const asked = dialog(page, "Delete this unit?");
    await expect(asked).toContainText("cannot be brought back");
    const typed = asked.getByRole("textbox", { name: 'Type "Tide pools" to confirm' });
    await expect(typed).toBeFocused();
    const button = asked.getByRole("button", { name: /^Delete the unit/ });
    await expect(button).toHaveAccessibleName(/Type the title of the unit first/);
    await typed.fill("tide pools");
    await page.keyboard.press("Enter");
    await expect(button).toHaveAttribute("aria-disabled", "true");
    await page.keyboard.press("Escape");
    await expect(asked).toHaveCount(0);
    expect((await readJson<Unit>(product.url, `/content/units/${unit.id}`)).status).toBe("failed");

    await page.getByRole("button", { name: "More", exact: true }).click();
    await page.getByRole("menuitem", { name: "Delete the unit…" }).click();
    await typed.fill("Tide pools");
    await button.click();
    await expect(page).toHaveURL(/\/units$/);
    await expect(remarks(page)).toContainText('"Tide pools" is deleted.');
    await expect(rowsOf(page, "Units").filter({ hasText: "Tide pools" })).toHaveCount(0);
    await expect(rowsOf(watcher, "Units")).toHaveCount(0);
    await expectNotReloaded(watcher);
    await watcher.close();
    expect((await ask(product.url, `/content/units/${unit.id}`)).status).toBe(404);

    await page.goto("/tasks?q=Tide+pools");
    await expect(rowsOf(page, "Tasks")).toHaveCount(1);
    await page.goto(`/units/${unit.id}`);
    await expect(main(page).getByRole("link", { name: /units/i }).first()).toBeVisible();
    await expect(headline(page)).not.toHaveText("Tide pools");
  });
});

const wish = "Compare the dough with a net that catches bubbles.";
const rewritten = `# Mixing the dough

${"A net of gluten catches the bubbles, and so the dough can rise before it is baked. ".repeat(14)}

## What the net does

${"Each fold makes the net tighter, which is why bakers let the dough rest between two folds. ".repeat(14)}
`;

test("one lesson is written anew with a wish; the rest of the unit stays byte for byte", async ({
  page,
  context,
  product,
  provider,
}) => {
  const unit = await makeUnit({ product, provider }, "Bread for beginners");
  const [first, second] = unit.lessons.map(({ id }) => id);
  const kept = await readText(product, `/content/lessons/${second}`);
  await openUnit(page, unit);
  await openLesson(page, 1);
  const watcher = await context.newPage();
  await openUnit(watcher, unit);
  await openLesson(watcher, 1);
  await page.bringToFront();

  const wishedFor = [
    { match: { kind: "text" as const, prompt: wish }, action: { body: answerOf(rewritten) } },
  ];
  provider.resetLog();
  await page.getByRole("button", { name: "Write lesson 1 anew" }).click();
  const asked = dialog(page, "Write lesson 1 anew?");
  await expect(asked).toContainText("The other lessons, the podcast and the cover stay as they are");
  await expect(asked).toContainText(/What it will cost is unknown/);
  await asked.getByRole("button", { name: "Not now" }).click();
  await expect(header(page)).toContainText("completed");
  await page.getByRole("button", { name: "Write lesson 1 anew" }).click();
  await asked.getByRole("textbox", { name: "What should be different (optional)" }).fill(wish);
  // Long enough for the unit to be held before it is done.
  provider.setScript({ latency_ms: { object: 5_000 }, rules: wishedFor });
  await asked.getByRole("button", { name: "Write lesson 1 anew" }).click();
  await expect(remarks(page)).toContainText("Lesson 1 is being written anew.");
  const letGo = await holdUnit(product, unit.id);

  await test.step("the old text stays readable meanwhile, here and on another page", async () => {
    for (const place of [page, watcher]) {
      await expect(lesson(place, 1)).toContainText("What you read is the text until now");
      await expect(lesson(place, 1)).not.toContainText("A net of gluten");
      await expect(header(place)).toContainText("in progress");
    }
    await letGo();
    // Remarks go by themselves after a while, so both are waited for at once.
    const outcome = "Lesson 1 is written anew.";
    await Promise.all([page, watcher].map((place) => expect(remarks(place)).toContainText(outcome)));
  });

  await test.step("then the new one is there, on both pages", async () => {
    for (const place of [page, watcher]) {
      await expect(lesson(place, 1)).toContainText("A net of gluten catches the bubbles");
      await expect(lesson(place, 1)).toContainText(wish);
      await expect(header(place)).toContainText("completed");
      await expectNotReloaded(place);
    }
    await watcher.close();
  });

  const after = await readJson<Unit>(product.url, `/content/units/${unit.id}`);
  expect(after.lessons[1]?.id).toBe(second);
  expect([after.podcast_media_id, after.cover_media_id]).toEqual([
    unit.podcast_media_id,
    unit.cover_media_id,
  ]);
  expect(await readText(product, `/content/lessons/${second}`)).toBe(kept);
  expect(provider.calls({ kind: "text" })).toHaveLength(1);
  expect(provider.calls({ schema_name: "unit_metadata" })).toHaveLength(0);
  expect(provider.calls({ schema_name: "exercise_drafts" })).toHaveLength(1);
  expect(provider.calls({ kind: "image" })).toHaveLength(0);

  await openTaskOfUnit(page);
  await expect(page.getByRole("main")).toContainText("lesson_regeneration");
  await expect(lineage(page).locator("[aria-current]")).toContainText("writes a lesson anew, this one");
  await lineage(page).getByRole("link").first().click();
  await expect(lineage(page).getByRole("listitem").last()).toContainText("writes a lesson anew");
  await lineage(page).getByRole("link").click();
  await expect(lineage(page).locator("[aria-current]")).toContainText("writes a lesson anew, this one");
  expect(first).toBeDefined();
});

test("writing a lesson anew that is stopped midway, or fails, keeps the old one", async ({
  page,
  product,
  provider,
}) => {
  const unit = await makeUnit({ product, provider }, "Bread for bakers");
  const texts = () => Promise.all(unit.lessons.map(({ id }) => readText(product, `/content/lessons/${id}`)));
  const before = await texts();
  await openUnit(page, unit);
  await openLesson(page, 2);

  await test.step("stopped", async () => {
    provider.setScript({ rules: [{ match: { kind: "speech" }, action: { hang: true } }] });
    provider.resetLog();
    await page.getByRole("button", { name: "Write lesson 2 anew" }).click();
    const asked = dialog(page, "Write lesson 2 anew?");
    await asked.getByRole("textbox").fill("Shorter, please.");
    await asked.getByRole("button", { name: "Write lesson 2 anew" }).click();
    await expect.poll(() => provider.calls({ kind: "speech" }).length).toBeGreaterThan(0);
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    await dialog(page, "Stop writing lesson 2 anew?").getByRole("button", { name: "Stop writing" }).click();
    await expect(remarks(page)).toContainText("Lesson 2 stays as it was: writing it anew was stopped.");
    await expect(header(page)).toContainText("completed");
    expect(await texts()).toEqual(before);
  });

  await test.step("failed", async () => {
    provider.setScript({
      rules: [{ match: { kind: "text" }, action: { status: 400, error_code: "invalid_request_error" } }],
    });
    await page.getByRole("button", { name: "Write lesson 2 anew" }).click();
    const asked = dialog(page, "Write lesson 2 anew?");
    await asked.getByRole("textbox").fill("Longer, please.");
    await asked.getByRole("button", { name: "Write lesson 2 anew" }).click();
    await expect(remarks(page)).toContainText(
      /Lesson 2 could not be written anew and stays as it was\..*400/,
    );
    await expect(header(page)).toContainText("completed");
    expect(await texts()).toEqual(before);
    provider.setScript({});
  });
  await expectNotReloaded(page);
});

/** A chat answer with this text. */
function answerOf(content: string) {
  return {
    id: "chat-1",
    object: "chat.completion",
    created: 1,
    model: "test-text",
    choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
    usage: { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 },
  };
}
