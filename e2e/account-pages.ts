import { expect, type Page } from "@playwright/test";
import { programAt } from "../server/test/program.ts";
import { administrator } from "../server/test/sign-in.ts";
import { waitForContent } from "./fixtures.ts";

const { email, password } = administrator;

/** What the page is called. */
export const headline = (page: Page) => page.getByRole("heading", { level: 1 });
/** What opens the account menu. */
export const accountMenu = (page: Page) => page.getByRole("button", { name: /^Account/ });
/** A card of the account page. */
export const card = (page: Page, name: string | RegExp) =>
  page.locator(".card").filter({ has: page.getByRole("heading", { name }) });

/** Opens the link that the server printed and answers it; the dashboard is on show then. */
export async function openPrintedLink(page: Page, url: string): Promise<string> {
  const link = await programAt(url).signInLink();
  await page.goto(link);
  await expect(headline(page)).toHaveText("Course generation");
  await waitForContent(page);
  return link;
}

/** Signs out by the account menu. */
export async function signOut(page: Page): Promise<void> {
  await accountMenu(page).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(headline(page)).toHaveText("Sign in");
}

/** Fills in the sign-in page and sends it. */
export async function typePassword(page: Page, typed: string): Promise<void> {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(typed);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Gives the local administrator the address and password of `administrator`. */
export async function setPassword(page: Page): Promise<void> {
  await page.goto("/settings/account");
  const first = card(page, "E-mail and password");
  await first.getByLabel("E-mail").fill(email);
  await first.getByLabel("Password", { exact: true }).fill(password);
  await first.getByRole("button", { name: "Set e-mail and password" }).click();
  await expect(card(page, "E-mail and password")).toContainText(`You sign in as ${email}`);
}
