import { expect, type Locator, type Page } from "@playwright/test";
import { readJson } from "../server/test/product.ts";
import { sampleTest as test, waitForContent } from "./fixtures.ts";
import { pick } from "./pages.ts";

interface Row {
  readonly id: string;
  readonly status: string;
  readonly unit_id: string | null;
}

const lists = [
  {
    path: "/flows",
    table: "Flow runs",
    columns: ["Status", "Unit and part", "Flow", "Task", "Step, or error", "Progress", "Started"],
    figures: ["Duration", "Tokens", "Cost"],
  },
  {
    path: "/tasks",
    table: "Tasks",
    columns: ["Task ID", "Task Type", "Status", "Associated Entity", "Started", "Duration"],
    figures: [],
  },
  {
    path: "/llm-requests",
    table: "LLM requests",
    columns: ["Time", "Kind", "Model", "Status", "Step", "Unit, or error"],
    figures: ["Tokens", "Cost", "Latency", "Attempt", "Cached"],
  },
  {
    path: "/units",
    table: "Units",
    columns: ["Status", "Unit", "Stage", "Lessons", "Progress", "Age"],
    figures: ["Cost"],
  },
  { path: "/users", table: "Users", columns: ["Name", "Role", "Account"], figures: ["Units", "Cost"] },
] as const;

const main = (page: Page) => page.getByRole("main");
const search = (page: Page) => main(page).getByRole("searchbox");
/** The rows of a list without its head. */
const rows = (page: Page, table: string) =>
  page.getByRole("table", { name: table, exact: true }).locator("tbody").getByRole("row");

async function openList(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await waitForContent(page);
}

async function openFilters(page: Page): Promise<Locator> {
  await main(page)
    .getByRole("button", { name: /^More filters/ })
    .click();
  const filters = page.getByRole("dialog", { name: /^More filters/ });
  await expect(filters).toBeVisible();
  return filters;
}

for (const { path, table, columns, figures } of lists) {
  test(`the list at ${path} has its columns, on every row`, async ({ page }) => {
    await page.setViewportSize({ width: 1680, height: 900 });
    await openList(page, path);
    for (const name of [...columns, ...figures]) {
      const header = page
        .getByRole("table", { name: table, exact: true })
        .getByRole("columnheader", { name, exact: true });
      await expect(header, name).toBeVisible();
    }
    expect(await rows(page, table).count()).toBeGreaterThan(0);
  });
}

test("a list is searched by title, by the text of an error and by id", async ({ page, product }) => {
  const runs = await readJson<Row[]>(product.url, "/flow-engine/runs?limit=200");
  const failed = pick(runs, "failed run", ({ status }) => status === "failed");
  await openList(page, "/flows");
  const all = await rows(page, "Flow runs").count();

  await search(page).fill("renaissance");
  await expect(page).toHaveURL(/[?&]q=renaissance/);
  await expect(
    rows(page, "Flow runs").filter({ hasNotText: "Perspective in Renaissance painting" }),
  ).toHaveCount(0);
  expect(await rows(page, "Flow runs").count()).toBeLessThan(all);

  await search(page).fill("it is overloaded");
  await expect(rows(page, "Flow runs").filter({ hasNotText: "failed" })).toHaveCount(0);
  await expect(rows(page, "Flow runs").first()).toContainText("overloaded");

  await search(page).fill(failed.id);
  await expect(rows(page, "Flow runs")).toHaveCount(1);

  await search(page).fill("no run is called this");
  await expect(main(page)).toContainText("No run fits these filters");
  await main(page).getByRole("button", { name: "Clear all filters" }).click();
  await expect(rows(page, "Flow runs")).toHaveCount(all);
  await expect(page).toHaveURL(/\/flows$/);
});

test("tasks are found by their short inputs, requests by model, units by error, users by name", async ({
  page,
}) => {
  for (const [path, table, words] of [
    ["/tasks", "Tasks", "renaissance"],
    ["/llm-requests", "LLM requests", "gpt-image"],
    ["/units", "Units", "overloaded"],
    ["/users", "Users", "administrator"],
  ] as const) {
    await openList(page, path);
    await search(page).fill(words);
    await expect(page, path).toHaveURL(/[?&]q=/);
    await expect(rows(page, table).first(), path).toBeVisible();
    await search(page).fill("nothing has this in it");
    await expect(rows(page, table), path).toHaveCount(0);
  }
});

test("several statuses can be in force at once, and Clear all lets go of every filter", async ({ page }) => {
  await openList(page, "/units");
  await main(page).getByRole("button", { name: "failed", exact: true }).click();
  await main(page).getByRole("button", { name: "partial", exact: true }).click();
  await expect(page).toHaveURL(/status=partial(,|%2C)failed/);
  await expect(rows(page, "Units").filter({ hasNotText: /failed|partial/ })).toHaveCount(0);
  await expect.poll(() => rows(page, "Units").count()).toBeGreaterThan(1);
  await page.reload();
  await expect(main(page).getByRole("button", { name: "failed", exact: true })).toHaveAttribute(
    "aria-pressed",
    "true",
  );
  await main(page).getByRole("button", { name: "Clear all" }).click();
  await expect(page).toHaveURL(/\/units$/);
});

