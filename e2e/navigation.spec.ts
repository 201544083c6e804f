import { expect, type Page } from "@playwright/test";
import { readJson } from "../server/test/product.ts";
import { expectNotReloaded, markPage, sampleTest as test, waitForContent } from "./fixtures.ts";
import { listSamplePages, pick, type SamplePage } from "./pages.ts";

const tabs = ["Dashboard", "Flow Runs", "Tasks", "LLM Requests", "Units", "Users"];
const phone = { width: 390, height: 844 };

const mainTabs = (page: Page) => page.getByRole("banner").getByRole("navigation", { name: "Main" });

test("there are exactly six tabs in their order, and each opens its page", async ({ page }) => {
  await page.goto("/");
  await expect(mainTabs(page).getByRole("link")).toHaveText(tabs);
  await markPage(page);
  for (const tab of tabs.toReversed()) {
    await mainTabs(page).getByRole("link", { name: tab, exact: true }).click();
    await expect(mainTabs(page).locator("[aria-current=page]")).toHaveText(tab);
    const title = tab === "Dashboard" ? "Course generation" : tab;
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
  }
  await expectNotReloaded(page);
});

test("every address of the dashboard can be opened directly and has the same Reload button", async ({
  page,
  product,
}) => {
  const pages: SamplePage[] = [
    ...(await listSamplePages(product.url)),
    { name: "monitor", path: "/admin/course-generation" },
  ];
  for (const { name, path, isBesideTabs = false } of pages) {
    await page.goto(path);
    await waitForContent(page);
    await expect(page.getByRole("button", { name: "Reload", exact: true }), name).toBeVisible();
    await expect(mainTabs(page).locator("[aria-current=page]"), name).toHaveCount(isBesideTabs ? 0 : 1);
  }
});

test.describe("addresses that do not exist", () => {
  test.use({ expectedFaults: [/the server responded with a status of (404|422)/] });

  for (const path of ["/queue", "/workers", "/lessons", "/api/v1/nothing"]) {
    test(`${path} is answered with 404`, async ({ page }) => {
      const answer = await page.goto(path);
      expect(answer?.status()).toBe(404);
    });
  }

  test("a page that does not exist says so and leads back", async ({ page }) => {
    for (const path of ["/nothing/here", "/queue"]) {
      await page.goto(path);
      await expect(page.getByRole("heading", { name: "There is no page at this address" })).toBeVisible();
    }
    await page.getByRole("link", { name: "Go to the dashboard" }).click();
    await expect(page).toHaveURL(/\/$/);
  });

  test("an id that belongs to nothing is named as such, and the page leads back to its list", async ({
    page,
  }) => {
    const nothing = "01900000-0000-7000-8000-000000000000";
    for (const [section, list] of [
      ["units", "Units"],
      ["flows", "Flow Runs"],
      ["tasks", "Tasks"],
      ["llm-requests", "LLM Requests"],
      ["users", "Users"],
    ] as const) {
      for (const id of [nothing, "not-an-id", "%3Cscript%3E"]) {
        await page.goto(`/${section}/${id}`);
        await expect(page.getByRole("alert").first(), `${section}/${id}`).toBeVisible();
        await page.getByRole("main").getByRole("link", { name: list, exact: true }).first().click();
        await expect(page.getByRole("heading", { level: 1 })).toHaveText(list);
        await expect(page).toHaveURL(new RegExp(`/${section}$`));
      }
    }
  });

  test("a lesson that is no part of its unit is named as such inside the unit", async ({ page, product }) => {
    const units = await readJson<{ id: string; status: string }[]>(product.url, "/content/units");
    const unit = pick(units, "completed unit", ({ status }) => status === "completed");
    await page.goto(`/units/${unit.id}/lessons/01900000-0000-7000-8000-000000000000`);
    await expect(
      page.getByRole("heading", { name: "This lesson is not part of the unit any more" }),
    ).toBeVisible();
    await expect(page.getByRole("tab", { name: /^Lessons/ })).toBeVisible();
  });
});

