import { expect, type Page } from "@playwright/test";
import { createUnit, waitForUnit } from "../server/test/product.ts";
import { expectNotReloaded, markPage, outageTest as test, waitForContent } from "./fixtures.ts";

const text =
  "Harbours shelter ships from waves. A breakwater is a wall that takes the force of the sea. ".repeat(30);
const body = (title: string) => ({
  title,
  sources: [{ kind: "text", text }],
  learner_level: "beginner",
  target_lesson_count: 1,
});
/** What an empty list would say; an outage must never look like one. */
const emptyWords = /appear here|no data|nothing (yet|here)|No lesson is finished|is being written$/i;

const lists = [
  { path: "/units", table: "Units" },
  { path: "/flows", table: "Flow runs" },
  { path: "/tasks", table: "Tasks" },
  { path: "/llm-requests", table: "LLM requests" },
];

async function openPages(pages: readonly Page[], unitId: string): Promise<void> {
  for (const [index, page] of pages.entries()) {
    await page.goto(lists[index]?.path ?? `/units/${unitId}`);
    await waitForContent(page);
    await expect(page.getByText("live", { exact: true })).toBeVisible();
    await markPage(page);
  }
}

function hasFetched(page: Page, part: string): Promise<boolean> {
  return page.evaluate(
    (wanted) => performance.getEntriesByType("resource").some(({ name }) => name.includes(wanted)),
    part,
  );
}

// A page without its server cannot but fail to fetch; the browser reports each of these.
test.use({
  expectedFaults: [
    /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_SOCKET/,
  ],
});

test("while the server is away pages keep their rows and say how old they are, then recover by themselves", async ({
  context,
  server,
}) => {
  const unitId = await createUnit(server.url, body("Harbours"));
  await waitForUnit(server.url, unitId);
  const pages = [];
  for (let count = 0; count <= lists.length; count += 1) pages.push(await context.newPage());
  await openPages(pages, unitId);
  const rows = await Promise.all(pages.map((page) => page.getByRole("row").count()));

  await server.stop();
  for (const [index, page] of pages.entries()) {
    const mark = page.getByText(/^(reconnecting|not live), as of \d\d:\d\d:\d\d$/);
    await expect(mark).toBeVisible();
    await page.getByRole("button", { name: "Reload", exact: true }).click();
    await expect(page.getByText("This could not be brought up to date").first()).toBeVisible();
    await expect(page.getByRole("row")).toHaveCount(rows[index] ?? 0);
    await expect(page.getByRole("main")).not.toContainText(emptyWords);
  }

  await server.start();
  await createUnit(server.url, body("Lighthouses"));
  for (const [index, page] of pages.entries()) {
    await expect(page.getByText("live", { exact: true })).toBeVisible({ timeout: 30_000 });
    await expect(page.getByText("This could not be brought up to date")).toHaveCount(0);
    const list = lists[index];
    if (list !== undefined) {
      await expect(page.getByRole("table", { name: list.table, exact: true })).toContainText("Lighthouses");
    }
    await expectNotReloaded(page);
  }
});

test("a page that is opened while the server is away says so, and works once it is back", async ({
  page,
  server,
}) => {
  await page.goto("/units");
  await waitForContent(page);
  await expect(page.getByText("live", { exact: true })).toBeVisible();
  await expect.poll(() => hasFetched(page, "/assets/TasksList")).toBe(true);
  await server.stop();
  await expect(page.getByText(/^(reconnecting|not live), as of \d\d:\d\d:\d\d$/)).toBeVisible();
  await page.getByRole("link", { name: "Tasks" }).first().click();
  await expect(page.getByRole("alert").first()).toBeVisible();
  await expect(page.getByRole("main")).not.toContainText(emptyWords);
  await server.start();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Tasks");
  await expect(page.getByRole("main")).toContainText("Background jobs appear here", { timeout: 30_000 });
});
