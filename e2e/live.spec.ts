import { expect, type Locator, type Page } from "@playwright/test";
import { createUnit, readJson, waitForUnit } from "../server/test/product.ts";
import { expectNotReloaded, markPage, modelTest as test, waitForContent } from "./fixtures.ts";

const request = { learner_level: "beginner", target_lesson_count: 2 };
const slow = { text: 500, object: 500, speech: 500, image: 500 };

/** Where a page says what its entity is and how it stands. */
const header = (page: Page) => page.locator(".page-header");

const bread = `## Mixing the dough

${"Flour takes up water and its proteins link into gluten, which gives the dough its strength. ".repeat(12)}

## Baking the loaf

${"In the oven the gas in the dough expands, the starch sets and the crust turns brown. ".repeat(12)}
`;

/** Records every text that a place shows, from now on. */
async function recordTexts(place: Locator): Promise<() => Promise<string[]>> {
  const handle = await place.evaluateHandle((element) => {
    const texts = [element.textContent ?? ""];
    new MutationObserver(() => {
      const text = element.textContent ?? "";
      if (texts.at(-1) !== text) texts.push(text);
    }).observe(element, { subtree: true, childList: true, characterData: true, attributes: true });
    return texts;
  });
  return () => handle.evaluate((texts) => [...texts]);
}

test("the list of runs and the unit's page move by themselves while the unit is written", async ({
  page,
  context,
  product,
  provider,
}) => {
  provider.setScript({ latency_ms: slow });
  await page.goto("/flows");
  await waitForContent(page);
  await markPage(page);
  const unitId = await createUnit(product.url, { ...request, topic: "How tides work" });

  const runs = page.getByRole("table", { name: "Flow runs" });
  await expect(runs.getByRole("row", { name: /running.*unit_creation/ })).toBeVisible();

  const unitPage = await context.newPage();
  await unitPage.goto(`/units/${unitId}`);
  await expect(unitPage.getByText("in progress")).toBeVisible();
  await markPage(unitPage);
  const stages = await recordTexts(unitPage.getByRole("list", { name: "Stages" }));

  await expect(runs.getByRole("row", { name: /running.*lesson_creation/ }).first()).toBeVisible();
  await expect(runs.getByRole("row", { name: /completed.*lesson_podcast/ })).toHaveCount(2);
  await expect(runs.getByRole("row", { name: /completed.*unit_creation/ })).toBeVisible();
  await expect(runs.getByRole("row")).toHaveCount(8);

  await expect(unitPage.getByRole("tab", { name: /Lessons 2/ })).toBeVisible();
  await expect(unitPage.getByRole("img", { name: /cover|landscape|illustration/i })).toBeVisible();
  await expect(header(unitPage)).toContainText("completed");
  const seen = await stages();
  expect(seen.some((text) => /running/.test(text))).toBe(true);
  expect(seen.at(-1)).not.toMatch(/running|pending/);
  await expectNotReloaded(page);
  await expectNotReloaded(unitPage);
  expect((await readJson<{ status: string }>(product.url, `/content/units/${unitId}`)).status).toBe(
    "completed",
  );
});

test("a lesson that fails makes the unit partial by name, and Resume finishes it", async ({
  page,
  product,
  provider,
}) => {
  const isBaking = { kind: "text" as const, prompt: "Lesson title: Baking the loaf" };
  provider.setScript({ rules: [{ match: isBaking, action: { status: 500, retry_after: { ms: 10 } } }] });
  provider.resetLog();
  const sources = [{ kind: "text", title: "Bread", text: bread }];
  const unitId = await createUnit(product.url, { ...request, title: "How bread rises", sources });
  await page.goto(`/units/${unitId}`);
  await expect(header(page)).toContainText("partial");
  const trouble = page.getByRole("main").locator(".notice").filter({ hasText: "Baking the loaf" });
  await expect(trouble).toBeVisible();
  await markPage(page);

  provider.setScript({ latency_ms: slow });
  await page.getByRole("radio", { name: /Resume/ }).check();
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(header(page)).toContainText("in progress");
  await expect(header(page)).toContainText("completed");
  await expect(trouble).toHaveCount(0);
  await expect(page.getByText("completed", { exact: true })).not.toHaveCount(0);
  await expectNotReloaded(page);

  const unit = await waitForUnit(product.url, unitId);
  expect(unit.lessons.map(({ status }) => status)).toEqual(["completed", "completed"]);
  expect(provider.calls({ schema_name: "unit_metadata" })).toHaveLength(1);
  expect(provider.calls({ schema_name: "cover_description" })).toHaveLength(1);
});

test("an answer that is no JSON fails its step, and the raw answer can be read", async ({
  page,
  product,
  provider,
}) => {
  const rubbish = "Certainly! Here are the learning objectives you asked for";
  provider.setScript({
    rules: [
      {
        match: { schema_name: "unit_metadata" },
        action: {
          body: {
            id: "chat-1",
            object: "chat.completion",
            created: 1,
            model: "test-text",
            choices: [{ index: 0, message: { role: "assistant", content: rubbish }, finish_reason: "stop" }],
            usage: { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 },
          },
        },
      },
    ],
  });
  const unitId = await createUnit(product.url, { ...request, topic: "How locks work" });
  await page.goto(`/units/${unitId}`);
  await expect(header(page)).toContainText("failed");
  await expect(page.getByRole("alert")).toBeVisible();

  await page.getByRole("tab", { name: "Flow runs" }).click();
  await page.getByRole("link", { name: /unit_creation/ }).click();
  await expect(page.getByRole("alert")).toContainText("extract_unit_metadata");
  await page.getByRole("link", { name: "Read the last request" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("LLM request");
  await expect(page.getByRole("region", { name: "Conversation" })).toContainText(rubbish);
});