test("type, unit, time, duration and cost stand in the address, say what they are, and can be taken away one by one", async ({
  page,
}) => {
  await openList(page, "/flows");
  const filters = await openFilters(page);
  await filters.getByRole("combobox", { name: "Flow", exact: true }).fill("lesson_creation");
  await expect(page).toHaveURL(/flow_name=lesson_creation/);
  await filters.getByRole("combobox", { name: "Unit", exact: true }).fill("water cycle");
  await filters.getByRole("option", { name: /water cycle/ }).click();
  await expect(page).toHaveURL(/unit_id=[0-9a-f-]{36}/);
  await filters.getByRole("button", { name: "last 30 days" }).click();
  await expect(page).toHaveURL(/time=30d/);
  await filters.getByRole("textbox", { name: /^At least, / }).fill("1");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/min_duration_ms=1000/);
  await filters.getByRole("textbox", { name: "Cost at least, US dollars" }).fill("0.0001");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/min_cost_usd=0.0001/);
  await filters.getByRole("button", { name: "Done" }).click();

  await expect(rows(page, "Flow runs").first()).toContainText("The water cycle");
  await expect(rows(page, "Flow runs").filter({ hasNotText: "lesson_creation" })).toHaveCount(0);
  const inForce = page.getByRole("group", { name: "Filters in force" });
  await expect(inForce).toContainText("The water cycle");
  await expect(inForce).toContainText("last 30 days");
  await expect(inForce).toContainText("at least 1 s");
  for (const name of ["Cost", "Took", "Created", "Unit", "Flow"]) {
    await inForce.getByRole("button", { name: `Remove the filter ${name}`, exact: true }).click();
  }
  await expect(page).toHaveURL(/\/flows$/);
});

test("a range that makes no sense is refused where it is typed", async ({ page }) => {
  await openList(page, "/llm-requests");
  const filters = await openFilters(page);
  await filters.getByRole("textbox", { name: "Cost at least, US dollars" }).fill("much");
  await page.keyboard.press("Enter");
  await expect(filters.getByRole("alert")).toHaveText("This is not an amount of dollars.");
  await filters.getByRole("textbox", { name: "Cost at least, US dollars" }).fill("2");
  await page.keyboard.press("Enter");
  await filters.getByRole("textbox", { name: "Cost at most, US dollars" }).fill("1");
  await page.keyboard.press("Enter");
  await expect(filters.getByRole("alert")).toHaveText("The most is less than the least.");
  await expect(page).not.toHaveURL(/max_cost_usd/);
});

test("filters in the address that cannot be used are dropped with a notice that names them", async ({
  page,
}) => {
  for (const { path, table } of lists) {
    const hostile = encodeURIComponent("<img src=x onerror=document.title=1>");
    await openList(
      page,
      `${path}?time=4h&created_from=yesterday&status=${hostile}&q=${encodeURIComponent("a\u0000b")}`,
    );
    const notice = main(page)
      .getByRole("status")
      .filter({ hasText: /left out/ });
    await expect(notice, path).toContainText("time “4h”: it is none of the choices.");
    await expect(notice, path).toContainText("created_from “yesterday”: it is not a time.");
    await expect(notice, path).toContainText("it holds characters that no text has.");
    if (path !== "/users") await expect(notice, path).toContainText("<img src=x onerror=document.title=1>");
    await expect(page, path).not.toHaveURL(/time=|created_from=|q=/);
    await expect(rows(page, table).first(), path).toBeVisible();
    await expect(main(page).locator('img[src="x"]')).toHaveCount(0);
    await notice.getByRole("button", { name: "Got it" }).click();
    await expect(notice, path).toHaveCount(0);
  }
});

