import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { askWith } from "../server/test/product.ts";
import { administrator } from "../server/test/sign-in.ts";
import {
  beginSecondFactor,
  card,
  codeOf,
  headline,
  openPrintedLink,
  setPassword,
  signOut,
  typePassword,
} from "./account-pages.ts";
import { freshTest, modelTest, sampleTest as test, waitForContent } from "./fixtures.ts";
import { listSamplePages, listSampleStates } from "./pages.ts";
import { listRepairStates } from "./repair-pages.ts";

// The violations name their elements; recording a trace of each run would double its time.
test.use({ trace: "off" });

const sizes = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const standards = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

async function expectNoViolations(builder: AxeBuilder, place: string): Promise<void> {
  // Legacy mode leaves out frames, which the content policy forbids, and saves a second page for each run.
  const { violations, passes } = await builder.setLegacyMode().analyze();
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")} (${failureSummary})`),
  );
  expect.soft(found, place).toEqual([]);
  expect(passes.length, `rules that ${place} was held against`).toBeGreaterThan(0);
}

/** Light with every rule; dark with those that a theme can break. */
async function checkBothThemes(page: Page, place: string): Promise<void> {
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await expectNoViolations(new AxeBuilder({ page }).withTags(standards), `${place}, light`);
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  const themed = ["color-contrast", "link-in-text-block"];
  await expectNoViolations(new AxeBuilder({ page }).withRules(themed), `${place}, dark`);
}

test("no page breaks a rule of WCAG A or AA, light or dark", async ({ page, product }) => {
  test.setTimeout(600_000);
  for (const { name, path } of await listSamplePages(product.url)) {
    await page.goto(path);
    await waitForContent(page);
    await checkBothThemes(page, `${name}, ${path}`);
  }
});

test("what opens on a page breaks no rule either", async ({ page }) => {
  await page.goto("/units/new");
  await waitForContent(page);
  const files = [
    { name: "tides.md", mimeType: "text/markdown", buffer: Buffer.from("The tide rises and falls.") },
    { name: "photo.md", mimeType: "text/markdown", buffer: Buffer.from([0, 1, 2, 0, 3, 0, 4, 0]) },
  ];
  for (const file of files) await page.locator("input[type=file]").setInputFiles(file);
  await expect(page.getByRole("status", { name: "Files" })).toContainText("photo.md is not a text file");
  await page.getByRole("button", { name: "Create the unit" }).focus();
  await checkBothThemes(page, "the form with files");
  await page.getByRole("button", { name: "Theme" }).click();
  await expect(page.getByRole("menuitemradio", { name: "Dark" })).toBeVisible();
  await checkBothThemes(page, "the theme menu");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Health/ }).click();
  await checkBothThemes(page, "what health means");
});

for (const [device, viewport] of Object.entries(sizes)) {
  test(`palette, shortcuts, filters, views and dialogs break no rule on a ${device}`, async ({
    page,
    product,
  }) => {
    test.setTimeout(420_000);
    await page.setViewportSize(viewport);
    for (const { name, path, open } of await listSampleStates(product.url)) {
      await page.goto(path);
      await waitForContent(page);
      await open(page);
      await checkBothThemes(page, `${name}, ${path}, ${device}`);
    }
  });
}

test("the main pages break no rule of WCAG A or AA on a phone either", async ({ page, product }) => {
  test.setTimeout(240_000);
  await page.setViewportSize(sizes.phone);
  const main =
    /^(dashboard|flow-runs|flow-run-failed|tasks|task|unit-partial|unit-lesson-open|new-unit|llm-request-failed|user)$/;
  for (const { name, path } of await listSamplePages(product.url)) {
    if (!main.test(name)) continue;
    await page.goto(path);
    await waitForContent(page);
    await checkBothThemes(page, `${name}, ${path}`);
  }
});

const placesOfRoles = {
  viewer: ["/settings", "/settings/alerts", "/settings/connections", "/settings/audit", "/settings/tokens"],
  learner: ["/"],
};

freshTest.describe("what somebody sees who is not signed in", () => {
  freshTest.use({ expectedFaults: [/the server responded with a status of 4(01|04|22)/] });

  for (const [device, viewport] of Object.entries(sizes)) {
    freshTest(`breaks no rule on a ${device}`, async ({ page, product }) => {
      await page.setViewportSize(viewport);
      await page.goto("/sign-in");
      await expect(headline(page)).toHaveText("Sign in");
      await checkBothThemes(page, "before anybody has a password");
      await page.goto(`/setup/${"x".repeat(43)}`);
      await expect(headline(page)).toHaveText("This link does not work");
      await checkBothThemes(page, "a link that does not work");
      await openPrintedLink(page, product.url);
      await page.goto("/settings/account");
      await waitForContent(page);
      await checkBothThemes(page, "the account before it has a password");
      await setPassword(page);
      await checkBothThemes(page, "the account with a password");
      const secret = await beginSecondFactor(page);
      await checkBothThemes(page, "a second factor that is being set up");
      const factor = card(page, "Second factor");
      await factor.getByLabel(/^Code/).fill(codeOf(secret, Math.floor(Date.now() / 30_000)));
      await factor.getByRole("button", { name: "Switch it on" }).click();
      await expect(factor.getByRole("list", { name: "Backup codes" })).toBeVisible();
      await checkBothThemes(page, "backup codes");
      await factor.getByRole("button", { name: "I have kept them" }).click();
      await checkBothThemes(page, "the account with a second factor");
      await signOut(page);
      await typePassword(page, administrator.password);
      await expect(headline(page)).toHaveText("Second factor");
      await checkBothThemes(page, "the question for a code");
      await page.getByRole("button", { name: "Start over" }).click();
      await typePassword(page, "not-the-password-at-all");
      await expect(page.getByRole("alert")).toBeVisible();
      await checkBothThemes(page, "a refused sign-in");
    });
  }

  for (const [device, viewport] of Object.entries(sizes)) {
    freshTest(`nor what somebody sees whose role opens less, on a ${device}`, async ({ page, product }) => {
      await page.setViewportSize(viewport);
      for (const [role, places] of Object.entries(placesOfRoles)) {
        const person = { name: `Vera ${role}`, email: `${role}@example.org`, role };
        const invited = await askWith(product.url, "POST", "/admin/users", person);
        // The documented answer of the route.
        const { link } = (await invited.json()) as { link: { url: string } };
        await page.context().clearCookies();
        await page.goto(link.url);
        await page.getByLabel("Password", { exact: true }).fill("short");
        await page.getByRole("button", { name: "Accept the invitation" }).click();
        await expect(page.locator("[aria-invalid=true]")).toBeVisible();
        await checkBothThemes(page, `the invitation of a ${role}`);
        await page.getByLabel("Password", { exact: true }).fill(administrator.password);
        await page.getByRole("button", { name: "Accept the invitation" }).click();
        await expect(headline(page)).not.toHaveText(/^Welcome/);
        for (const path of places) {
          await page.goto(path);
          await waitForContent(page);
          await checkBothThemes(page, `${path}, to a ${role}`);
        }
      }
    });
  }
});

modelTest(
  "replays, bulk actions and the tasks of retries break no rule, wide or on a phone",
  async ({ page, product, provider }) => {
    modelTest.setTimeout(600_000);
    const states = await listRepairStates(product, provider);
    for (const [device, viewport] of Object.entries(sizes)) {
      await page.setViewportSize(viewport);
      for (const { name, path, open } of states) {
        await page.goto(path);
        await waitForContent(page);
        await open(page);
        await checkBothThemes(page, `${name}, ${path}, ${device}`);
      }
    }
  },
);
