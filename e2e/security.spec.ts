import { expect, type Page } from "@playwright/test";
import { createUnit, readJson, waitForUnit } from "../server/test/product.ts";
import { sampleTest as test, waitForContent } from "./fixtures.ts";
import { listSamplePages } from "./pages.ts";

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

const image = '<img src=x onerror="document.title=1">';
const script = "<script>document.title=2</script>";
const title = `Harbours ${image}${script}`;
const source = `# Harbours ${image}

A harbour is a place where ships shelter from waves ${script}. A breakwater is a wall that takes the force of the sea.
Ships tie up at a quay <svg onload="document.title=3"></svg>, which is a wall with deep water beside it.
[A pilot](javascript:document.title=4) is a person who guides ships through narrow water. ![chart](https://example.com/chart.png)

## Tides in a harbour

The tide is the daily rise and fall of the sea <iframe src="https://example.com"></iframe>. A lock is a chamber with two gates that keeps the water inside at one level.
Dredging is the removal of mud from the bottom of a channel <a href="https://example.com" onclick="document.title=5">here</a>. A buoy is a float that marks the edge of a channel.
`;

// That each page keeps to the policy is watched in every browser test, see fixtures.ts.
test("every page arrives with the strict content policy and without inline code", async ({ product }) => {
  for (const { path, name } of await listSamplePages(product.url)) {
    const answer = await fetch(new URL(path, product.url));
    expect(answer.headers.get("content-security-policy"), name).toBe(policy);
    const html = await answer.text();
    expect(html, name).toContain("<script");
    expect(html, name).not.toMatch(/<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)/i);
  }
});

test("no other page may show the dashboard in a frame, and the API answers no foreign page", async ({
  product,
}) => {
  const page = await fetch(`${product.url}/units`, { headers: { "sec-fetch-site": "cross-site" } });
  expect(page.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  const body = JSON.stringify({ topic: "x", learner_level: "beginner", target_lesson_count: 1 });
  const foreign = await fetch(`${product.url}/api/v1/content-creator/units`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: "https://example.com" },
    body,
  });
  expect(foreign.status).toBe(403);
  const form = await fetch(`${product.url}/api/v1/content-creator/units`, {
    method: "POST",
    headers: { "content-type": "text/plain" },
    body,
  });
  expect(form.status).toBeGreaterThanOrEqual(400);
  expect(form.status).toBeLessThan(500);
});

/** Nothing of the hostile text became an element, ran, or was asked for. */
async function expectHarmless(page: Page): Promise<void> {
  await expect(page.locator('img[src="x"], iframe, svg[onload], [onerror], [onclick]')).toHaveCount(0);
  await expect(page.locator('a[href^="javascript:"], [src^="https://example.com"]')).toHaveCount(0);
  await expect(page).not.toHaveTitle(/^\d$/);
}

test("markup in a title or a source stays text on every page", async ({ page, product }) => {
  const unitId = await createUnit(product.url, {
    title,
    sources: [{ kind: "text", title, text: source }],
    learner_level: "beginner",
    target_lesson_count: 1,
  });
  const unit = await waitForUnit(product.url, unitId);
  const { task_id } = await readJson<{ task_id: string }>(product.url, `/content/units/${unitId}`);
  const runs = await readJson<{ id: string; flow_name: string }[]>(
    product.url,
    `/content/units/${unitId}/flow-runs`,
  );
  const requests = await readJson<{ id: string }[]>(product.url, `/llm/requests?unit_id=${unitId}`);
  const paths = ["/", "/units", "/flows", "/tasks", "/llm-requests"];
  paths.push(
    `/units/${unitId}`,
    `/units/${unitId}?tab=runs`,
    `/units/${unitId}?tab=sources`,
    `/tasks/${task_id}`,
  );
  paths.push(`/units/${unitId}?tab=podcast`, `/flows/${runs[0]?.id}`, `/units?open=${unitId}`);
  for (const path of paths) {
    await page.goto(path);
    await waitForContent(page);
    await expect(page.getByText("Harbours <img src=x onerror=").first(), path).toBeVisible();
    await expectHarmless(page);
  }
  expect(unit.lessons.length).toBeGreaterThan(0);
  for (const lesson of unit.lessons) {
    for (const path of [`/units/${unitId}/lessons/${lesson.id}`, `/units/${unitId}?lesson=${lesson.id}`]) {
      await page.goto(path);
      await waitForContent(page);
      await expect(page.getByText("breakwater").first(), path).toBeVisible();
      await expectHarmless(page);
    }
  }
  for (const { id } of requests) {
    for (const view of ["", "?view=raw"]) {
      await page.goto(`/llm-requests/${id}${view}`);
      await waitForContent(page);
      await expectHarmless(page);
    }
  }
});
