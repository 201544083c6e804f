import { expect } from "@playwright/test";
import { askWith, readJson } from "../server/test/product.ts";
import { administrator } from "../server/test/sign-in.ts";
import {
  accountMenu,
  beginSecondFactor,
  card,
  codeOf,
  headline,
  openPrintedLink,
  setPassword,
  signOut,
  typePassword,
} from "./account-pages.ts";
import { expectNotReloaded, markPage, freshTest as test, waitForContent } from "./fixtures.ts";

const { password } = administrator;

// Who is refused, or no longer known, hears so by the status of an answer; the browser reports each of these.
test.use({ expectedFaults: [/the server responded with a status of 4(01|03|04|09|22|29)/] });

const stepNow = () => Math.floor(Date.now() / 30_000);

/** A step that no code was used of yet; a code works once. */
async function waitForStepAfter(step: number): Promise<number> {
  await expect.poll(stepNow, { timeout: 35_000, intervals: [500] }).toBeGreaterThan(step);
  return stepNow();
}

test("the printed link signs in without a question, once, and leaves the address", async ({
  browser,
  page,
  product,
}) => {
  const link = await openPrintedLink(page, product.url);
  expect(new URL(page.url()).pathname).toBe("/");
  await page.goBack().catch(() => null);
  expect(page.url()).not.toContain("/setup/");
  await page.goto("/units");
  await expect(headline(page)).toHaveText("Units");

  const stranger = await browser.newContext({ baseURL: product.url });
  const other = await stranger.newPage();
  await other.goto(link);
  await expect(headline(other)).toHaveText("This link does not work");
  await other.goto("/units?status=failed");
  await expect(headline(other)).toHaveText("Sign in");
  await expect(other.getByRole("navigation")).toHaveCount(0);
  await stranger.close();
});

test("an e-mail and a password open the dashboard from anywhere, and a wrong one says nothing more", async ({
  page,
  product,
}) => {
  await openPrintedLink(page, product.url);
  await setPassword(page);
  await signOut(page);
  await page.goto("/units?status=failed");
  await expect(headline(page)).toHaveText("Sign in");

  await typePassword(page, "not-the-password-at-all");
  const refusal = page.getByRole("alert");
  await expect(refusal).toBeVisible();
  const words = await refusal.textContent();
  await page.getByLabel("E-mail").fill("nobody@example.org");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(refusal).toHaveText(words ?? "");

  await typePassword(page, password);
  await expect(headline(page)).toHaveText("Units");
  expect(new URL(page.url()).search).toBe("?status=failed");
});

test("with a second factor the password alone does not sign in, and a code works once", async ({
  page,
  product,
}) => {
  test.setTimeout(180_000);
  await openPrintedLink(page, product.url);
  await setPassword(page);
  const factor = card(page, "Second factor");
  const secret = await beginSecondFactor(page);
  const first = stepNow();
  await factor.getByLabel("Code of your authenticator app").fill(codeOf(secret, first));
  await factor.getByRole("button", { name: "Switch it on" }).click();
  const codes = factor.getByRole("list", { name: "Backup codes" });
  const backup = (await codes.getByRole("listitem").first().textContent()) ?? "";
  await factor.getByRole("button", { name: "I have kept them" }).click();
  await expect(factor).toContainText("Signing in asks for a code");

  await signOut(page);
  await typePassword(page, password);
  await expect(headline(page)).toHaveText("Second factor");
  await page.goto("/units");
  await expect(headline(page), "the password alone is no session").toHaveText("Sign in");
  await typePassword(page, password);
  const second = await waitForStepAfter(first);
  const code = codeOf(secret, second);
  await page.getByLabel("Code of your authenticator app").fill(code);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(headline(page)).toHaveText("Units");

  await signOut(page);
  await typePassword(page, password);
  await page.getByLabel("Code of your authenticator app").fill(code);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await page.getByRole("button", { name: "Use a backup code" }).click();
  await page.getByLabel("Backup code").fill(backup);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(accountMenu(page)).toBeVisible();
});

test("a session that is ended elsewhere leads to the sign-in page, without a reload, and back", async ({
  browser,
  page,
  product,
}) => {
  await openPrintedLink(page, product.url);
  await setPassword(page);
  const elsewhere = await browser.newContext({ baseURL: product.url });
  const other = await elsewhere.newPage();
  await other.goto("/tasks");
  await typePassword(other, password);
  await expect(headline(other)).toHaveText("Tasks");
  await waitForContent(other);
  await expect(other.getByText("live", { exact: true })).toBeVisible();
  await markPage(other);

  await page.goto("/settings/sessions");
  await page.getByRole("button", { name: /^End all other/ }).click();
  const confirm = page.getByRole("dialog").getByRole("button", { name: /^End/ });
  await confirm.click();
  await expect(headline(other)).toHaveText("Sign in");
  await expectNotReloaded(other);
  await typePassword(other, password);
  await expect(headline(other)).toHaveText("Tasks");
  await elsewhere.close();
});

test("an invited person sets a password by the link, and sees disabled what the role may not do", async ({
  browser,
  page,
  product,
}) => {
  await openPrintedLink(page, product.url);
  const sample = await askWith(product.url, "POST", "/content-creator/units", {
    ...{ title: "Harbours", learner_level: "beginner", target_lesson_count: 1, start: false },
    sources: [{ kind: "text", text: "A harbour is a place where ships shelter from waves. ".repeat(20) }],
  });
  // The documented answer of the route.
  const { unit_id: unitId } = (await sample.json()) as { unit_id: string };

  for (const role of ["viewer", "operator"] as const) {
    const invited = await askWith(product.url, "POST", "/admin/users", {
      ...{ name: `Vera ${role}`, email: `${role}@example.org`, role },
    });
    // The documented answer of the route.
    const { link } = (await invited.json()) as { link: { url: string } };
    const context = await browser.newContext({ baseURL: product.url });
    const theirs = await context.newPage();
    await theirs.goto(link.url);
    await expect(headline(theirs)).toHaveText(`Welcome, Vera ${role}`);
    await theirs.getByLabel("Password", { exact: true }).fill(password);
    await theirs.getByRole("button", { name: "Accept the invitation" }).click();
    await expect(headline(theirs)).toHaveText("Course generation");

    await theirs.goto(`/units/${unitId}`);
    await waitForContent(theirs);
    const start = theirs.getByRole("button", { name: /^Start/ }).first();
    if (role === "operator") await expect(start).toBeEnabled();
    else {
      await expect(start).toBeDisabled();
      await expect(start).toHaveAccessibleName(/Your role, viewer, may not do this: ask an operator/);
    }
    await theirs.getByRole("button", { name: "More", exact: true }).click();
    const remove = theirs.getByRole("menuitem", { name: /^Delete the unit/ });
    await expect(remove).toBeDisabled();
    await expect(remove).toContainText(`Your role, ${role}, may not do this: ask an administrator.`);
    await context.close();
  }
  const people = await readJson<{ email: string | null; sign_in: string }[]>(product.url, "/admin/users");
  expect(people.find((person) => person.email === "viewer@example.org")).toMatchObject({
    sign_in: "password",
  });
});
