import { expect, type Page } from "@playwright/test";
import { expectNotReloaded, markPage } from "./fixtures.ts";
import {
  cardOf,
  expectLikeFresh,
  figureOf,
  historyOf,
  incidentOf,
  liveMark,
  monitorPath,
  openMonitor,
  progressOf,
  queueOf,
  recordCards,
  rowOf,
  screenText,
} from "./monitor-pages.ts";
import { chooseTroubles, exercisesFail, firstFails, titlesOf } from "./monitor-troubles.ts";
import { campaign, monitorTest as test, type World } from "./monitor-world.ts";

const latency_ms = { text: 250, object: 250, speech: 250, image: 250 };
/** Holds the lessons of every unit until it is cancelled. */
const held = {
  latency_ms,
  rules: [{ match: { kind: "text" as const, prompt: "Lesson title: " }, action: { hang: true } }],
};

test.afterEach(async ({ world }) => {
  world.provider.setScript({ latency_ms });
  await world.cleanUp();
});

async function createUnits(world: World, titles: readonly string[]): Promise<void> {
  for (const title of titles) await world.createUnit(title);
}

test("one page monitors course generation: what runs, what waits, what ended, what failed, and how healthy it is", async ({
  page,
  world,
}) => {
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Course generation");
  await openMonitor(page);
  await expect(page.getByText("Nothing is being written")).toBeVisible();
  await expect(page.getByText("No job has ended yet")).toBeVisible();
  await expect(page.getByText("Nothing needs you")).toBeVisible();
  await markPage(page);

  world.provider.setScript({ latency_ms, rules: [firstFails("Canals")] });
  await createUnits(world, ["Canals", "Locks"]);
  await expect(rowOf(historyOf(page), "Canals")).toContainText("failed");
  await expect(rowOf(historyOf(page), "Locks")).toContainText("completed");
  world.provider.setScript(held);
  const running = ["Dams", "Weirs", "Mills", "Sluices"];
  await createUnits(world, [...running, "Aqueducts"]);
  for (const title of running) await expect(cardOf(page, title)).toContainText("0 of 2");
  await expect(rowOf(queueOf(page), "Aqueducts")).toContainText("waits for a worker");

  await expect(figureOf(page, "Running")).toContainText("4of 4 slots");
  await expect(figureOf(page, "Queued")).toContainText("1");
  await expect(figureOf(page, "Finished today")).toContainText("1");
  await expect(figureOf(page, "Failed today")).toContainText("1");
  await expect(figureOf(page, "Spent today")).toContainText("$");
  await expect(incidentOf(page, /rejected .* with 400/)).toContainText("1 unit is stopped");
  for (const part of ["Database", "Server", "Workers", "Queue"]) {
    await expect(page.locator(".health-rows li", { hasText: part }).first()).toContainText("since");
  }
  for (const chart of ["Throughput", "Step latency", "Tokens", "Jobs by outcome"]) {
    await expect(page.getByRole("heading", { name: chart, exact: true })).toBeVisible();
  }
  await expectNotReloaded(page);
});

test("active jobs are cards with their unit, person, stages, steps, lessons, time left, cost and worker, and can be cancelled", async ({
  page,
  world,
}) => {
  await createUnits(world, ["Sundials"]);
  await openMonitor(page);
  await expect(rowOf(historyOf(page), "Sundials")).toBeVisible();
  world.provider.setScript(held);
  await createUnits(world, ["Water clocks"]);
  const card = cardOf(page, "Water clocks");
  await expect(card.getByRole("link", { name: "Water clocks" })).toHaveAttribute("href", /\/units\//);
  await expect(card).toContainText("beginner · 2 lessons · for Local administrator");
  await expect(card.getByRole("list", { name: "Stages of Water clocks" })).toContainText("lessons: running");
  const lanes = card.locator('[aria-label="Lessons of Water clocks"]');
  await expect(lanes).toContainText(/writes the lesson/);
  await expect(card).toContainText(/\d+ of \d+ steps/);
  await expect(card).toContainText(/\d+ % ?/);
  await expect(card).toContainText(/\d s elapsed/);
  await expect(card).toContainText(/[\d,]+ tokens/);
  await expect(card).toContainText(/process \d+/);
  await expect(card).toContainText(/\$0\.\d+ of about \$0\.\d+/, { timeout: 20_000 });
  await expect(card).toContainText(/between|at most|about|longer than/);

  await card.getByRole("button", { name: /Cancel/ }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /Cancel the/ })
    .click();
  await expect(card).toHaveCount(0);
  await expect(rowOf(historyOf(page), "Water clocks")).toContainText("cancelled");
});