test("from a unit one gets to its runs, its task and its requests, and back", async ({ page, product }) => {
  const units = await readJson<{ id: string; status: string; title: string }[]>(
    product.url,
    "/content/units",
  );
  const unit = pick(units, "partial unit", ({ status }) => status === "partial");
  const main = page.getByRole("main");
  const expectUnit = async () => {
    await expect(page).toHaveURL(new RegExp(`/units/${unit.id}`));
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(unit.title);
  };

  await page.goto("/units");
  await markPage(page);
  await main.getByRole("link", { name: unit.title, exact: true }).click();
  await expectUnit();

  await page.getByRole("tab", { name: "Flow runs" }).click();
  await page
    .getByRole("table", { name: /flow runs/i })
    .getByRole("link", { name: /lesson_creation/ })
    .first()
    .click();
  await expect(page).toHaveURL(/\/flows\/[0-9a-f-]{36}/);

  const facts = page.getByRole("complementary");
  await facts.locator('a[href^="/tasks/"]').click();
  await expect(page).toHaveURL(/\/tasks\/[0-9a-f-]{36}/);
  await expect(main.getByRole("table", { name: "Flow runs of this task" })).toBeVisible();

  await page.getByRole("complementary").locator('a[href^="/llm-requests"]').click();
  await expect(page).toHaveURL(/\/llm-requests\?task_id=/);
  await main.getByRole("table", { name: "LLM requests" }).getByRole("link").first().click();
  await expect(page).toHaveURL(/\/llm-requests\/[0-9a-f-]{36}/);

  await page.getByRole("complementary").locator('a[href^="/flows/"]').first().click();
  await expect(page).toHaveURL(/\/flows\/[0-9a-f-]{36}/);
  await page.getByRole("complementary").locator('a[href^="/units/"]').first().click();
  await expectUnit();
  await expectNotReloaded(page);
});

