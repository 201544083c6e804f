import { expect, type Page } from "@playwright/test";
import { findDatabaseUrl } from "../server/src/platform/embedded-postgres/cluster.ts";
import { askWith, createHome, removeHome, startProduct } from "../server/test/product.ts";
import { administrator } from "../server/test/sign-in.ts";
import { headline, openPrintedLink, setPassword, typePassword } from "./account-pages.ts";
import { expectNotReloaded, markPage, runSql, freshTest as test, waitForContent } from "./fixtures.ts";

const { password } = administrator;

// Who is refused hears so by the status of an answer; the browser reports each of these.
test.use({ expectedFaults: [/the server responded with a status of 4(01|03|04)/] });

const words = { viewer: "viewer", operator: "operator", admin: "administrator", learner: "learner" } as const;
type Role = keyof typeof words;
/** Each role follows each other one once. */
const everyPair: readonly Role[] = [
  ...(["viewer", "operator", "viewer", "admin", "viewer", "learner", "operator"] as const),
  ...(["admin", "operator", "learner", "admin", "learner", "viewer"] as const),
];

async function expectOpenTo(page: Page, role: Role): Promise<void> {
  if (role === "learner") {
    await expect(headline(page)).toHaveText("The dashboard is not for learners");
    await expect(page.getByRole("navigation")).toHaveCount(0);
    return;
  }
  const start = page.getByRole("button", { name: /^Start/ }).first();
  if (role === "viewer") await expect(start).toBeDisabled();
  else await expect(start).toBeEnabled();
  await page.getByRole("button", { name: "More", exact: true }).click();
  const remove = page.getByRole("menuitem", { name: /^Delete the unit/ });
  if (role === "admin") await expect(remove).toBeEnabled();
  else await expect(remove).toBeDisabled();
  await page.keyboard.press("Escape");
}

test("another role reaches the open page by itself, whichever follows which, and the page says so", async ({
  browser,
  page: keeper,
  product,
}) => {
  test.setTimeout(180_000);
  // Somebody else must stay an administrator who can sign in.
  await openPrintedLink(keeper, product.url);
  const sample = await askWith(product.url, "POST", "/content-creator/units", {
    ...{ title: "Harbours", learner_level: "beginner", target_lesson_count: 1, start: false },
    sources: [{ kind: "text", text: "A harbour is a place where ships shelter from waves. ".repeat(20) }],
  });
  // The documented answer of the route.
  const { unit_id } = (await sample.json()) as { unit_id: string };
  const invited = await askWith(product.url, "POST", "/admin/users", {
    ...{ name: "Vera", email: "vera@example.org", role: "viewer" },
  });
  // The documented answer of the route.
  const { user, link } = (await invited.json()) as { user: { id: string }; link: { url: string } };
  const context = await browser.newContext({ baseURL: product.url });
  const page = await context.newPage();
  await page.goto(link.url);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Accept the invitation" }).click();
  await expect(headline(page)).toHaveText("Course generation");
  await page.goto(`/units/${unit_id}`);
  await waitForContent(page);
  await expect(page.getByText("live", { exact: true })).toBeVisible();
  await expectOpenTo(page, "viewer");
  await markPage(page);

  let former: Role = "viewer";
  for (const role of everyPair.slice(1)) {
    expect((await askWith(product.url, "PUT", `/admin/users/${user.id}`, { role })).status).toBe(200);
    const said = page.getByText(`Your role is ${words[role]} now, no longer ${words[former]}`);
    // A learner's page has no stream that would tell it.
    await expect(said).toBeVisible({ timeout: former === "learner" ? 10_000 : 4_000 });
    await expectOpenTo(page, role);
    await expectNotReloaded(page);
    if (role !== "learner") await expect(page.getByText("live", { exact: true })).toBeVisible();
    former = role;
  }
  await context.close();
});

test("a browser that was left open hands out no access until the password is typed again", async ({
  browser,
  page,
  product,
}) => {
  await openPrintedLink(page, product.url);
  await setPassword(page);
  // On one's own machine nobody is asked; this server works on a database of somebody else's.
  const home = createHome();
  const elsewhere = await startProduct(home, {
    DATABASE_URL: findDatabaseUrl(product.home) ?? "",
    COURSEWRIGHT_KEY_FILE: `${product.home}-keys`,
  });
  try {
    const context = await browser.newContext({ baseURL: elsewhere.url });
    const theirs = await context.newPage();
    await theirs.goto("/settings/tokens");
    await typePassword(theirs, password);
    await expect(headline(theirs)).toHaveText("API tokens");
    await runSql(product, `UPDATE auth.session SET "verifiedAt" = clock_timestamp() - interval '16 minutes'`);

    await theirs.getByRole("button", { name: "Make a token" }).first().click();
    await theirs.getByLabel("Name").fill("Nightly export");
    await theirs.getByRole("checkbox", { name: "Read", exact: true }).check();
    await theirs.keyboard.press("Enter");
    const question = theirs.getByRole("dialog", { name: "Show that it is you" });
    await expect(question.getByLabel("Your password")).toBeFocused();
    await theirs.keyboard.type("not-the-password-at-all");
    await theirs.keyboard.press("Enter");
    await expect(question.getByText("This is not your current password.")).toBeVisible();
    await question.getByLabel("Your password").fill(password);
    await theirs.keyboard.press("Enter");
    await expect(theirs.getByRole("dialog", { name: "Keep the token" })).toBeVisible();
    await expect(question).toHaveCount(0);
    await theirs.getByRole("button", { name: "I have kept it" }).click();

    await theirs.goto("/users");
    await theirs.getByRole("button", { name: "Invite" }).first().click();
    await theirs.getByLabel("Name", { exact: true }).fill("Noor");
    await theirs.getByLabel("E-mail address").fill("noor@example.org");
    await theirs.keyboard.press("Enter");
    await expect(theirs.getByRole("dialog", { name: "Hand over the one-time link" })).toBeVisible();
    await theirs.getByRole("button", { name: "Done" }).click();
    await expect(theirs.getByRole("row", { name: /Noor/ })).toContainText("invited, until");
    await runSql(product, "UPDATE sign_in_links SET expires_at = clock_timestamp() WHERE used_at IS NULL");
    await theirs.reload();
    await theirs.getByRole("link", { name: "Noor" }).click();
    await expect(headline(theirs)).toHaveText("Noor");
    await expect(theirs.getByText("invitation ended")).toBeVisible();
    await theirs.getByRole("button", { name: "New invitation" }).first().click();
    await theirs.getByRole("button", { name: "Make the link" }).click();
    await theirs.getByRole("button", { name: "Done" }).click();
    await expect(theirs.getByText("invited, until")).toBeVisible();
    await context.close();
  } finally {
    await elsewhere.stop();
    removeHome(home);
  }
});
