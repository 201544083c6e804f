import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, type Locator, type Page, type Route } from "@playwright/test";
import { ask, readJson } from "../server/test/product.ts";
import { expectNotReloaded, markPage, offlineTest as test, waitForContent } from "./fixtures.ts";

const samples = path.resolve(import.meta.dirname, "../examples/sources");
const tides = readFileSync(path.join(samples, "how-tides-work.md"), "utf8");

const header = (page: Page) => page.locator(".page-header");
const create = (page: Page) => page.getByRole("button", { name: "Create the unit" }).click();

async function openNewUnit(page: Page): Promise<void> {
  await page.goto("/units");
  await page.getByRole("main").getByRole("link", { name: "New unit" }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("New unit");
  await markPage(page);
}

async function openLesson(page: Page, title: RegExp): Promise<Locator> {
  await page.getByRole("group").filter({ hasText: title }).locator("summary").click();
  const lesson = page.getByRole("article", { name: "Lesson 1" });
  await expect(lesson.getByRole("region", { name: "Exercise 1", exact: true })).toBeVisible();
  return lesson;
}

/** Takes back what a remark says was done. */
async function undo(page: Page, words: string): Promise<void> {
  const remark = page.getByRole("region", { name: "Remarks" }).locator(".toast").filter({ hasText: words });
  await remark.getByRole("button", { name: "Undo" }).click();
}

/** Waits until the page shows the unit that the form made; answers its id. */
async function createdUnit(page: Page): Promise<string> {
  await expect(page).toHaveURL(/\/units\/[0-9a-f-]{36}$/);
  return new URL(page.url()).pathname.split("/").at(-1) ?? "";
}

test("before the first unit every page says what will appear and offers the way to it", async ({ page }) => {
  for (const path of ["/", "/units", "/flows", "/tasks"]) {
    await page.goto(path);
    await waitForContent(page);
    await expect(page.getByRole("main").getByRole("link", { name: "New unit" }).first(), path).toBeVisible();
  }
  await page.goto("/llm-requests");
  await expect(page.getByRole("heading", { level: 2 })).toContainText(/appear/);
});

test("a pasted text becomes a unit that is reviewed and published, on a page that moves by itself", async ({
  page,
  product,
}) => {
  await test.step("paste and create", async () => {
    await openNewUnit(page);
    await page.getByRole("textbox", { name: "Your text" }).fill(tides);
    await page.getByRole("spinbutton", { name: "Lessons" }).fill("2");
    await page.getByRole("textbox", { name: "Title" }).fill("Tides for rowers");
    await create(page);
  });
  const unitId = await createdUnit(page);

  await test.step("watch it become a course", async () => {
    await expect(header(page)).toContainText("in progress");
    await expect(header(page)).toContainText("completed", { timeout: 60_000 });
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Tides for rowers");
    await expect(page.getByText("No AI model wrote this").first()).toBeVisible();
    await expect(page.getByRole("tab", { name: "Lessons 2" })).toBeVisible();
    await expectNotReloaded(page);
  });

  await test.step("see its cover", async () => {
    const cover = page.getByRole("region", { name: "Summary" }).getByRole("img").first();
    await expect(cover).toHaveAttribute("alt", /\S{3,}/);
    await expect
      .poll(() => cover.evaluate((image: HTMLImageElement) => image.naturalWidth))
      .toBeGreaterThan(0);
  });

  const lesson = await openLesson(page, /^1 /);
  await test.step("hear a lesson", async () => {
    const audio = lesson.locator("audio");
    await audio.focus();
    await page.keyboard.press("Space");
    const played = (element: HTMLMediaElement) => element.currentTime;
    await expect.poll(() => audio.evaluate(played)).toBeGreaterThan(0);
    expect(await audio.evaluate((element: HTMLMediaElement) => element.duration)).toBeGreaterThan(20);
    await audio.evaluate((element: HTMLMediaElement) => element.pause());
  });

  const first = lesson.getByRole("region", { name: "Exercise 1", exact: true });
  await test.step("reveal a key", async () => {
    await expect(first.getByRole("listitem")).toHaveCount(4);
    await expect(first.getByText("key", { exact: true })).toHaveCount(0);
    await first.getByRole("button", { name: "Show the key" }).click();
    await expect(first.getByText("key", { exact: true })).toHaveCount(1);
  });

  await test.step("accept, reject and take back", async () => {
    const second = lesson.getByRole("region", { name: "Exercise 2", exact: true });
    const accept = first.getByRole("button", { name: "Accept exercise 1" });
    const reject = second.getByRole("button", { name: "Reject exercise 2" });
    await expect(first).toContainText("to review");
    // The page hears of the change before it gets the answer: taking back must still know how it was before.
    const holdAnswer = async (route: Route) => {
      const answer = await route.fetch();
      await expect(accept).toHaveAttribute("aria-pressed", "true");
      await route.fulfill({ response: answer });
    };
    await page.route("**/exercises/ex_1/review", holdAnswer, { times: 1 });
    await accept.click();
    await expect(accept).toHaveAttribute("aria-pressed", "true");
    await reject.click();
    await expect(reject).toHaveAttribute("aria-pressed", "true");
    await undo(page, "Exercise 1 of lesson 1 accepted.");
    await expect(first).toContainText("to review");
    await expect(reject).toHaveAttribute("aria-pressed", "true");
    await undo(page, "Exercise 2 of lesson 1 rejected.");
    await expect(second).toContainText("to review");
    await lesson.getByRole("button", { name: "Accept lesson 1" }).click();
    await expect(lesson.getByRole("button", { name: "Accept lesson 1" })).toHaveAttribute(
      "aria-pressed",
      "true",
    );
  });

  await test.step("publish and take it back", async () => {
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    const publishing = page.getByRole("dialog", { name: /^Publish/ });
    await expect(publishing).toContainText("1 accepted lesson");
    await publishing.getByRole("button", { name: "Publish" }).click();
    await expect(page.getByRole("region", { name: "Summary" })).toContainText(/(?<!not )published/);
    const learned = await readJson<{ lessons: unknown[] }>(product.url, `/learner/units/${unitId}`);
    expect(learned.lessons).toHaveLength(1);
    await page.getByRole("button", { name: "Unpublish", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Unpublish" }).click();
    await expect(page.getByRole("region", { name: "Summary" })).toContainText("not published");
    expect((await ask(product.url, `/learner/units/${unitId}`)).status).toBe(404);
  });
  await expectNotReloaded(page);
});

test("a dropped file becomes a unit", async ({ page }) => {
  await openNewUnit(page);
  const text = tides.slice(0, 3_000);
  const dataTransfer = await page.evaluateHandle((content) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([content], "tides.md", { type: "text/markdown" }));
    return transfer;
  }, text);
  const target = page.getByText(/^Drop text files? here/);
  await target.dispatchEvent("dragover", { dataTransfer });
  await target.dispatchEvent("drop", { dataTransfer });
  await expect(page.getByRole("status", { name: "Files" })).toContainText("tides.md");
  await page.getByRole("spinbutton", { name: "Lessons" }).fill("1");
  await create(page);
  await createdUnit(page);
  await expect(header(page)).toContainText("completed", { timeout: 60_000 });
  await expect(page.getByRole("tab", { name: "Lessons 1" })).toBeVisible();
});

test("a sample becomes a unit", async ({ page }) => {
  await openNewUnit(page);
  await page
    .getByRole("group", { name: "Samples" })
    .getByRole("button", { name: /printing press/i })
    .click();
  await expect(page.getByRole("textbox", { name: "Your text" })).toHaveValue(/printing/i);
  await page.getByRole("spinbutton", { name: "Lessons" }).fill("1");
  await create(page);
  await createdUnit(page);
  await expect(header(page)).toContainText("completed", { timeout: 60_000 });
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/printing/i);
});

test("the form says what is missing and keeps what was typed", async ({ page }) => {
  await openNewUnit(page);
  await page.getByRole("textbox", { name: "Topic" }).fill("Harbours");
  await create(page);
  await expect(page.getByRole("textbox", { name: "Your text" })).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByText(/No text model is set/).last()).toBeVisible();
  await page.getByRole("textbox", { name: "Your text" }).fill(tides);
  await page.getByRole("spinbutton", { name: "Lessons" }).fill("500");
  await create(page);
  await expect(page.getByText("Choose between 1 and 20 lessons.")).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Topic" })).toHaveValue("Harbours");
  await expect(page).toHaveURL(/\/units\/new$/);
});

test("a file that is no text is refused in words", async ({ page }) => {
  await openNewUnit(page);
  const buffer = Buffer.from(Array.from({ length: 600 }, (_, index) => index % 7));
  await page
    .locator("input[type=file]")
    .setInputFiles({ name: "photo.md", mimeType: "text/markdown", buffer });
  await expect(page.getByText("photo.md is not a text file.", { exact: false })).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Your text" })).toHaveValue("");
});
