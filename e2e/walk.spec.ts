import { expect, type Page } from "@playwright/test";
import { askWith, type Product } from "../server/test/product.ts";
import { administrator } from "../server/test/sign-in.ts";
import { headline } from "./account-pages.ts";
import { sampleTest as test, waitForContent } from "./fixtures.ts";
import { listSamplePages } from "./pages.ts";

/** Lets somebody in by an invitation, in the role. */
async function join(page: Page, { url }: Product, role: "viewer" | "operator"): Promise<void> {
  const person = { name: `Vera ${role}`, email: `walks-as-${role}@example.org`, role };
  const invited = await askWith(url, "POST", "/admin/users", person);
  // The documented answer of the route.
  const { link } = (await invited.json()) as { link: { url: string } };
  await page.goto(link.url);
  await page.getByLabel("Password", { exact: true }).fill(administrator.password);
  await page.getByRole("button", { name: "Accept the invitation" }).click();
  await expect(headline(page)).toHaveText("Course generation");
}

/** What changes something for others begins with one of these words. */
const changes =
  /^(retry|resume|cancel|delete|publish|unpublish|withdraw|approve|reject|edit|start|continue|regenerate|write .* anew|replay|send .* again|recover|launch|resolve|new alert|new connection|invite|generate on)\b/i;

for (const role of ["viewer", "operator"] as const) {
  test(`a walk over every page as ${role} meets no refusal, and nothing that the role may not do is open`, async ({
    browser,
    product,
  }) => {
    test.setTimeout(300_000);
    // Nobody yet: the options of the test would bring the administrator along.
    const context = await browser.newContext({
      baseURL: product.url,
      storageState: { cookies: [], origins: [] },
    });
    const page = await context.newPage();
    await join(page, product, role);
    const refused: string[] = [];
    context.on("response", (answer) => {
      if (answer.status() === 403)
        refused.push(`${answer.request().method()} ${answer.url()} on ${page.url()}`);
    });
    const open: string[] = [];
    let closed = 0;
    for (const { name, path } of await listSamplePages(product.url)) {
      await page.goto(path);
      await waitForContent(page);
      const buttons = await page.getByRole("main").evaluate((place) =>
        [...place.querySelectorAll("button")].map((button) => ({
          words: (button.textContent ?? "").trim(),
          isClosed: button.disabled || button.getAttribute("aria-disabled") === "true",
        })),
      );
      const changing = buttons.filter(({ words }) => changes.test(words));
      closed += changing.filter(({ isClosed }) => isClosed).length;
      if (role === "viewer")
        open.push(...changing.filter(({ isClosed }) => !isClosed).map(({ words }) => `${words} on ${name}`));
    }
    await context.close();
    expect(refused).toEqual([]);
    expect(open).toEqual([]);
    // A walk that meets no button proves nothing.
    if (role === "viewer") expect(closed).toBeGreaterThan(10);
  });
}
