import { expect, type Page } from "@playwright/test";
import { type Product, readJson } from "../server/test/product.ts";
import {
  expectNotReloaded,
  markPage,
  runSql,
  sampleTest,
  modelTest as test,
  waitForContent,
} from "./fixtures.ts";
import { dialog, headline, makeUnit, readText, rowsOf } from "./troubled-units.ts";

interface Request {
  readonly id: string;
  readonly status: string;
  readonly step_name: string | null;
  readonly replay_of_request_id: string | null;
}

const replayButton = (page: Page) => page.getByRole("button", { name: /^Replay…/ });
const editor = (page: Page) => dialog(page, "Send this request again");
const compared = (page: Page) => page.getByRole("tablist", { name: "Compare with" });
const card = (page: Page, name: string) => page.getByRole("region", { name });
const measure = (page: Page, table: string, name: string) =>
  rowsOf(page, table).filter({ has: page.getByRole("rowheader", { name, exact: true }) });

async function requestOf(product: Product, unitId: string, step: string): Promise<Request> {
  const requests = await readJson<Request[]>(
    product.url,
    `/llm/requests?unit_id=${unitId}&step_name=${step}`,
  );
  const found = requests.find(({ status }) => status === "completed");
  if (found === undefined) throw new Error(`No completed request of ${step}.`);
  return found;
}

/** Everything that learners and administrators read of a unit. */
async function readContent(product: Product, unitId: string): Promise<string[]> {
  const { lessons } = await readJson<{ lessons: { id: string }[] }>(product.url, `/content/units/${unitId}`);
  const routes = [`/content/units/${unitId}`, ...lessons.map(({ id }) => `/content/lessons/${id}`)];
  return await Promise.all(routes.map((route) => readText(product, route)));
}

async function openRequest(page: Page, id: string): Promise<void> {
  await page.goto(`/llm-requests/${id}`);
  await waitForContent(page);
}

test("a request is sent again as it was, edited and to another model, compared each time, and changes no content", async ({
  page,
  context,
  product,
  provider,
}) => {
  const unit = await makeUnit({ product, provider }, "Lighthouses");
  const original = await requestOf(product, unit.id, "generate_lesson_transcript");
  const before = await readContent(product, unit.id);
  const watcher = await context.newPage();
  await openRequest(watcher, original.id);
  await markPage(watcher);
  await page.bringToFront();
  await openRequest(page, original.id);
  await markPage(page);
  provider.resetLog();

  await test.step("as it was: the same answer", async () => {
    await replayButton(page).click();
    await expect(editor(page)).toContainText("The unit and its lessons stay as they are.");
    await expect(editor(page)).toContainText(/cost.*unknown|unknown.*cost/i);
    await editor(page).getByRole("button", { name: "Not now" }).click();
    await expect(editor(page)).toHaveCount(0);
    expect(provider.calls()).toHaveLength(0);
    await replayButton(page).click();
    await editor(page).getByRole("button", { name: "Send as it was" }).click();
    await expect(compared(page).getByRole("tab", { name: /Replay 1/, selected: true })).toBeVisible();
    const table = "Original and Replay 1 in numbers";
    await expect(measure(page, table, "Status")).toHaveText(/completed.*completed/);
    await expect(card(page, "What was asked")).toContainText("nothing was changed before it was sent");
    await page.getByText("Changes", { exact: true }).click();
    await expect(card(page, "Answers")).toContainText("No difference: they are the same.");
    expect(provider.calls()).toHaveLength(1);
    await expectNotReloaded(page);
  });

  await test.step("edited and to another model: what was asked and answered differently", async () => {
    await replayButton(page).click();
    const prompt = editor(page).getByRole("textbox", { name: "Prompt" });
    const asked = await prompt.inputValue();
    await prompt.fill("");
    await expect(editor(page)).toContainText("It cannot be left empty.");
    await expect(editor(page).getByRole("button", { name: /^Send edited/ })).toHaveAttribute(
      "aria-disabled",
      "true",
    );
    await prompt.fill(`${asked}\nTell it to sailors.`);
    await editor(page).getByRole("combobox", { name: "Model" }).fill("test-text-2");
    await expect(editor(page)).toContainText("edited; the original had test-text");
    provider.setScript({
      rules: [{ match: { model: "test-text-2" }, action: { body: answerOf("Sailors steer by the lamp.") } }],
    });
    await editor(page).getByRole("button", { name: "Send edited" }).click();
    await expect(compared(page).getByRole("tab")).toHaveText([/Replay 1/, /Replay 2/]);
    const table = "Original and Replay 2 in numbers";
    await expect(measure(page, table, "Model")).toHaveText(/test-text.*test-text-2/);
    await expect(measure(page, table, "Status")).toHaveText(/completed.*completed/);
    const edits = card(page, "What was asked differently");
    await expect(edits.getByRole("insertion").filter({ hasText: "test-text-2" })).toBeVisible();
    await expect(edits.getByRole("insertion").filter({ hasText: "Tell it to sailors." })).toBeVisible();
    const answers = card(page, "Answers");
    await expect(answers.getByRole("insertion")).toContainText(["Sailors steer by the lamp."]);
    await page.getByText("Side by side", { exact: true }).click();
    await expect(answers).toContainText("Sailors steer by the lamp.");
    expect(provider.calls().map(({ model }) => model)).toEqual(["test-text", "test-text-2"]);
    await expectNotReloaded(page);
  });

  await test.step("refused by the provider: said in words, beside the original", async () => {
    provider.setScript({ rules: [{ action: { status: 400, error_code: "model_not_found" } }] });
    await replayButton(page).click();
    await editor(page).getByRole("combobox", { name: "Model" }).fill("test-text-3");
    await editor(page).getByRole("button", { name: "Send edited" }).click();
    await expect(page.getByRole("main").getByRole("alert").first()).toContainText(/400/);
    await expect(page.getByRole("main")).toContainText("The original and everything made from it");
    provider.setScript({});
    await page.getByRole("button", { name: "Back to the request" }).click();
    const replays = card(page, "Replays").getByRole("listitem");
    await expect(replays).toHaveText([/test-text-3/, /test-text-2/, /test-text/]);
    await expectNotReloaded(page);
  });

  await test.step("the other open page has the replays too", async () => {
    await expect(card(watcher, "Replays").getByRole("listitem")).toHaveCount(3);
    await expectNotReloaded(watcher);
    await watcher.close();
  });

  await test.step("a replay says that it is one, on its page and in the list", async () => {
    const { replays } = await readJson<{ replays: { id: string; task_id: string }[] }>(
      product.url,
      `/llm/requests/${original.id}`,
    );
    const second = replays[1];
    await openRequest(page, second?.id ?? "");
    const mark = page.getByRole("main").locator(".notice").filter({ hasText: "Replay of request" });
    await expect(mark).toContainText("Nothing in a unit was made from it.");
    await mark.getByRole("link", { name: "Open the original" }).click();
    await expect(page).toHaveURL(new RegExp(original.id));
    await page.goto("/llm-requests");
    const listed = rowsOf(page, "LLM requests").filter({ hasText: "test-text-2" });
    await expect(listed.getByRole("link", { name: "replay of" })).toHaveAttribute(
      "href",
      new RegExp(original.id),
    );
    await page.goto(`/tasks/${second?.task_id}`);
    await expect(headline(page)).toHaveText("Replay of an LLM request");
    await page.getByRole("link", { name: "Compare the answers" }).click();
    await expect(compared(page).getByRole("tab", { name: /Replay 2/, selected: true })).toBeVisible();
  });

  expect(await readContent(product, unit.id)).toEqual(before);
});

