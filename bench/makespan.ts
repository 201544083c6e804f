import {
  createHome,
  createUnit,
  readJson,
  removeHome,
  startProduct,
  waitForUnit,
} from "../server/test/product.ts";
import { startTestProvider } from "../server/test/provider/provider.ts";
import { describeRuns, printMeasured } from "./table.ts";

// Wall time of a five-lesson unit against the critical path of its step graph, with a provider of fixed latency.
const latencyMs = { text: 1_000, object: 1_000, speech: 2_000, image: 3_000 };
const lessons = 5;
const runs = Number(process.env.RUNS ?? 5);

interface RequestRow {
  readonly kind: keyof typeof latencyMs;
  readonly step_name: string;
  readonly flow_name: string;
  readonly lesson_position: number | null;
}

const provider = await startTestProvider({ script: { latency_ms: latencyMs } });
const home = createHome();
const product = await startProduct(home, {
  COURSEWRIGHT_LLM_BASE_URL: provider.url,
  COURSEWRIGHT_LLM_API_KEY: "bench",
  COURSEWRIGHT_TEXT_MODEL: "test-text",
  COURSEWRIGHT_SPEECH_MODEL: "test-speech",
  COURSEWRIGHT_IMAGE_MODEL: "test-image",
});
const took: number[] = [];
const seen: number[] = [];
const ratios: number[] = [];
const paths: number[] = [];
try {
  for (let run = 0; run <= runs; run += 1) {
    const begin = performance.now();
    const unitId = await createUnit(product.url, {
      topic: `How tides work, part ${run}`,
      learner_level: "beginner",
      target_lesson_count: lessons,
    });
    const unit = await waitForUnit(product.url, unitId);
    const seenMs = performance.now() - begin;
    const tookMs = Date.parse(unit.completed_at ?? "") - Date.parse(unit.created_at);
    if (unit.status !== "completed") throw new Error(`The unit ended ${unit.status}: ${unit.error_message}`);
    // The first run warms up.
    if (run === 0) continue;
    const requests = await readJson<RequestRow[]>(product.url, `/llm/requests?unit_id=${unitId}&limit=200`);
    const pathMs = criticalPathMs(requests);
    took.push(tookMs / 1000);
    seen.push(seenMs / 1000);
    paths.push(pathMs / 1000);
    ratios.push(seenMs / pathMs);
  }
} finally {
  await product.stop();
  await provider.close();
  removeHome(home);
}
printMeasured("Makespan of a five-lesson unit", [
  ["critical path of the calls that were made, repairs included", describeRuns(paths, "s")],
  ["wall time, from the request to a client that follows the event stream", describeRuns(seen, "s")],
  ["of it from accepted to completed", describeRuns(took, "s")],
  ["ratio of the wall time (goal at most 1.05)", describeRuns(ratios, "", 3)],
]);

/**
 * The longest chain of calls that have to follow one another: the unit's own steps, then the slowest lesson (its
 * transcript, then its exercises beside its recording) and the unit's podcast, beside the cover. Pieces of one
 * recording are spoken at once.
 */
function criticalPathMs(requests: readonly RequestRow[]): number {
  const chain = (rows: readonly RequestRow[]) => {
    const recordings = rows.filter(({ kind }) => kind === "speech").slice(0, 1);
    return [...rows.filter(({ kind }) => kind !== "speech"), ...recordings].reduce(
      (sum, { kind }) => sum + latencyMs[kind],
      0,
    );
  };
  const of = (flow: string, position?: number) =>
    requests.filter(
      (row) => row.flow_name === flow && (position === undefined || row.lesson_position === position),
    );
  const lessonMs = Array.from({ length: lessons }, (_, index) => {
    const creation = of("lesson_creation", index + 1);
    const transcript = creation.filter(({ step_name }) => step_name === "generate_lesson_transcript");
    const exercises = creation.filter(({ step_name }) => step_name !== "generate_lesson_transcript");
    return chain(transcript) + Math.max(chain(exercises), chain(of("lesson_podcast", index + 1)));
  });
  const lessonsThenPodcast = Math.max(...lessonMs) + chain(of("unit_podcast"));
  return chain(of("unit_creation")) + Math.max(lessonsThenPodcast, chain(of("unit_art_creation")));
}
