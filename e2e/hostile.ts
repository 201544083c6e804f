import { expect, type Page } from "@playwright/test";

/** Characters that turn the direction of writing and that end a text in other programs. */
const invisible = "\u202Etxt.exe\u0000";

/** Markup, script, a script's address, turned writing and NUL, as anybody could write them; the word in front finds it again. */
export function hostileText(word: string): string {
  return `${word} <img src=x onerror="document.title=1"><script>document.title=2</script> [go](javascript:document.title=4) ${invisible}`;
}

/** Nothing of a hostile text became an element, ran, or was asked for. */
export async function expectHarmless(page: Page, place: string): Promise<void> {
  const elements = page.locator(
    'img[src="x"], iframe, svg[onload], [onerror], [onclick], main script, a[href^="javascript:"], [src^="https://example.com"]',
  );
  await expect(elements, place).toHaveCount(0);
  await expect(page, place).not.toHaveTitle(/^\d$/);
}

/** A page stays as wide as its window, whatever stands on it. */
export async function expectNoOverflow(page: Page, place: string): Promise<void> {
  const { content, frame } = await page.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    frame: document.documentElement.clientWidth,
  }));
  expect(content, place).toBeLessThanOrEqual(frame);
}