test("a spoken text and an image are sent again with their own fields", async ({
  page,
  product,
  provider,
}) => {
  const unit = await makeUnit({ product, provider }, "Foghorns");
  provider.resetLog();
  const requests = await readJson<(Request & { kind: string })[]>(
    product.url,
    `/llm/requests?unit_id=${unit.id}`,
  );
  const spoken = requests.find(({ kind }) => kind === "speech");
  await openRequest(page, spoken?.id ?? "");
  await replayButton(page).click();
  await editor(page).getByRole("textbox", { name: "Text to speak" }).fill("Listen for the horn.");
  await editor(page).getByRole("button", { name: "Send edited" }).click();
  await expect(card(page, "Answers").locator("audio")).toHaveCount(2);

  const drawn = requests.find(({ kind }) => kind === "image");
  await openRequest(page, drawn?.id ?? "");
  await replayButton(page).click();
  await editor(page).getByRole("textbox", { name: "Prompt" }).fill("A horn in the fog");
  await editor(page).getByRole("button", { name: "Send edited" }).click();
  await expect(card(page, "Answers").getByRole("img", { name: "What the model drew" })).toHaveCount(2);
  expect(provider.calls().map(({ kind, prompt_excerpt }) => [kind, prompt_excerpt])).toEqual([
    ["speech", "Listen for the horn."],
    ["image", "A horn in the fog"],
  ]);
});

test("a request whose texts are no longer kept cannot be sent again, and says so", async ({
  page,
  product,
  provider,
}) => {
  const unit = await makeUnit({ product, provider }, "Buoys");
  const request = await requestOf(product, unit.id, "generate_lesson_transcript");
  await runSql(product, "DELETE FROM payloads_llm_requests WHERE owner_id = $1", [request.id]);
  await openRequest(page, request.id);
  await expect(replayButton(page)).toHaveAttribute("aria-disabled", "true");
  await expect(replayButton(page)).toHaveAccessibleName(/What was sent is no longer kept/);
  await replayButton(page).press("Enter");
  await expect(editor(page)).toHaveCount(0);
});

sampleTest("what the offline author wrote cannot be sent again, and says why", async ({ page, product }) => {
  const [request] = await readJson<Request[]>(product.url, "/llm/requests?provider=offline&limit=1");
  await openRequest(page, request?.id ?? "");
  await expect(replayButton(page)).toHaveAttribute("aria-disabled", "true");
  await expect(replayButton(page)).toHaveAccessibleName(/No model was asked/);
});

/** A chat answer with this text. */
function answerOf(content: string) {
  return {
    id: "chat-1",
    object: "chat.completion",
    created: 1,
    model: "test-text-2",
    choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
    usage: { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 },
  };
}
