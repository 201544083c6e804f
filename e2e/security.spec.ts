import { expect } from "@playwright/test";
import { ask, askWith, createUnit, type Product, readJson, waitForUnit } from "../server/test/product.ts";
import type { TestProvider } from "../server/test/provider/provider.ts";
import { modelTest, runSql, sampleTest as test, waitForContent } from "./fixtures.ts";
import { expectHarmless, expectNoOverflow, hostileText } from "./hostile.ts";
import { listSamplePages } from "./pages.ts";

const policy =
  "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self'; font-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'; trusted-types coursewright-markdown coursewright-worker";

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

test.describe("Trusted Types", () => {
  // What is stopped is told on the console.
  test.use({
    expectedFaults: [/Trusted ?(Types?|HTML|ScriptURL)|TrustedTypePolicy|Content Security Policy/i],
  });

  test("text becomes markup or a script through the two named policies only", async ({ page }) => {
    await page.goto("/");
    await waitForContent(page);
    const attempts = await page.evaluate(() => {
      const stopped = (attempt: () => unknown) => {
        try {
          attempt();
          return false;
        } catch (error) {
          return error instanceof TypeError;
        }
      };
      // The library types of the DOM do not know the factory.
      const { trustedTypes } = window as unknown as {
        trustedTypes: { createPolicy: (name: string, rules: object) => unknown };
      };
      const place = document.createElement("div");
      return {
        markup: stopped(() => Object.assign(place, { innerHTML: "<b>x</b>" })),
        inserted: stopped(() => place.insertAdjacentHTML("beforeend", "<b>x</b>")),
        parsed: stopped(() => new DOMParser().parseFromString("<b>x</b>", "text/html")),
        script: stopped(() => Object.assign(document.createElement("script"), { src: "/theme.js" })),
        worker: stopped(() => new SharedWorker("/theme.js")),
        foreignPolicy: stopped(() => trustedTypes.createPolicy("mine", {})),
        secondPolicy: stopped(() => trustedTypes.createPolicy("coursewright-worker", {})),
      };
    });
    expect(Object.entries(attempts).filter(([, isStopped]) => !isStopped)).toEqual([]);
  });
});

test("no other page may show the dashboard in a frame, and the API answers no foreign page", async ({
  product,
}) => {
  const page = await fetch(`${product.url}/units`, { headers: { "sec-fetch-site": "cross-site" } });
  expect(page.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  const body = JSON.stringify({ topic: "x", learner_level: "beginner", target_lesson_count: 1 });
  const foreign = await ask(product.url, "/content-creator/units", {
    method: "POST",
    headers: { "content-type": "application/json", origin: "https://example.com" },
    body,
  });
  expect(foreign.status).toBe(403);
  const form = await ask(product.url, "/content-creator/units", {
    method: "POST",
    headers: { "content-type": "text/plain" },
    body,
  });
  expect(form.status).toBeGreaterThanOrEqual(400);
  expect(form.status).toBeLessThan(500);
});

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
    await expectHarmless(page, path);
  }
  expect(unit.lessons.length).toBeGreaterThan(0);
  for (const lesson of unit.lessons) {
    for (const path of [`/units/${unitId}/lessons/${lesson.id}`, `/units/${unitId}?lesson=${lesson.id}`]) {
      await page.goto(path);
      await waitForContent(page);
      await expect(page.getByText("breakwater").first(), path).toBeVisible();
      await expectHarmless(page, path);
    }
  }
  for (const { id } of requests) {
    for (const view of ["", "?view=raw"]) {
      await page.goto(`/llm-requests/${id}${view}`);
      await waitForContent(page);
      await expectHarmless(page, `request ${id}${view}`);
    }
  }
});

type ProviderRule = NonNullable<Parameters<TestProvider["setScript"]>[0]["rules"]>[number];

/** All that stands in a place; what a field holds to be edited stays as it was typed. */
function shownText(place: Element): string {
  const copy = place.cloneNode(true);
  if (copy instanceof Element) for (const field of copy.querySelectorAll("textarea")) field.remove();
  return copy.textContent ?? "";
}

/** What a person could type: without the characters that no form takes. */
const visible = (text: string) => text.replaceAll("\u0000", "");

async function send({ url }: Product, method: "POST" | "PATCH", route: string, body: unknown): Promise<void> {
  const answer = await askWith(url, method, route, body);
  expect(answer.ok, `${route}: ${answer.status}`).toBe(true);
}

/** An answer of a chat model as the provider sends it. */
const chatAnswer = (content: string) => ({
  id: "chat-1",
  object: "chat.completion",
  created: 1,
  model: "test-text",
  choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
  usage: { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 },
});

