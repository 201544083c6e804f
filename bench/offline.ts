import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { createHome, createUnit, removeHome, startProduct, waitForUnit } from "../server/test/product.ts";
import { describeRuns, printMeasured } from "./table.ts";

// The offline author: a 6,000-word source to a finished four-lesson unit with audio. Goal: at most 20 s.
const runs = Number(process.env.RUNS ?? 5);
const words = 6_000;

const folder = path.resolve(import.meta.dirname, "../examples/sources");
const samples = readdirSync(folder).map((file) => readFileSync(path.join(folder, file), "utf8"));
const text = samples
  .join("\n\n")
  .split(/(?<=\s)/)
  .slice(0, words)
  .join("");

const home = createHome();
const product = await startProduct(home);
const took: number[] = [];
let exercises = 0;
let audioSeconds = 0;
try {
  for (let run = 0; run < runs; run += 1) {
    const begin = performance.now();
    const unit = await waitForUnit(
      product.url,
      await createUnit(product.url, {
        title: `Six thousand words, run ${run}`,
        sources: [{ kind: "text", text }],
        learner_level: "beginner",
        target_lesson_count: 4,
      }),
    );
    const tookMs = performance.now() - begin;
    if (unit.status !== "completed") throw new Error(`The unit ended ${unit.status}: ${unit.error_message}`);
    took.push(tookMs / 1000);
    exercises = unit.lessons.reduce((sum, lesson) => sum + lesson.exercise_count, 0);
    audioSeconds = unit.lessons.reduce((sum, lesson) => sum + lesson.audio_seconds, 0);
  }
} finally {
  await product.stop();
  removeHome(home);
}
printMeasured("Offline author, 6,000 words to four lessons with audio", [
  ["first unit after the start (models load)", `${took[0]?.toFixed(2)} s`],
  ["all units (goal at most 20 s)", describeRuns(took, "s")],
  ["exercises, audio of the lessons", `${exercises}, ${Math.round(audioSeconds)} s`],
]);