test("progress and status move with every step, and nothing is promised before the plan is made", async ({
  page,
  world,
}) => {
  world.provider.setScript({ latency_ms: { text: 700, object: 700, speech: 700, image: 700 } });
  await openMonitor(page);
  const recorded = await recordCards(page);
  await createUnits(world, ["Lighthouses"]);
  await expect(rowOf(historyOf(page), "Lighthouses")).toContainText("completed");
  const texts = (await recorded()).Lighthouses ?? [];
  const before = texts.filter((text) => /(plan not made|not planned) yet/.test(text.whole));
  expect(before.length).toBeGreaterThan(0);
  expect(before.filter(({ whole }) => progressOf(whole) !== null)).toEqual([]);
  const progress = texts.slice(before.length).flatMap(({ whole }) => progressOf(whole) ?? []);
  expect(progress.length).toBeGreaterThanOrEqual(4);
  expect(new Set(progress.map(({ known }) => known)).size).toBe(1);
  const done = progress.map((one) => one.done);
  expect(done).toEqual(done.toSorted((left, right) => left - right));
  expect(done.at(-1)).toBeGreaterThan(done[0] ?? 0);
  expect(progress.filter(({ percentage }) => percentage > 99)).toEqual([]);
  for (const words of [/source: running/, /plan: running/, /lessons: running/, /lessons: completed/]) {
    expect(texts.some(({ stages }) => words.test(stages))).toBe(true);
  }
  for (const words of [/writes the lesson/, /exercises/, /written/]) {
    expect(texts.some(({ lanes }) => words.test(lanes))).toBe(true);
  }
});

