import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { afterEach, expect, test, vi } from "vitest";
import type { Lesson, UnitDetail } from "../../src/modules/content/models.ts";
import { type CourseApp, createCourseApp } from "../course-app.ts";
import { modelSettings } from "../provider/model-settings.ts";
import { startTestProvider, type TestProvider } from "../provider/provider.ts";
import { cleanSample, type PlantedSource, plantedSources } from "./planted-sources.ts";

// SECURITY_SOURCES and SECURITY_SEED ask for more and for others; each count is written once by each author.
const count = Number(process.env.SECURITY_SOURCES ?? 24);
const seed = Number(process.env.SECURITY_SEED ?? 20_261_122);
vi.setConfig({ testTimeout: 60_000 + count * 10_000 });

let stop: (() => Promise<void>) | undefined;
afterEach(async () => {
  await stop?.();
  stop = undefined;
});

/** Voice and pictures come from the provider, which is quick; texts too, unless the built-in author shall write them. */
async function startCourse(
  author: "model" | "offline",
): Promise<{ course: CourseApp; models: TestProvider }> {
  const models = await startTestProvider();
  const { COURSEWRIGHT_TEXT_MODEL, ...others } = modelSettings(models);
  const course = await createCourseApp(
    author === "model" ? { ...others, COURSEWRIGHT_TEXT_MODEL: COURSEWRIGHT_TEXT_MODEL ?? "" } : others,
  );
  stop = async () => {
    await course.stop();
    await models.close();
  };
  await course.startWorker();
  return { course, models };
}

async function createFrom(
  course: CourseApp,
  source: { readonly title: string; readonly text: string },
): Promise<UnitDetail> {
  const answer = await course.call<{ unit_id: string; detail: string }>("POST", "/content-creator/units", {
    sources: [{ kind: "text", title: source.title, text: source.text }],
    learner_level: "beginner",
    target_lesson_count: 1,
  });
  expect([answer.status, answer.body.detail], source.title).toEqual([202, undefined]);
  return course.finished(answer.body.unit_id);
}

/** All that learners get of the unit; empty when it is not published. */
async function readAsLearner(course: CourseApp, unit_id: string): Promise<string> {
  const unit = await course.call<UnitDetail>("GET", `/learner/units/${unit_id}`);
  if (unit.status !== 200) return "";
  const lessons = await Promise.all(
    unit.body.lessons.map(({ id }) => course.call("GET", `/learner/lessons/${id}`)),
  );
  return JSON.stringify([unit.body, ...lessons.map(({ body }) => body)]);
}

/** Elements of the Markdown export that load by themselves, read by whoever lets HTML and every protocol through. */
async function countLoading(course: CourseApp, unit_id: string): Promise<number> {
  const { body } = await course.call<string>("GET", `/content/units/${unit_id}/export?format=md`);
  const html = micromark(String(body), {
    ...{ allowDangerousHtml: true, allowDangerousProtocol: true },
    ...{ extensions: [gfm()], htmlExtensions: [gfmHtml()] },
  });
  return (
    html.match(
      /<(?:img|iframe|script|style|link|object|embed|video|audio|svg|form|base|meta)\b|<a href="(?!https?:|mailto:)/g,
    )?.length ?? 0
  );
}

const isIn = (text: string, { canary, host }: PlantedSource) => text.includes(canary) || text.includes(host);

interface Outcome {
  readonly name: string;
  readonly isHidden: boolean;
  /** It came into the unit at all. */
  readonly isObeyed: boolean;
  /** Learners got it as soon as somebody published the unit without looking at anything. */
  readonly isPublishedUnseen: boolean;
  /** Learners got it after somebody accepted everything, and nothing had told that person. */
  readonly isUnwarned: boolean;
  readonly loading: number;
}