modelTest(
  "what a model answers, a provider's error says, a prompt quotes and a step logs stays text on every page",
  async ({ page, product, provider }) => {
    modelTest.setTimeout(240_000);
    const refusal = { error: { message: hostileText("Refused"), type: "x", code: hostileText("code") } };
    const prose = `## ${hostileText("Heading")}\n\n${hostileText("Answered")}\n\n${"A harbour shelters ships. ".repeat(200)}\n\n<svg onload="document.title=3"></svg> ![chart](https://example.com/chart.png) <iframe src="https://example.com"></iframe>`;
    const quoted = `Harbours ${image}${script}`;
    const sources = [{ kind: "text", title: quoted, text: source.repeat(3) }];
    const actions: ProviderRule[] = [
      { match: { kind: "text" }, action: { body: chatAnswer(prose) } },
      { match: { kind: ["image", "speech"] }, action: { status: 400, body: refusal } },
      { match: { kind: "object" }, action: { body: chatAnswer(hostileText("Babbled")) } },
    ];
    const unitIds: string[] = [];
    for (const rule of actions) {
      provider.setScript({ rules: [rule] });
      const request = { title: quoted, sources, learner_level: "beginner", target_lesson_count: 1 };
      const id = await createUnit(product.url, request);
      await waitForUnit(product.url, id);
      unitIds.push(id);
    }

    // Failures are grouped a moment after they happen.
    const readIncidents = () => readJson<{ id: string }[]>(product.url, "/admin/incidents?status=open");
    await expect.poll(async () => (await readIncidents()).length).toBeGreaterThanOrEqual(2);
    const incidents = await readIncidents();
    for (const { id } of incidents) {
      await send(product, "PATCH", `/admin/incidents/${id}`, { note: visible(hostileText("Noted")) });
    }
    await send(product, "POST", "/admin/alerts", {
      name: visible(hostileText("Alarm")).slice(0, 80),
      rule: { kind: "failure_rate", percentage: 1, window_minutes: 1_440, least_jobs: 1 },
      webhook_url: "http://127.0.0.1:9/<script>document.title=6</script>",
    });
    const hourAgo = new Date(Date.now() - 3_600_000).toISOString();

    const addresses = [
      "/",
      "/settings/alerts",
      `/?at=${hourAgo}`,
      "/units",
      "/flows",
      "/tasks",
      "/llm-requests",
    ];
    for (const { id } of incidents) addresses.push(`/?incident=${id}`);
    for (const id of unitIds) {
      for (const tab of ["", "?tab=runs", "?tab=requests", "?tab=sources"])
        addresses.push(`/units/${id}${tab}`);
      const { task_id, lessons } = await readJson<{ task_id: string; lessons: { id: string }[] }>(
        product.url,
        `/content/units/${id}`,
      );
      addresses.push(`/tasks/${task_id}`, `/units?open=${id}`);
      for (const lesson of lessons) addresses.push(`/units/${id}/lessons/${lesson.id}`);
      for (const run of await readJson<{ id: string }[]>(product.url, `/content/units/${id}/flow-runs`)) {
        await runSql(
          product,
          "INSERT INTO step_logs (flow_run_id, level, message) VALUES ($1::uuid, 'warn', $2)",
          [run.id, visible(hostileText("Logged"))],
        );
        const { steps } = await readJson<{ steps: { id: string }[] }>(
          product.url,
          `/flow-engine/runs/${run.id}`,
        );
        addresses.push(
          `/flows/${run.id}?step=${steps.map((step) => step.id).join(",")}`,
          `/flows?open=${run.id}`,
        );
      }
      const requests = await readJson<{ id: string }[]>(product.url, `/llm/requests?limit=200&unit_id=${id}`);
      for (const request of requests)
        addresses.push(`/llm-requests/${request.id}`, `/llm-requests/${request.id}?view=raw`);
    }
    const words = new Set(["Refused", "Answered", "Babbled", "Logged", "Harbours", "Noted", "Alarm"]);
    for (const address of addresses) {
      await page.goto(address);
      await waitForContent(page);
      await expectHarmless(page, address);
      await expectNoOverflow(page, address);
      const shown = await page.getByRole("main").evaluate(shownText);
      for (const word of words) if (shown.includes(`${word} <img src=x onerror=`)) words.delete(word);
      expect(shown.includes("\u202E"), `turned writing on ${address}`).toBe(false);
    }
    expect([...words], "hostile texts that no page shows").toEqual([]);
  },
);