test("filters are saved as a view of one's own: applied, renamed, brought up to date, deleted and brought back", async ({
  page,
}) => {
  await openList(page, "/flows?status=failed");
  const open = () =>
    main(page)
      .getByRole("button", { name: /^Saved views/ })
      .click();
  const menu = page.getByRole("dialog", { name: /^Saved views/ });
  const remark = (words: string) =>
    page.getByRole("region", { name: "Remarks" }).locator(".toast").filter({ hasText: words });

  await open();
  await menu.getByRole("textbox", { name: "Name of the new view" }).fill("What broke");
  await menu.getByRole("button", { name: "Save" }).click();
  await expect(remark("The view “What broke” is saved.")).toBeVisible();
  await expect(main(page).getByRole("button", { name: "Saved views: What broke" })).toBeVisible();

  await openList(page, "/flows");
  await open();
  await menu.getByRole("button", { name: "What broke", exact: true }).click();
  await expect(page).toHaveURL(/status=failed/);

  await open();
  await menu.getByRole("button", { name: "Rename “What broke”" }).click();
  await menu.getByRole("textbox", { name: "New name of “What broke”" }).fill("Broken");
  await menu.getByRole("button", { name: "Rename", exact: true }).click();
  await expect(menu.getByRole("button", { name: "Broken", exact: true })).toBeVisible();
  await page.keyboard.press("Escape");

  await main(page).getByRole("button", { name: "cancelled", exact: true }).click();
  await open();
  await menu.getByRole("button", { name: "Give “Broken” the present filters" }).click();
  await expect(main(page).getByRole("button", { name: "Saved views: Broken" })).toBeVisible();

  await menu.getByRole("button", { name: "Delete “Broken”" }).click();
  await expect(menu.getByRole("button", { name: "Broken", exact: true })).toHaveCount(0);
  await page.keyboard.press("Escape");
  await remark("The view “Broken” is deleted.").getByRole("button", { name: "Undo" }).click();
  await openList(page, "/flows");
  await open();
  await menu.getByRole("button", { name: "Broken", exact: true }).click();
  await expect(page).toHaveURL(/status=failed(,|%2C)cancelled/);
});

test("next and previous inside a detail page follow the list's filter, and the way back leads to it", async ({
  page,
}) => {
  await openList(page, "/flows?status=failed");
  const addresses = await rows(page, "Flow runs").evaluateAll((all) =>
    all.map((row) => row.querySelector<HTMLAnchorElement>('a[href^="/flows/"]')?.pathname ?? ""),
  );
  expect(addresses.length).toBeGreaterThan(1);
  const at = (position: number) => page.waitForURL((url) => url.pathname === addresses[position]);
  await rows(page, "Flow runs").first().getByRole("link").first().click();
  await at(0);
  const neighbours = page.getByRole("navigation", { name: "Neighbours in the list" });
  await expect(neighbours).toContainText("Failed flow runs");
  await expect(neighbours.getByRole("button", { name: /newest one/ })).toBeDisabled();
  await neighbours.getByRole("link", { name: /older/ }).click();
  await at(1);
  const leadsTo = (side: RegExp, position: number) =>
    expect(neighbours.getByRole("link", { name: side })).toHaveAttribute(
      "href",
      new RegExp(addresses[position] ?? "none"),
    );
  await leadsTo(/newer/, 0);
  await page.keyboard.press("[");
  await at(0);
  for (let position = 1; position < addresses.length; position += 1) {
    await leadsTo(/older/, position);
    await page.keyboard.press("]");
    await at(position);
  }
  await expect(neighbours.getByRole("button", { name: /oldest one/ })).toBeDisabled();
  await page
    .getByRole("navigation", { name: "Breadcrumbs" })
    .getByRole("link", { name: "Flow Runs" })
    .click();
  await expect(page).toHaveURL(/\/flows\?status=failed$/);
});

for (const [path, table] of [
  ["/tasks", "Tasks"],
  ["/llm-requests", "LLM requests"],
  ["/units", "Units"],
] as const) {
  test(`one steps from thing to thing inside ${path} too`, async ({ page }) => {
    await openList(page, path);
    await rows(page, table).first().getByRole("link").first().click();
    const first = new URL(page.url()).pathname;
    await page
      .getByRole("navigation", { name: "Neighbours in the list" })
      .getByRole("link", { name: /older/ })
      .click();
    await expect(page).not.toHaveURL(new RegExp(first));
    await page
      .getByRole("navigation", { name: "Neighbours in the list" })
      .getByRole("link", { name: /newer/ })
      .click();
    await expect(page).toHaveURL(new RegExp(first));
  });
}

test("a question mark shows the shortcuts, and they work until one types in a field", async ({ page }) => {
  await openList(page, "/");
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(dialog).toContainText("Reload what the page shows");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  for (const [key, path] of [
    ["f", "/flows"],
    ["t", "/tasks"],
    ["l", "/llm-requests"],
    ["s", "/users"],
    ["d", "/"],
    ["u", "/units"],
  ] as const) {
    await page.keyboard.press("g");
    await page.keyboard.press(key);
    await page.waitForURL((url) => url.pathname === path);
  }
  await waitForContent(page);
  await page.keyboard.press("/");
  await expect(search(page)).toBeFocused();
  await page.keyboard.type("gf?");
  await expect(search(page)).toHaveValue("gf?");
  await expect(page).toHaveURL(/\/units/);
  await expect(dialog).toBeHidden();
});

test("a list is walked, selected and opened by keyboard alone", async ({ page }) => {
  await openList(page, "/units");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const second = rows(page, "Units").nth(1);
  await expect(second.locator(":focus")).toHaveCount(1);
  await page.keyboard.press("x");
  await expect(second.getByRole("checkbox")).toBeChecked();
  await expect(main(page)).toContainText("1 selected");
  await page.keyboard.press("Escape");
  await expect(second.getByRole("checkbox")).not.toBeChecked();
  await page.keyboard.press("k");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/units\/[0-9a-f-]{36}|open=/);
});
