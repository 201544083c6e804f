import { expect, type Page } from "@playwright/test";
import { askWith, type Product, readJson } from "../server/test/product.ts";
import type { TestProvider } from "../server/test/provider/provider.ts";
import type { SampleState } from "./pages.ts";
import { makeUnit, withoutPlan } from "./troubled-units.ts";

async function post<Answer>({ url }: Product, route: string, body: unknown): Promise<Answer> {
  const answer = await askWith(url, "POST", route, body);
  expect(answer.status, route).toBe(202);
  // The documented answer of the route.
  return (await answer.json()) as Answer;
}

async function endTask({ url }: Product, task_id: string): Promise<void> {
  const status = async () => (await readJson<{ status: string }>(url, `/task-queue/tasks/${task_id}`)).status;
  await expect.poll(status).toBe("completed");
}

async function openReplay(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Replay…" }).click();
  await page.getByRole("dialog").getByRole("textbox", { name: "Prompt" }).waitFor();
}

async function openPreview(page: Page): Promise<void> {
  // On the phone the boxes are there once one says that one wants to choose.
  const begin = page.getByRole("main").getByRole("button", { name: "Select", exact: true });
  if (await begin.isVisible()) await begin.click();
  await page.getByRole("checkbox", { name: "Select all loaded rows" }).click();
  await page
    .getByRole("region", { name: "Selected rows" })
    .getByRole("button", { name: "Retry from scratch" })
    .click();
  await page.getByRole("dialog").getByRole("region", { name: "Left out" }).waitFor();
}

async function stay(): Promise<void> {
  // The address alone brings the page about.
}

/** Replays, bulk actions and retries as they are asked for and as they end; makes what they tell of. */
export async function listRepairStates(product: Product, provider: TestProvider): Promise<SampleState[]> {
  const { url } = product;
  const failed = await makeUnit({ product, provider }, "Rivers", withoutPlan);
  const whole = await makeUnit({ product, provider }, "Streams");
  const ids = [failed.id, whole.id];
  const bulk = await post<{ task_id: string }>(product, "/content-creator/bulk-actions", {
    action: "retry",
    entity: "unit",
    ids,
  });
  await endTask(product, bulk.task_id);
  const items = await readJson<{ result_task_id: string | null }[]>(
    url,
    `/content-creator/bulk-actions/${bulk.task_id}/items`,
  );
  const retried = items.find(({ result_task_id }) => result_task_id !== null)?.result_task_id;
  const [original] = await readJson<{ id: string }[]>(
    url,
    `/llm/requests?unit_id=${whole.id}&step_name=generate_lesson_transcript&limit=1`,
  );
  const request = `/llm-requests/${original?.id}`;
  const prompt = "Lesson title: Mixing the dough\nTell it to bakers in 200 words.";
  const replay = await post<{ task_id: string }>(product, `/llm/requests/${original?.id}/replay`, { prompt });
  await endTask(product, replay.task_id);
  const { replays } = await readJson<{ replays: { id: string }[] }>(url, `/llm/requests/${original?.id}`);
  return [
    { name: "replay-editor", path: request, open: openReplay },
    { name: "replay-compare", path: `${request}?compare=${replays[0]?.id}`, open: stay },
    { name: "replay-changes", path: `${request}?compare=${replays[0]?.id}&answers=changes`, open: stay },
    { name: "replay", path: `/llm-requests/${replays[0]?.id}`, open: stay },
    { name: "bulk-preview", path: "/units", open: openPreview },
    { name: "bulk-task", path: `/tasks/${bulk.task_id}`, open: stay },
    { name: "task-lineage", path: `/tasks/${retried}`, open: stay },
  ];
}
