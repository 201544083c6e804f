import { expect, type Locator, type Page } from "@playwright/test";
import { waitForContent } from "./fixtures.ts";

export const monitorPath = "/admin/course-generation";

/** The card of a job that a worker executes. */
export const cardOf = (page: Page, title: string) => page.getByRole("article", { name: title, exact: true });
export const queueOf = (page: Page) => page.getByRole("table", { name: "Queued jobs" });
export const historyOf = (page: Page) => page.getByRole("table", { name: "Finished units" });
/** The row of a table that tells of a unit. */
export const rowOf = (table: Locator, title: string) =>
  table.getByRole("row").filter({ has: table.page().getByRole("link", { name: title, exact: true }) });
/** One of the figures on top. */
export const figureOf = (page: Page, name: string) =>
  page.locator("dl.figures > div").filter({ has: page.locator("dt", { hasText: name }) });
/** Failures with one cause, among what needs somebody. */
export const incidentOf = (page: Page, title: string | RegExp) =>
  page.locator("article.incident").filter({ has: page.getByRole("heading", { name: title }) });
/** Says whether the page follows the server by itself. */
export const liveMark = (page: Page) => page.locator(".page-header").getByRole("status").first();

/** Opens the monitor and waits until it moves by itself. */
export async function openMonitor(page: Page, search = ""): Promise<void> {
  await page.goto(`${monitorPath}${search}`);
  await waitForContent(page);
  if (search === "") await expect(liveMark(page)).toHaveText("live");
}

/** What a card said at one time. */
export interface CardText {
  /** All of it. */
  readonly whole: string;
  readonly stages: string;
  readonly lanes: string;
}

/** Records what each card shows, from now on, by the title of its job. */
export async function recordCards(page: Page): Promise<() => Promise<Record<string, CardText[]>>> {
  const handle = await page.evaluateHandle(() => {
    const seen: Record<string, CardText[]> = {};
    const textOf = (card: Element, part: string) => card.querySelector(part)?.textContent?.trim() ?? "";
    const look = () => {
      for (const card of document.querySelectorAll("article[aria-label]")) {
        const title = card.getAttribute("aria-label") ?? "";
        const text = {
          whole: card.textContent ?? "",
          stages: textOf(card, '[aria-label^="Stages of"]'),
          lanes: textOf(card, '[aria-label^="Lessons of"]'),
        };
        const texts = seen[title] ?? [];
        seen[title] = texts;
        if (texts.at(-1)?.whole !== text.whole) texts.push(text);
      }
    };
    look();
    new MutationObserver(look).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
    });
    return seen;
  });
  return () => handle.evaluate((seen) => seen);
}

/** The numbers of a card that has a plan; null before. */
export function progressOf(card: string) {
  const [, percentage] = /(\d+) %/.exec(card) ?? [];
  const [, done, known] = /(\d+) of (\d+) steps/.exec(card) ?? [];
  if (percentage === undefined || done === undefined) return null;
  return { percentage: Number(percentage), done: Number(done), known: Number(known) };
}

// What ticks, tells how long ago something was or is only gauged moves while two screens are compared.
const times =
  /(\d[\d.,]* ?(ms|s|m|h|d)\b ?)+(ago|left)?|just now|any moment|\d+ of \d+ connections|\d\d:\d\d(:\d\d)?/g;

/** What a place says, a line for each piece of text, without the times that tick. */
export async function screenText(place: Locator): Promise<string[]> {
  const texts = await place.evaluate((element) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const found: string[] = [];
    while (walker.nextNode() !== null) found.push(walker.currentNode.textContent?.trim() ?? "");
    return found;
  });
  return texts.map((text) => text.replace(times, "(time)").trim()).filter((text) => text !== "");
}

/** Waits until the page says what a page says that is opened now. */
export async function expectLikeFresh(page: Page): Promise<void> {
  const fresh = await page.context().newPage();
  try {
    await openMonitor(fresh);
    const read = () => Promise.all([page, fresh].map((one) => screenText(one.getByRole("main"))));
    await expect(async () => {
      const [kept, opened] = await read();
      expect(kept).toEqual(opened);
    }).toPass({ timeout: 20_000 });
  } finally {
    await fresh.close();
  }
}
