import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { createHome, type Product, removeHome, startProduct } from "../server/test/product.ts";
import { isSignedWith, startWebhookReceiver, type WebhookReceiver } from "../server/test/webhook-receiver.ts";
import { expectNotReloaded, markPage, runSql, waitForContent, watchedTest } from "./fixtures.ts";

/** A product that may reach a receiver of the test's own. */
const test = watchedTest.extend<object, { receiver: WebhookReceiver; product: Product }>({
  receiver: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern which fixtures are wanted.
    async ({}, use) => {
      const receiver = await startWebhookReceiver();
      await use(receiver);
      await receiver.close();
    },
    { scope: "worker" },
  ],
  product: [
    async ({ receiver }, use) => {
      const home = createHome();
      const product = await startProduct(home, { COURSEWRIGHT_WEBHOOK_PRIVATE_HOSTS: receiver.host });
      await use(product);
      await product.stop();
      removeHome(home);
    },
    { scope: "worker", timeout: 60_000 },
  ],
  address: [({ product }, use) => use(product.url), { scope: "worker" }],
});

const main = (page: Page) => page.getByRole("main");
const row = (page: Page, name: string) =>
  main(page)
    .getByRole("list", { name: "Alerts" })
    .getByRole("listitem")
    .filter({ has: page.getByRole("heading", { name }) });

/** Light with every rule; dark with those that a theme can break. */
async function expectAccessible(page: Page, place: string): Promise<void> {
  const standards = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const builders = {
    light: () => new AxeBuilder({ page }).withTags(standards),
    dark: () => new AxeBuilder({ page }).withRules(["color-contrast", "link-in-text-block"]),
  };
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const { violations } = await builders[colorScheme]().setLegacyMode().analyze();
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target }) => `${id}: ${target.join(" ")}`),
    );
    expect.soft(found, `${place}, ${colorScheme}`).toEqual([]);
  }
}

/** A job that waits in a queue that no worker serves. */
const waitForever = `
  WITH lineage AS (INSERT INTO lineages DEFAULT VALUES RETURNING id)
  INSERT INTO tasks (task_name, lineage_id, unit_title, queue_name, available_at)
  SELECT 'unit_creation', id, 'Tides', 'nobody', clock_timestamp() - interval '12 minutes' FROM lineage`;

test("an administrator adds an alert, tests its webhook and sees it fire, all without a reload", async ({
  page,
  product,
  receiver,
}) => {
  await page.goto("/");
  await waitForContent(page);
  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByRole("link", { name: "Settings" }).click();
  await main(page)
    .getByRole("link", { name: /Alerts/ })
    .click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Alerts");
  await expect(page.getByRole("navigation", { name: "Breadcrumbs" })).toHaveText("SettingsAlerts");
  await expect(page.getByRole("button", { name: "Reload", exact: true })).toBeVisible();
  await expectAccessible(page, "no alerts");
  await markPage(page);

  await page.getByRole("button", { name: "Add one of your own" }).click();
  const form = page.getByRole("dialog", { name: "Add an alert" });
  await form.getByLabel("Name").fill("Long queue");
  await form.getByLabel("Rule").selectOption("Jobs wait too long");
  await form.getByLabel("Longer than").fill("never");
  await form.getByLabel("Webhook").fill(receiver.url);
  await form.getByRole("button", { name: "Add the alert" }).click();
  await expect(form.getByText("Write a number from 0.1 to 1,440.")).toBeVisible();
  await expectAccessible(page, "the form");
  await form.getByLabel("Longer than").fill("10");
  await form.getByRole("button", { name: "Add the alert" }).click();
  const kept = page.getByRole("dialog", { name: "Keep the signing secret" });
  const secret = (await kept.locator("code").first().textContent()) ?? "";
  expect(secret).toMatch(/^whsec_/);
  await kept.getByRole("button", { name: "I have kept it" }).click();

  const alert = row(page, "Long queue");
  await expect(alert).toContainText("quiet");
  await expect(alert).toContainText("A job waits longer than 10 minutes for a worker");
  await alert.getByRole("button", { name: "Send a test" }).click();
  await expect(alert.getByRole("list", { name: "Answers to the test" })).toContainText("It answered 204.");
  expect(receiver.received).toHaveLength(1);
  expect(isSignedWith(secret, receiver.received[0]!)).toBe(true);

  await alert.getByRole("button", { name: "Deliveries" }).click();
  const log = alert.getByRole("table", { name: "Deliveries of Long queue" });
  await expect(log.getByRole("row")).toHaveCount(2);
  await runSql(product, waitForever);
  await expect(alert).toContainText("firing");
  await expect(alert).toContainText("“Tides” has waited 12 m for a worker, longer than 10 minutes.");
  await expect(log.getByRole("row").nth(1)).toContainText("fired");
  await expect(log.getByRole("row").nth(1)).toContainText("sent");
  await expect.poll(() => receiver.received.length).toBe(2);
  const [, fired] = receiver.received;
  expect(isSignedWith(secret, fired!)).toBe(true);
  expect(JSON.parse(fired?.body ?? "")).toMatchObject({ type: "alert.fired", alert: { name: "Long queue" } });
  await expectAccessible(page, "a firing alert with its log");

  await page.setViewportSize({ width: 390, height: 844 });
  await expectAccessible(page, "a firing alert on a phone");
  await page.setViewportSize({ width: 1440, height: 900 });
  await alert.getByRole("switch", { name: "Watch: Long queue" }).click();
  await expect(alert).toContainText("off");
  await expect
    .poll(() => receiver.received.map(({ body }) => JSON.parse(body).type))
    .toContain("alert.ended");
  await alert.getByRole("button", { name: "More for Long queue" }).click();
  await alert.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete the alert" }).click();
  await expect(page.getByRole("button", { name: "Add these five" })).toBeVisible();
  await expectNotReloaded(page);
});

test("five sensible alerts are one press away, and the palette leads to them", async ({ page }) => {
  await page.goto("/units");
  await waitForContent(page);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Page, title, error or id" }).fill("alerts");
  await page
    .getByRole("option", { name: /Alerts/ })
    .first()
    .click();
  await expect(page).toHaveURL(/\/settings\/alerts$/);
  await page.getByRole("button", { name: "Add these five" }).click();
  await expect(page.getByRole("switch", { checked: true })).toHaveCount(5);
  await page.reload();
  await waitForContent(page);
  await expect(page.getByRole("switch", { checked: true })).toHaveCount(5);
});
