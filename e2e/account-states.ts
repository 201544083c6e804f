import type { Page } from "@playwright/test";
import { askWith } from "../server/test/product.ts";
import { waitForContent } from "./fixtures.ts";
import type { SampleState } from "./pages.ts";

let people = 0;

/** Invites one more person and opens their page. @throws Error when the server does not take them. */
async function openPerson(page: Page): Promise<void> {
  const { origin } = new URL(page.url());
  people += 1;
  const person = {
    name: "Vera Lindqvist",
    email: `vera-${Date.now()}-${people}@example.org`,
    role: "viewer",
  };
  const answer = await askWith(origin, "POST", "/admin/users", person);
  if (answer.status !== 201) throw new Error(`An invitation was answered with ${answer.status}.`);
  // The documented answer of the route.
  const { user } = (await answer.json()) as { user: { id: string } };
  await page.goto(`/users/${user.id}`);
  await waitForContent(page);
}

const press = (page: Page, name: string | RegExp) => page.getByRole("button", { name }).first().click();
const dialog = (page: Page, name: string | RegExp) => page.getByRole("dialog", { name });

async function openInvitation(page: Page): Promise<void> {
  await press(page, "Invite");
  await dialog(page, "Invite somebody").getByRole("button", { name: "Invite" }).click();
  await page.locator("[aria-invalid=true]").first().waitFor();
}

async function openEditing(page: Page): Promise<void> {
  await openPerson(page);
  await press(page, "Edit");
  await dialog(page, /^Edit/).waitFor();
}

async function openNewLink(page: Page): Promise<void> {
  await openPerson(page);
  await press(page, "New invitation");
  await dialog(page, "Make a new invitation").waitFor();
}

async function openGivenLink(page: Page): Promise<void> {
  await openNewLink(page);
  await press(page, "Make the link");
  await dialog(page, "Hand over the one-time link").waitFor();
}

async function openErasure(page: Page): Promise<void> {
  await openPerson(page);
  await press(page, "Erase…");
  await dialog(page, "Erase this person's data?").waitFor();
}

async function openNewToken(page: Page): Promise<void> {
  await press(page, "Make a token");
  await press(page, "Make the token");
  await page.locator("[aria-invalid=true]").first().waitFor();
}

async function openMadeToken(page: Page): Promise<void> {
  await press(page, "Make the token");
  await dialog(page, "Keep the token").waitFor();
}

async function openRevocation(page: Page): Promise<void> {
  await press(page, /^Revoke/);
  await dialog(page, "Revoke this token?").waitFor();
}

/** What opens on the pages about people, tokens and sessions. */
export const accountStates: readonly SampleState[] = [
  { name: "invite", path: "/users", open: openInvitation },
  { name: "edit-user", path: "/users", open: openEditing },
  { name: "new-link", path: "/users", open: openNewLink },
  { name: "given-link", path: "/users", open: openGivenLink },
  { name: "erase-user", path: "/users", open: openErasure },
  { name: "new-token", path: "/settings/tokens", open: openNewToken },
  { name: "made-token", path: "/settings/tokens?new=command-line", open: openMadeToken },
  { name: "revoke-token", path: "/settings/tokens", open: openRevocation },
];
