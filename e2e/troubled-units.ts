import { expect, type Locator, type Page } from "@playwright/test";
import { createClient } from "../server/src/platform/database.ts";
import { findDatabaseUrl } from "../server/src/platform/embedded-postgres/cluster.ts";
import { ask, createUnit, type Product, type Unit, waitForUnit } from "../server/test/product.ts";
import type { TestProvider } from "../server/test/provider/provider.ts";
import type { ProviderScriptInput } from "../server/test/provider/provider-script.ts";

const bread = `## Mixing the dough

${"Flour takes up water and its proteins link into gluten, which gives the dough its strength. ".repeat(12)}

## Baking the loaf

${"In the oven the gas in the dough expands, the starch sets and the crust turns brown. ".repeat(12)}
`;

const refused = { status: 400, error_code: "invalid_request_error" };
type Rules = NonNullable<ProviderScriptInput["rules"]>;
/** Ends a unit before it has a lesson. */
export const withoutPlan: Rules = [{ match: { schema_name: "unit_metadata" }, action: refused }];
/** Leaves the second lesson of a unit unwritten. */
export const withoutSecondLesson: Rules = [
  { match: { kind: "text", prompt: "Lesson title: Baking the loaf" }, action: refused },
];
/** Holds the lessons of a unit until they are given up. */
export const withoutAnswer: Rules = [
  { match: { kind: "text", prompt: "Lesson title: " }, action: { hang: true } },
];

interface World {
  readonly product: Product;
  readonly provider: TestProvider;
}

/** Asks for a unit of two lessons and does not wait for it; the models behave by the rules from now on. */
export async function beginUnit(
  { product, provider }: World,
  title: string,
  rules: Rules = [],
): Promise<string> {
  provider.setScript({ rules });
  const sources = [{ kind: "text", title: "Bread", text: bread }];
  return await createUnit(product.url, {
    title,
    sources,
    learner_level: "beginner",
    target_lesson_count: 2,
  });
}

/** Makes a unit of two lessons to its end; afterwards the models behave again. */
export async function makeUnit(world: World, title: string, rules: Rules = []): Promise<Unit> {
  const unit = await waitForUnit(world.product.url, await beginUnit(world, title, rules));
  world.provider.setScript({});
  return unit;
}

/** What a route answers, as it came. */
export async function readText({ url }: Product, route: string): Promise<string> {
  const answer = await ask(url, route);
  expect(answer.status, route).toBe(200);
  return await answer.text();
}

/** Keeps one unit from being changed until the returned function is called. */
export async function holdUnit(product: Product, unitId: string): Promise<() => Promise<void>> {
  const url = findDatabaseUrl(product.home);
  if (url === undefined) throw new Error("The product has no database of its own.");
  const client = createClient({ url, applicationName: "browser test" });
  await client.connect();
  await client.query("BEGIN");
  await client.query("SELECT id FROM units WHERE id = $1 FOR NO KEY UPDATE", [unitId]);
  return () => client.end();
}

/** Where a page says what its entity is and how it stands. */
export const header = (page: Page) => page.locator(".page-header");
export const headline = (page: Page) => page.getByRole("heading", { level: 1 });
export const dialog = (page: Page, name: string | RegExp) => page.getByRole("dialog", { name });
export const lineage = (page: Page) => page.getByRole("region", { name: "Lineage" });

/** The rows of a table without its head. */
export const rowsOf = (place: Page | Locator, table: string) =>
  place.getByRole("table", { name: table, exact: true }).locator("tbody").getByRole("row");

/** Follows the way that a remark offers. */
export async function openTaskOfRemark(page: Page, words: string | RegExp): Promise<void> {
  const remark = page.getByRole("region", { name: "Remarks" }).locator(".toast").filter({ hasText: words });
  await remark.getByRole("button", { name: "Open the task" }).click();
  await expect(page).toHaveURL(/\/tasks\//);
}

/** Follows the fact beside a unit that names its newest task. */
export async function openTaskOfUnit(page: Page): Promise<void> {
  const facts = page.getByRole("complementary");
  const task = facts.locator("dt", { hasText: "Task" }).locator("xpath=following-sibling::dd");
  await task.getByRole("link").first().click();
  await expect(page).toHaveURL(/\/tasks\//);
}
