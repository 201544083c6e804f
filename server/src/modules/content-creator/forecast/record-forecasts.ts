import type { ForecastRepo, NewSample } from "./repo.ts";
import type { ForecastService, Foreseen } from "./service.ts";

const keptJobs = 5_000;
// A turn is about a second: old ones go every few minutes.
const turnsBetweenDrops = 300;

/**
 * Writes down what is foreseen of each running job when it begins, when it is planned and at each quarter of its steps, and,
 * once it has ended, what came. One turn; two of them at once write nothing twice.
 */
export function createForecastRecorder(
  repo: Pick<ForecastRepo, "listLiveTaskIds" | "insertSamples" | "settleSamples" | "dropOldSamples">,
  service: Pick<ForecastService, "foresee">,
): () => Promise<void> {
  /** The newest milestone of each job that is written down. */
  const written = new Map<string, number>();
  let turns = 0;

  return async () => {
    await repo.settleSamples();
    const foreseen = await service.foresee(await repo.listLiveTaskIds());
    const samples = foreseen
      .flatMap(sampleOf)
      .filter(({ task_id, milestone }) => milestone > (written.get(task_id) ?? -1));
    if (samples.length > 0) await repo.insertSamples(samples);
    for (const { task_id, milestone } of samples) written.set(task_id, milestone);
    for (const oldest of written.keys()) {
      if (written.size <= keptJobs) break;
      written.delete(oldest);
    }
    turns += 1;
    if (turns % turnsBetweenDrops !== 1) return;
    await repo.dropOldSamples("model");
    await repo.dropOldSamples("offline");
  };
}

function sampleOf({ task_id, attempt, now_ms, outline, left }: Foreseen): NewSample[] {
  // Nothing left, nothing to be wrong about.
  if (left === null || outline.steps === null || outline.steps.length === 0) return [];
  return [{ ...left, task_id, attempt, now_ms, author: outline.author, milestone: milestoneOf(outline) }];
}

function milestoneOf({ is_planned, steps_done, steps_known }: Foreseen["outline"]): number {
  if (!is_planned) return 0;
  return 1 + Math.min(3, Math.floor((4 * steps_done) / Math.max(1, steps_known)));
}
