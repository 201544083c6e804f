import { createHmac } from "node:crypto";
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

/** The six digits that an authenticator app shows: RFC 6238 with SHA-1 and steps of 30 s. */
export function codeOf(secret: string, step: number): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac("sha1", key).update(counter).digest();
  const number = digest.readUInt32BE((digest.at(-1) ?? 0) & 15) & 0x7f_ff_ff_ff;
  return String(number % 1_000_000).padStart(6, "0");
}

/** Begins to set up a second factor on the account page, up to the QR code, and answers its secret. */
export async function beginSecondFactor(page: Page): Promise<string> {
  const factor = card(page, "Second factor");
  await factor.getByRole("button", { name: "Set up a second factor" }).click();
  await factor.getByLabel("Your password").fill(password);
  await factor.getByRole("button", { name: "Begin" }).click();
  await expect(factor.getByRole("img", { name: /QR code/ })).toBeVisible();
  return ((await factor.locator(".command code").textContent()) ?? "").replaceAll(" ", "");
}
