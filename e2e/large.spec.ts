import { expect, type Page } from "@playwright/test";
import { hugeRequest, hugeText } from "../bench/pages/huge-payload.ts";
import { createUnit, type Product, readJson, waitForUnit } from "../server/test/product.ts";
import { runSql, offlineTest as test, waitForContent } from "./fixtures.ts";
import { expectHarmless, expectNoOverflow } from "./hostile.ts";

const text =
  "Harbours shelter ships from waves. A breakwater is a wall that takes the force of the sea. ".repeat(30);
const lessons = 10_000;
/** One line of a megabyte that holds markup and turned writing. */
const longLine = `long <img src=x onerror="document.title=1"> \u202E${"wave ".repeat(200_000)}`;

async function makeUnit(product: Product, title: string): Promise<string> {
  const unitId = await createUnit(product.url, {
    title,
    sources: [{ kind: "text", text }],
    learner_level: "beginner",
    target_lesson_count: 1,
  });
  expect((await waitForUnit(product.url, unitId)).status).toBe("completed");
  return unitId;
}

async function newestRun(product: Product, unitId: string): Promise<string> {
  const [run] = await readJson<{ id: string }[]>(product.url, `/content/units/${unitId}/flow-runs`);
  return run?.id ?? "";
}

const lessonRows = (page: Page) => page.getByRole("tabpanel", { name: /^Lessons/ }).locator("details");

test("a unit of 10,000 lessons opens, is scrolled to its end, and keeps the reader's place on the way back", async ({
  page,
  product,
}) => {
  const unitId = await makeUnit(product, "Ten thousand harbours");
  await runSql(
    product,
    `INSERT INTO lessons (unit_id, position, title, objective, status, transcript, body, review, exercises, quality, author,
        written_by, audio_media_id, audio_seconds, flow_run_id)
      SELECT unit_id, n, 'Harbour ' || n, objective, status, transcript, body, review, exercises, quality, author, written_by,
        NULL, NULL, flow_run_id
      FROM lessons, generate_series(2, $2::int) AS n WHERE unit_id = $1::uuid AND position = 1`,
    [unitId, lessons],
  );
  await page.goto(`/units/${unitId}`);
  await waitForContent(page);
  await expect(page.getByRole("tab", { name: "Lessons 10,000" })).toBeVisible();
  await expect(lessonRows(page).first()).toBeVisible();
  expect(await lessonRows(page).count()).toBeLessThan(200);

  await page.getByRole("main").focus();
  await expect(async () => {
    await page.keyboard.press("End");
    await expect(lessonRows(page).filter({ hasText: /Harbour 10000/ })).toBeInViewport({ timeout: 1_000 });
  }).toPass();
  const last = lessonRows(page).filter({ hasText: /Harbour 10000/ });
  await last.locator("summary").click();
  const article = page.getByRole("article", { name: "Lesson 10000" });
  await expect(article.getByRole("heading", { name: "Harbour 10000" })).toBeVisible();
  const request = article
    .getByText(/^written by request/)
    .first()
    .getByRole("link");
  await request.scrollIntoViewIfNeeded();
  const place = (await request.boundingBox())?.y ?? 0;
  await request.click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("LLM request");
  await page.goBack();
  await expect(request).toBeInViewport();
  await expect.poll(async () => Math.abs(((await request.boundingBox())?.y ?? 0) - place)).toBeLessThan(50);
  expect(await lessonRows(page).count()).toBeLessThan(200);
});

test("a JSON of 20 MB with a line of 1 MB is opened on demand, searched and walked", async ({
  page,
  product,
}) => {
  const runId = await newestRun(product, await makeUnit(product, "Twenty megabytes"));
  await runSql(product, "DELETE FROM payloads_flow_runs WHERE owner_id = $1::uuid AND part = 'input'", [
    runId,
  ]);
  await runSql(
    product,
    "INSERT INTO payloads_flow_runs (owner_id, part, content_zstd, characters) VALUES ($1::uuid, 'input', $2, $3)",
    [runId, hugeRequest(), hugeText().length],
  );
  await page.goto(`/flows/${runId}`);
  await waitForContent(page);
  await page.getByRole("button", { name: /^Show (the )?input, (19|20)/ }).click();
  const tree = page.getByRole("tree", { name: /input/ });
  await expect(tree).toBeVisible();
  await expect(tree).toContainText("A very long source");
  expect(await tree.getByRole("treeitem").count()).toBeLessThan(300);

  const field = page.getByRole("searchbox", { name: /^Search in .*input/ });
  await field.fill("Section 40000");
  await page.keyboard.press("Enter");
  await expect(tree.getByRole("treeitem").filter({ hasText: "Section 40000" }).first()).toBeInViewport();
  await expectNoOverflow(page, "a run with 20 MB");
});

test("a line of 1 MB in an error, a log and a lesson is cut, stays text, and breaks no page", async ({
  page,
  product,
}) => {
  const unitId = await makeUnit(product, "One long line");
  const runId = await newestRun(product, unitId);
  await runSql(
    product,
    "INSERT INTO step_logs (flow_run_id, level, message) VALUES ($1::uuid, 'error', $2)",
    [runId, longLine],
  );
  await runSql(
    product,
    "UPDATE flow_runs SET status = 'failed', error_code = 'provider_error', error_message = $2 WHERE id = $1::uuid",
    [runId, longLine],
  );
  await runSql(
    product,
    "UPDATE units SET status = 'failed', error_code = 'provider_error', error_message = $2 WHERE id = $1::uuid",
    [unitId, longLine],
  );
  await runSql(
    product,
    "UPDATE lessons SET status = 'failed', error_code = 'provider_error', error_message = $2, title = left($2, 300) WHERE unit_id = $1::uuid",
    [unitId, longLine],
  );
  const { task_id } = await readJson<{ task_id: string }>(product.url, `/content/units/${unitId}`);
  await runSql(
    product,
    "UPDATE tasks SET status = 'failed', error_code = 'provider_error', error_message = $2 WHERE id = $1::uuid",
    [task_id, longLine],
  );
  const addresses = [
    "/",
    "/units",
    `/units?open=${unitId}`,
    "/flows",
    "/tasks",
    `/units/${unitId}`,
    `/units/${unitId}?tab=runs`,
    `/flows/${runId}`,
    `/tasks/${task_id}`,
  ];
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 844 });
    for (const address of addresses) {
      await page.goto(address);
      await waitForContent(page);
      const place = `${address} at ${width}`;
      await expect(
        page
          .getByRole("main")
          .getByText(/long <img src=x/)
          .first(),
        place,
      ).toBeAttached();
      await expectHarmless(page, place);
      await expectNoOverflow(page, place);
    }
  }
});
