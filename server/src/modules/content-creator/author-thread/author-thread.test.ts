import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { planUnit } from "../offline-author/offline-author.ts";
import { samplesFolder } from "../samples.ts";
import { createAuthorThread } from "./author-thread.ts";

const thread = createAuthorThread();
afterAll(() => thread.close());

const text = readFileSync(path.join(samplesFolder, "how-bread-rises.md"), "utf8");
const request = { sources: [{ text }], target_lesson_count: 2, learner_level: "beginner" as const };

test("the thread plans exactly what the author plans here, while this thread stays free", async () => {
  let turns = 0;
  const counter = setInterval(() => turns++, 5);
  const plan = await thread.run("planUnit", request);
  clearInterval(counter);
  expect(plan).toEqual(planUnit(request));
  expect(turns).toBeGreaterThan(5);
});

test("a refusal keeps its code and status on the way", async () => {
  await expect(
    thread.run("planUnit", { ...request, sources: [{ text: "Too short." }] }),
  ).rejects.toMatchObject({
    code: "source_too_short",
    status: 422,
  });
});

test("an abort ends the wait with its reason, and the next piece of work is done", async () => {
  const abort = new AbortController();
  const planned = thread.run("planUnit", request, abort.signal);
  abort.abort(new Error("cancelled"));
  await expect(planned).rejects.toThrow("cancelled");
  await expect(thread.run("detectEnglish", text)).resolves.toMatchObject({ is_english: true });
});

test("work after the end is refused", async () => {
  const ended = createAuthorThread();
  await ended.close();
  await expect(ended.run("detectEnglish", text)).rejects.toThrow("closed");
});

test("an idle thread ends, and the next piece of work starts another one", async () => {
  const brief = createAuthorThread({ idleMs: 0 });
  for (let round = 0; round < 4; round++) {
    await expect(brief.run("detectEnglish", text)).resolves.toMatchObject({ is_english: true });
    for (let turn = 0; turn < round; turn++) await new Promise(setImmediate);
  }
  await brief.close();
});