test("a step of a run leads to the request that wrote it", async ({ page, product }) => {
  const runs = await readJson<{ id: string; status: string; flow_name: string }[]>(
    product.url,
    "/flow-engine/runs",
  );
  const run = pick(
    runs,
    "finished lesson",
    ({ status, flow_name }) => status === "completed" && flow_name === "lesson_creation",
  );
  await page.goto(`/flows?open=${run.id}`);
  const steps = page.getByRole("table", { name: "Steps of lesson_creation" });
  await steps
    .getByRole("row", { name: /draft_exercises/ })
    .getByRole("link")
    .click();
  await expect(page).toHaveURL(/\/llm-requests\/[0-9a-f-]{36}/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("LLM request");
  await expect(page.getByRole("main")).toContainText("draft_exercises");
  await page.goBack();
  await expect(steps).toBeVisible();
});

test("an account leads to its units, tasks, flow runs and requests", async ({ page }) => {
  await page.goto("/users");
  await page.getByRole("table", { name: "Users" }).getByRole("link", { name: "Local administrator" }).click();
  const title = page.getByRole("table", { name: "Units", exact: true }).getByRole("link").first();
  const words = (await title.textContent()) ?? "";
  await title.click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(words);
  await page.goBack();
  for (const [table, section] of [
    ["Tasks", "tasks"],
    ["Flow runs", "flows"],
    ["LLM requests", "llm-requests"],
  ] as const) {
    await page.getByRole("tab", { name: new RegExp(`^${table}`) }).click();
    await page.getByRole("table", { name: table, exact: true }).getByRole("link").first().click();
    await expect(page).toHaveURL(new RegExp(`/${section}/[0-9a-f-]{36}`));
    await page.goBack();
  }
});

test("filters and open rows live in the address, so a reload keeps them", async ({ page }) => {
  await page.goto("/flows");
  const table = page.getByRole("table", { name: "Flow runs" });
  await expect(table).toBeVisible();
  await page.getByRole("button", { name: "failed" }).click();
  await expect(page).toHaveURL(/status=failed/);
  await expect(table.getByRole("cell", { name: "completed", exact: true })).toHaveCount(0);
  await page
    .getByRole("button", { name: /^Steps of/ })
    .first()
    .click();
  await expect(page).toHaveURL(/open=/);
  await page.reload();
  await expect(page.getByRole("table", { name: /^Steps of/ })).toBeVisible();
});

test("Reload and the key r fetch the page's data again without loading the page", async ({ page }) => {
  await page.goto("/units");
  await waitForContent(page);
  await markPage(page);
  const isList = (address: string) => new URL(address).pathname === "/api/v1/content/units";
  const byClick = page.waitForResponse((response) => isList(response.url()));
  await page.getByRole("button", { name: "Reload", exact: true }).click();
  expect((await byClick).status()).toBe(200);
  const button = page.getByRole("button", { name: "Reload", exact: true });
  await expect(button).toHaveAttribute("aria-busy", "false");
  await expect(button).toContainText(/as of \d\d:\d\d:\d\d/);
  const byKey = page.waitForResponse((response) => isList(response.url()));
  await page.keyboard.press("r");
  expect((await byKey).status()).toBe(200);
  await page.getByRole("searchbox").fill("tides for rowers");
  await expect(page.getByRole("searchbox")).toHaveValue("tides for rowers");
  await expectNotReloaded(page);
});

test("the keyboard reaches the content, the tabs and every tool of the frame", async ({ page }) => {
  await page.goto("/flows");
  await waitForContent(page);
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to the content" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
  await page.reload();
  await waitForContent(page);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  for (const tab of tabs) {
    await page.keyboard.press("Tab");
    await expect(mainTabs(page).getByRole("link", { name: tab, exact: true })).toBeFocused();
  }
  for (const tool of [/^Health/, "Go to", "Theme", /^Account/]) {
    await page.keyboard.press("Tab");
    await expect(page.getByRole("button", { name: tool })).toBeFocused();
  }
});

test.describe("the palette", () => {
  const visit = async (page: Page, address: string) => {
    await page.goto(address);
    await waitForContent(page);
  };
  const firstUnit = (page: Page) =>
    page.getByRole("table", { name: "Units", exact: true }).locator("tbody").getByRole("link").first();
  const open = async (page: Page, text: string) => {
    await page.keyboard.press("Control+k");
    const box = page.getByRole("combobox", { name: "Page, title, error or id" });
    await box.fill(text);
    return page.getByRole("listbox", { name: "Places and actions" });
  };

  test("goes to any page, and offers the places visited before", async ({ page }) => {
    await visit(page, "/");
    await open(page, "llm req");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/llm-requests$/);
    await visit(page, "/units?q=water");
    await firstUnit(page).click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText("The water cycle");
    await visit(page, "/");
    const places = await open(page, "");
    await places.getByRole("option", { name: /The water cycle/ }).click();
    await expect(page).toHaveURL(/\/units\/[0-9a-f-]{36}/);
  });

  test("finds units, lessons, runs and tasks by title or error, and anything by its id", async ({
    page,
    product,
  }) => {
    await visit(page, "/");
    let places = await open(page, "water cycle");
    await expect(places.getByRole("group", { name: "Units" }).getByRole("option").first()).toContainText(
      "The water cycle",
    );
    await page.keyboard.press("Escape");
    places = await open(page, "overloaded");
    await expect(places.getByRole("group", { name: "Flow runs" }).getByRole("option").first()).toContainText(
      /overloaded/,
    );
    await page.keyboard.press("Escape");
    for (const [route, section] of [
      ["/content/units", "units"],
      ["/flow-engine/runs", "flows"],
      ["/task-queue/tasks", "tasks"],
      ["/llm/requests", "llm-requests"],
      ["/admin/users", "users"],
    ] as const) {
      const [thing] = await readJson<{ id: string }[]>(product.url, route);
      places = await open(page, thing?.id ?? "");
      await places.getByRole("option").first().click();
      await expect(page).toHaveURL(new RegExp(`/${section}/${thing?.id}`));
    }
  });

  test("a lesson opens inside its unit", async ({ page }) => {
    await visit(page, "/");
    const places = await open(page, "calvin cycle");
    await places
      .getByRole("group", { name: "Lessons" })
      .getByRole("option", { name: /The Calvin cycle/ })
      .click();
    await expect(page).toHaveURL(/\/units\/[0-9a-f-]{36}\/lessons\/[0-9a-f-]{36}/);
    await expect(page.getByRole("article", { name: "Lesson 3" })).toBeVisible();
  });

  test("acts: it opens the retry of the unit in view, and says so when nothing is found", async ({
    page,
  }) => {
    await visit(page, "/units?status=partial");
    await firstUnit(page).click();
    await expect(page.getByRole("region", { name: "Finish this unit" })).toBeVisible();
    let places = await open(page, "retry");
    await places.getByRole("option", { name: "Retry this unit…" }).click();
    await expect(
      page.getByRole("region", { name: "Finish this unit" }).getByRole("radio", { checked: true }),
    ).toBeFocused();
    places = await open(page, "no thing is called so");
    await expect(places.getByRole("option")).toHaveCount(0);
    await expect(page.getByRole("dialog", { name: "Go to" }).getByRole("status")).toContainText(
      "Nothing has this",
    );
  });
});

test("a chosen theme holds after a reload and on other pages", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto("/");
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.getByRole("button", { name: "Theme" }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  await expect.poll(background).not.toBe(light);
  const dark = await background();
  await page.reload();
  expect(await background()).toBe(dark);
  await page.goto("/units");
  expect(await background()).toBe(dark);
  await page.getByRole("button", { name: "Theme" }).click();
  await page.getByRole("menuitemradio", { name: "Like the system" }).click();
  await expect.poll(background).toBe(light);
});

test("on a phone the tabs are a bar at the bottom, with the sixth under More", async ({ page }) => {
  await page.setViewportSize(phone);
  await page.goto("/");
  const bar = page.getByRole("navigation", { name: "Main" });
  await expect(bar.getByRole("link")).toHaveCount(5);
  await bar.getByRole("link", { name: "Units" }).click();
  await expect(page).toHaveURL(/\/units$/);
  await bar.getByRole("button", { name: "More pages" }).click();
  await page.getByRole("link", { name: "Users" }).click();
  await expect(page).toHaveURL(/\/users$/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Users");
});
