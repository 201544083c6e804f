import path from "node:path";
import { expect, type Page } from "@playwright/test";
import { modelTest, sampleTest as test, waitForContent } from "./fixtures.ts";
import { listSamplePages, listSampleStates } from "./pages.ts";
import { listRepairStates } from "./repair-pages.ts";

// The pictures show what a trace would.
test.use({ trace: "off" });

const folder = path.join(import.meta.dirname, "screenshots");
const sizes = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const themes = ["light", "dark"] as const;

async function takeInBothThemes(page: Page, name: string, fullPage: boolean): Promise<void> {
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // The bar that stays in sight would stand in the middle of the picture of a page that has scrolled.
    if (fullPage) await page.evaluate(() => window.scrollTo(0, 0));
    await page.screenshot({ fullPage, path: path.join(folder, `${name}-${colorScheme}.png`) });
  }
}

for (const [device, viewport] of Object.entries(sizes)) {
  test(`every page fits the width of a ${device} and can be looked at, light and dark`, async ({
    page,
    product,
  }) => {
    test.setTimeout(300_000);
    await page.setViewportSize(viewport);
    for (const { name, path: address } of await listSamplePages(product.url)) {
      await page.goto(address);
      await waitForContent(page);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect.soft(width, `${name}, ${address}`).toBeLessThanOrEqual(viewport.width);
      // On a phone the bar at the bottom would stand in the middle of a picture of the whole page.
      await takeInBothThemes(page, `${name}-${device}`, device === "desktop");
    }
  });
}

for (const [device, viewport] of Object.entries(sizes)) {
  test(`what opens on a page fits a ${device} too and can be looked at, light and dark`, async ({
    page,
    product,
  }) => {
    test.setTimeout(240_000);
    await page.setViewportSize(viewport);
    for (const { name, path: address, open } of await listSampleStates(product.url)) {
      await page.goto(address);
      await waitForContent(page);
      await open(page);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect.soft(width, `${name}, ${address}`).toBeLessThanOrEqual(viewport.width);
      await takeInBothThemes(page, `state-${name}-${device}`, false);
    }
  });
}

modelTest(
  "replays, bulk actions and the tasks of retries fit every width and can be looked at",
  async ({ page, product, provider }) => {
    modelTest.setTimeout(240_000);
    const states = await listRepairStates(product, provider);
    for (const [device, viewport] of Object.entries(sizes)) {
      await page.setViewportSize(viewport);
      for (const { name, path: address, open } of states) {
        await page.goto(address);
        await waitForContent(page);
        await open(page);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        expect.soft(width, `${name}, ${address}`).toBeLessThanOrEqual(viewport.width);
        await takeInBothThemes(page, `repair-${name}-${device}`, false);
      }
    }
  },
);
