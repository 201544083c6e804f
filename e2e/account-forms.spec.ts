import { expect, type Locator, type Page } from "@playwright/test";
import { askWith } from "../server/test/product.ts";
import { administrator } from "../server/test/sign-in.ts";
import { accountMenu, headline, openPrintedLink, setPassword, typePassword } from "./account-pages.ts";
import { freshTest as test, waitForContent } from "./fixtures.ts";

const { email, password } = administrator;

// Refusals are told by their status; the browser reports each of these.
test.use({ expectedFaults: [/the server responded with a status of 4(01|03|04|09|22|29)/] });

const focused = (page: Page) => page.locator("*:focus");

/** Goes on with Tab until the keyboard is there, as somebody without a mouse does. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  const isThere = () => target.evaluate((element) => element === document.activeElement);
  for (let presses = 0; presses < 80; presses += 1) {
    if (await isThere()) return;
    await page.keyboard.press("Tab");
  }
  await expect(target, "reached by Tab").toBeFocused();
}

async function press(page: Page, target: Locator, key = "Enter"): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press(key);
}

const dialog = (page: Page, name: string | RegExp) => page.getByRole("dialog", { name });
const button = (place: Page | Locator, name: string | RegExp) => place.getByRole("button", { name });

test("one signs in by the keyboard alone, and is put into the field that is at fault", async ({
  page,
  product,
}) => {
  await openPrintedLink(page, product.url);
  await setPassword(page);
  await press(page, accountMenu(page));
  await press(page, button(page, "Sign out"));
  await expect(headline(page)).toHaveText("Sign in");
  await expect(page.getByLabel("E-mail")).toBeFocused();
  await page.keyboard.type("ann");
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("E-mail")).toBeFocused();
  await expect(page.getByLabel("E-mail")).toHaveAccessibleDescription(/Write an e-mail address/);
  await page.keyboard.press("Control+a");
  await page.keyboard.type(email);
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Password", { exact: true })).toBeFocused();
  await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(
    "Type your password.",
  );
  await page.keyboard.type("not it");
  await press(page, button(page, "Show what is typed"));
  await expect(page.getByLabel("Password", { exact: true })).toHaveAttribute("type", "text");
  await press(page, button(page, /^Sign in/));
  await expect(page.getByRole("alert")).toContainText("do not belong together");
  await page.getByLabel("Password", { exact: true }).focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await expect(headline(page)).toHaveText("Course generation");
});

test("each dialog about accounts opens, is refused and is left by the keyboard, which then is where it was", async ({
  page,
  product,
}) => {
  test.setTimeout(120_000);
  await openPrintedLink(page, product.url);

  await page.goto("/users");
  await waitForContent(page);
  const invite = button(page, "Invite").first();
  await press(page, invite);
  const inviting = dialog(page, "Invite somebody");
  await expect(inviting.getByLabel("Name", { exact: true })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(inviting.getByLabel("Name", { exact: true })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(inviting).toBeHidden();
  await expect(invite).toBeFocused();

  await page.keyboard.press("Enter");
  await page.keyboard.type("Vera");
  await page.keyboard.press("Tab");
  await page.keyboard.type("vera@example.org");
  await page.keyboard.press("Enter");
  const link = dialog(page, "Hand over the one-time link");
  await expect(button(link, "Copy the link")).toBeFocused();
  await press(page, button(link, "Done"));
  await expect(link).toBeHidden();
  await expect(invite).toBeFocused();

  await page.goto("/settings/tokens");
  await waitForContent(page);
  const make = button(page, "Make a token").first();
  await press(page, make);
  const making = dialog(page, "Make an API token");
  await expect(making.getByLabel("Name", { exact: true })).toBeFocused();
  await page.keyboard.type("Nightly");
  await press(page, making.getByRole("checkbox", { name: "Read" }), "Space");
  await page.keyboard.press("Enter");
  const made = dialog(page, "Keep the token");
  await expect(button(made, "Copy the token")).toBeFocused();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.keyboard.press("Enter");
  await expect(button(made, "Copy the token")).toHaveText("Copied");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^cw_/);
  await page.keyboard.press("Escape");
  await expect(made).toBeHidden();
  await expect(make).toBeFocused();

  const revoke = button(page, "Revoke Nightly");
  await press(page, revoke);
  const revoking = dialog(page, "Revoke this token?");
  await expect(button(revoking, "Not now")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(revoke).toBeFocused();
});

test("each dialog of the settings opens, is refused and is left by the keyboard, which then is where it was", async ({
  page,
  product,
}) => {
  await openPrintedLink(page, product.url);
  for (const [path, opens, title, sends, field] of [
    ["/settings/alerts", "Add one of your own", "Add an alert", "Add the alert", "Name"],
    ["/settings/connections", "Add a connection", "Add a connection", "Add the connection", "Name"],
  ] as const) {
    await page.goto(path);
    await waitForContent(page);
    const opener = button(page, opens).first();
    await press(page, opener);
    const form = dialog(page, title);
    await expect(form.getByLabel(field, { exact: true })).toBeFocused();
    await press(page, button(form, sends));
    await expect(form.getByLabel(field, { exact: true })).toBeFocused();
    await expect(focused(page)).toHaveAttribute("aria-invalid", "true");
    await page.keyboard.press("Escape");
    await expect(form).toBeHidden();
    await expect(opener).toBeFocused();
  }

  const queue = { name: "Long queue", rule: { kind: "queue_age", minutes: 10 }, emails: [] };
  expect((await askWith(product.url, "POST", "/admin/alerts", queue)).status).toBe(201);
  await page.goto("/settings/alerts");
  await waitForContent(page);
  const menu = button(page, "More for Long queue");
  await press(page, menu);
  await expect(page.getByRole("menuitem").first()).toBeFocused();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  const deletion = dialog(page, "Delete this alert?");
  await expect(button(deletion, "Not now")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(deletion).toBeHidden();
  await expect(menu).toBeFocused();
});

test("what is typed into a new unit outlives the end of the session", async ({ browser, page, product }) => {
  await openPrintedLink(page, product.url);
  await setPassword(page);
  const elsewhere = await browser.newContext({ baseURL: product.url });
  const other = await elsewhere.newPage();
  await other.goto("/units/new");
  await typePassword(other, password);
  await expect(headline(other)).toHaveText("New unit");
  const text = "A harbour is a place where ships shelter from waves.";
  await other.getByLabel("Your text").fill(text);

  await page.goto("/settings/sessions");
  await button(page, /^End all other/).click();
  await button(page.getByRole("dialog"), /^End/).click();
  await expect(headline(other)).toHaveText("Sign in");
  expect(await other.content()).not.toContain(text);
  await typePassword(other, password);
  await expect(headline(other)).toHaveText("New unit");
  await expect(other.getByLabel("Your text")).toHaveValue(text);
  await elsewhere.close();
});