test("the history lists what ended with its outcome, time and cost, can be filtered, and leads to the unit", async ({
  page,
  world,
}) => {
  world.provider.setScript({ latency_ms, rules: [firstFails("Viaducts")] });
  await openMonitor(page);
  await markPage(page);
  await createUnits(world, ["Viaducts", "Tunnels"]);
  const history = historyOf(page);
  await expect(rowOf(history, "Tunnels")).toContainText(
    /completed.*2 lessons, \d+ exercises.*\d s.*\$0\.\d+/s,
  );
  await expect(rowOf(history, "Viaducts")).toContainText(/failed/);

  const filters = page.locator(".history-filters");
  await filters.getByRole("button", { name: "Failed" }).click();
  await expect(rowOf(history, "Tunnels")).toHaveCount(0);
  await expect(rowOf(history, "Viaducts")).toBeVisible();
  await expect(page).toHaveURL(/outcome=failed/);
  await filters.getByRole("button", { name: "Failed" }).click();
  await filters.getByPlaceholder("Part of a title").fill("tunn");
  await expect(rowOf(history, "Viaducts")).toHaveCount(0);
  await expect(page).toHaveURL(/q=tunn/);
  await expectNotReloaded(page);
  await rowOf(history, "Tunnels").getByRole("link", { name: "Tunnels" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Tunnels");
  // The clean-up takes the unit away: an open page of it would ask for it once more.
  await page.goto("about:blank");
});

test("errors and failures are grouped by their cause, and one press recovers all units of a cause", async ({
  page,
  world,
}) => {
  const refused = titlesOf("Glaciers", 2);
  world.provider.setScript({
    latency_ms,
    rules: [...refused.map(firstFails), exercisesFail("Deserts 01")],
  });
  await openMonitor(page);
  await markPage(page);
  await createUnits(world, [...refused, "Deserts 01"]);
  for (const title of [...refused, "Deserts 01"])
    await expect(rowOf(historyOf(page), title)).toContainText("failed");
  const rejected = incidentOf(page, /rejected 4 requests with 400/);
  await expect(rejected).toContainText("2 units are stopped");
  await expect(incidentOf(page, /was not available/)).toContainText("1 unit is stopped");

  world.provider.setScript({ latency_ms });
  await rejected.getByRole("button", { name: "Look" }).click();
  const dialog = page.getByRole("dialog");
  for (const title of refused) await expect(dialog.getByRole("link", { name: title }).first()).toBeVisible();
  await expect(dialog.getByRole("link", { name: "Request and answer" })).toBeVisible();
  await page.keyboard.press("Escape");
  await rejected.getByRole("button", { name: "Recover 2 units" }).click();
  await expect(dialog).toContainText("Resumes 1 unit, then 1; stops by itself if one fails.");
  await dialog.getByRole("button", { name: /^Recover 2 units/ }).click();
  await expect(rejected).toHaveCount(0);
  for (const title of refused)
    await expect(rowOf(historyOf(page), title).filter({ hasText: "completed" })).toHaveCount(1);
  await expect(incidentOf(page, /was not available/)).toContainText("1 unit is stopped");
  await expectNotReloaded(page);
});

test(`${campaign.units} units are watched in real time, from their cards over failures to their recovery, without any reload`, async ({
  page,
  world,
}) => {
  test.setTimeout(90_000 + campaign.units * 10_000);
  const titles = titlesOf("Rivers", campaign.units);
  const troubles = chooseTroubles(titles, campaign.seed);
  const failing = [...troubles.refused, ...troubles.unavailable];
  world.provider.setScript({ latency_ms, rules: troubles.rules });
  await openMonitor(page);
  await markPage(page);
  const recorded = await recordCards(page);
  await createUnits(world, titles);
  const history = historyOf(page);
  for (const title of titles) {
    const outcome = failing.includes(title) ? "failed" : "completed";
    await expect(rowOf(history, title)).toContainText(outcome, { timeout: 15_000 + campaign.units * 3_000 });
  }
  const cards = await recorded();
  for (const title of titles) expect(cards[title]?.length, title).toBeGreaterThan(2);

  world.provider.setScript({ latency_ms });
  for (const [cause, units] of [
    [/rejected .* with 400/, troubles.refused],
    [/was not available/, troubles.unavailable],
  ] as const) {
    const incident = incidentOf(page, cause);
    await incident.getByRole("button", { name: `Recover ${units.length} unit` }).click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /^Recover/ })
      .click();
    await expect(incident).toHaveCount(0, { timeout: 15_000 + units.length * 10_000 });
    for (const title of units)
      await expect(rowOf(history, title).filter({ hasText: "completed" })).toHaveCount(1);
  }
  await expect(page.getByText("Nothing needs you")).toBeVisible();
  await expectNotReloaded(page);
  await expectLikeFresh(page);
});

test.describe("when the way to the server breaks", () => {
  test.use({
    expectedFaults: [/ERR_(CONNECTION|INCOMPLETE_CHUNKED|EMPTY_RESPONSE|SOCKET|NETWORK|CONTENT_LENGTH)/],
  });

  test(`the page is the same as a fresh one after ${campaign.cuts} cuts of its connection`, async ({
    page,
    world,
  }) => {
    test.setTimeout(90_000 + campaign.cuts * 5_000);
    await openMonitor(page);
    await markPage(page);
    for (let cut = 0; cut < campaign.cuts; cut += 1) {
      if (cut % 5 === 0) await world.createUnit(`Bridges ${cut}`);
      const accepted = world.proxy.accepted();
      world.proxy.breakAll();
      await expect.poll(() => world.proxy.accepted()).toBeGreaterThan(accepted);
      await expect(liveMark(page)).toHaveText("live");
    }
    for (let cut = 0; cut < campaign.cuts; cut += 5)
      await expect(rowOf(historyOf(page), `Bridges ${cut}`)).toContainText("completed", { timeout: 30_000 });
    await expectNotReloaded(page);
    await expectLikeFresh(page);
  });

  test("the page says how old it is while the server is gone, and is the same as a fresh one once it is back", async ({
    page,
    world,
  }) => {
    await openMonitor(page);
    await markPage(page);
    world.provider.setScript({ latency_ms: { text: 700, object: 700, speech: 700, image: 700 } });
    await createUnits(world, ["Harbours", "Piers"]);
    await expect(cardOf(page, "Piers")).toContainText(/\d+ of \d+ steps/);
    await world.killServer();
    await expect(liveMark(page)).toHaveText(/^(reconnecting|not live), as of \d\d:\d\d:\d\d$/);
    await expect(cardOf(page, "Piers")).toBeVisible();
    await world.startServer();
    await expect(liveMark(page)).toHaveText("live", { timeout: 30_000 });
    for (const title of ["Harbours", "Piers"])
      await expect(rowOf(historyOf(page), title)).toContainText("completed", { timeout: 30_000 });
    await expectNotReloaded(page);
    await expectLikeFresh(page);
  });
});