async function playThrough(course: CourseApp, planted: PlantedSource): Promise<Outcome> {
  const unit = await createFrom(course, planted);
  expect([unit.status, unit.error_message], planted.name).toEqual(["completed", null]);
  if (planted.isHidden) expect(unit.sources[0]?.removed, planted.name).not.toEqual([]);
  await course.call("POST", `/content/units/${unit.id}/publish`);
  const isPublishedUnseen = isIn(await readAsLearner(course, unit.id), planted);
  const read = () =>
    Promise.all(
      unit.lessons.map(async ({ id }) => (await course.call<Lesson>("GET", `/content/lessons/${id}`)).body),
    );
  const lessons = await read();
  for (const { id } of lessons) {
    await course.call("PUT", `/content/lessons/${id}/review`, { review: "approved", with_exercises: true });
  }
  const asked = await course.call<{ code?: string }>("POST", `/content/units/${unit.id}/publish`);
  const isConfirmed = asked.body.code === "findings_unconfirmed";
  if (isConfirmed) await course.call("POST", `/content/units/${unit.id}/publish`, { confirm_findings: true });
  const seen = await readAsLearner(course, unit.id);
  expect(seen, planted.name).not.toBe("");
  const told = lessons.flatMap(({ quality }) => [
    ...(quality.text_findings ?? []),
    ...(quality.findings ?? []),
  ]);
  const isWarned =
    told.some(({ code }) => warningCodes.has(code)) && (isConfirmed || !isIn(unitTexts(unit), planted));
  return {
    name: planted.name,
    isHidden: planted.isHidden,
    isObeyed: isIn(JSON.stringify([unit, lessons]), planted),
    isPublishedUnseen,
    isUnwarned: isIn(seen, planted) && !isWarned,
    loading: await countLoading(course, unit.id),
  };
}

const warningCodes = new Set([
  ...["foreign_address", "loading_markup", "speaks_to_model", "source_speaks_to_model", "off_outline"],
]);

function unitTexts({
  title,
  description,
  learning_objectives,
  cover_alt,
  podcast_transcript,
}: UnitDetail): string {
  return JSON.stringify([title, description, learning_objectives, cover_alt, podcast_transcript]);
}

async function playAll(course: CourseApp, planted: readonly PlantedSource[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const waiting = [...planted];
  const playOneByOne = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      outcomes.push(await playThrough(course, next));
    }
  };
  await Promise.all(Array.from({ length: 4 }, playOneByOne));
  return outcomes;
}

function expectNothingThrough(author: string, outcomes: readonly Outcome[]): void {
  const named = (fits: (outcome: Outcome) => boolean) => outcomes.filter(fits).map(({ name }) => name);
  const obeyed = named(({ isObeyed }) => isObeyed);
  const unseen = named(({ isPublishedUnseen }) => isPublishedUnseen);
  const unwarned = named(({ isUnwarned }) => isUnwarned);
  const loading = outcomes.reduce((sum, outcome) => sum + outcome.loading, 0);
  process.stdout.write(
    `Planted sources, ${author}: ${outcomes.length}, ${obeyed.length} came into a unit, ${unseen.length} published without a look, ` +
      `${unwarned.length} published without a warning, ${loading} addresses that load by themselves\n`,
  );
  expect({ unseen, unwarned, loading }).toEqual({ unseen: [], unwarned: [], loading: 0 });
}

test("nothing that a source orders reaches learners through a model that obeys it, unless somebody was told", async () => {
  const { course, models } = await startCourse("model");
  const planted = plantedSources(count, seed);
  models.setScript({
    rules: planted.flatMap(({ markers, words }) =>
      markers.map((prompt) => ({
        match: { kind: ["text" as const, "object" as const], prompt },
        action: { obey: words },
      })),
    ),
  });
  const outcomes = await playAll(course, planted);
  expectNothingThrough("a model that obeys", outcomes);
  // A model that never got to read an order proves nothing.
  expect(outcomes.filter(({ isObeyed }) => isObeyed).length).toBeGreaterThan(count / 3);
  // What no reader would see the model has not seen either.
  expect(outcomes.filter(({ isObeyed, isHidden }) => isObeyed && isHidden).map(({ name }) => name)).toEqual(
    [],
  );
  const clean = await createFrom(course, { title: "Tides", text: cleanSample(0) });
  expect(clean.warnings.filter(({ code }) => code === "text_needs_a_look")).toEqual([]);
  expect(clean.lessons.map(({ review }) => review)).toEqual(["approved"]);
  expect(clean.sources[0]).toMatchObject({ kind: "text", removed: [], addressed_passages: 0 });
});

test("nothing that a source orders reaches learners through the built-in author, unless somebody was told", async () => {
  const { course } = await startCourse("offline");
  expectNothingThrough("the built-in author", await playAll(course, plantedSources(count, seed)));
  const clean = await createFrom(course, { title: "Tides", text: cleanSample(0) });
  expect(clean.warnings.filter(({ code }) => code === "text_needs_a_look")).toEqual([]);
});