test("a worker that freezes is flagged on the card of its job within 10 s, and no longer once it goes on", async ({
  page,
  world,
}) => {
  world.provider.setScript(held);
  await openMonitor(page);
  await createUnits(world, ["Windmills"]);
  const card = cardOf(page, "Windmills");
  await expect(card).toContainText("lessons: running");
  // A held step may be flagged as slow besides.
  const flag = card.getByText(/Stuck:.*worker.*(silent|heard|beat)/i);
  await expect(flag).toHaveCount(0);
  world.freezeWorker();
  try {
    await expect(flag).toBeVisible({ timeout: 10_000 });
  } finally {
    world.thawWorker();
  }
  await expect(flag).toHaveCount(0, { timeout: 10_000 });
});

test("the slider shows the page as it was recorded at a moment, and the link to it opens the same", async ({
  page,
  context,
  world,
}) => {
  world.provider.setScript({ ...held, rules: [...held.rules] });
  await openMonitor(page);
  await createUnits(world, ["Aqueducts"]);
  const card = cardOf(page, "Aqueducts");
  await expect(card).toContainText(/0 of 2/);
  await expect(card.locator('[aria-label="Lessons of Aqueducts"]')).toContainText("writes the lesson");
  await expect(card.getByRole("list", { name: "Stages of Aqueducts" })).toContainText("art: completed");
  // What a step usually takes, what is foreseen and what is offered are of the present.
  const read = async (place: Page) => {
    const one = cardOf(place, "Aqueducts");
    const parts = ["h3", '[aria-label^="Stages of"]', '[aria-label^="Lessons of"]'];
    const texts = await Promise.all(parts.map((part) => screenText(one.locator(part))));
    const recorded = texts.map((part) =>
      part.map((text) => text.replace(", usually (time)", "")).filter((text) => !/slower than/.test(text)),
    );
    return [progressOf((await one.textContent()) ?? ""), ...recorded];
  };
  const recorded = await read(page);
  const [row] = await world.query<{ at: string }>("SELECT clock_timestamp() AS at");
  await world.cancelAll();
  await expect(rowOf(historyOf(page), "Aqueducts")).toContainText("cancelled");

  const past = await context.newPage();
  await openMonitor(past, `?at=${row?.at}`);
  await expect(past.getByText(/^As it was at/)).toBeVisible();
  expect(await read(past)).toEqual(recorded);
  await expect(past.getByRole("button", { name: /^Cancel/ })).toHaveCount(0);
  await expect(rowOf(historyOf(past), "Aqueducts")).toHaveCount(0);

  const slider = past.getByRole("slider", { name: "Moment to look back to" });
  await slider.focus();
  await slider.press("ArrowLeft");
  await expect(past).not.toHaveURL(new RegExp(`at=${row?.at.slice(0, 19)}`));
  const address = past.url();
  await expect(past.getByText(/^As it was at/)).toBeVisible();
  const shown = await screenText(past.getByRole("status").filter({ hasText: "As it was at" }));
  const linked = await context.newPage();
  await linked.goto(address);
  await expect(linked.getByText(/^As it was at/)).toBeVisible();
  expect(await screenText(linked.getByRole("status").filter({ hasText: "As it was at" }))).toEqual(shown);
  await past.getByRole("button", { name: "Back to now" }).click();
  await expect(past).toHaveURL(new RegExp(`${monitorPath}$`));
  await expect(rowOf(historyOf(past), "Aqueducts")).toBeVisible();
});
