import { lessonCreation } from "../flows/lesson-creation.ts";
import { lessonPodcast } from "../flows/lesson-podcast.ts";
import { unitArtCreation } from "../flows/unit-art-creation.ts";
import { unitCreation } from "../flows/unit-creation.ts";
import { unitPodcast } from "../flows/unit-podcast.ts";
import type { Author } from "../models.ts";
import { type Calibration, calibrate } from "./calibration.ts";
import type { ForecastRepo } from "./repo.ts";
import type { StepSamples } from "./step-samples.ts";

/** What is known of former jobs. */
export interface History {
  /** Another one each time it is read anew. */
  readonly number: number;
  readonly samples: readonly StepSamples[];
  readonly calibrations: Readonly<Record<Author, Calibration>>;
}

export interface HistoryCache {
  /** Not older than a minute; read anew in the background when it is older than its age allows. */
  get(): Promise<History>;
  /** For a job of whose steps one was never seen: not older than a second. */
  getNewest(): Promise<History>;
}

const flowNames = [unitCreation, lessonCreation, lessonPodcast, unitPodcast, unitArtCreation].map(
  ({ name }) => name,
);
const oldestMs = 60_000;
const newestMs = 1_000;

/** Reads the history at most once in `maxAgeMs`, and never twice at a time. */
export function createHistoryCache(
  repo: Pick<ForecastRepo, "listSamples" | "listEnded">,
  maxAgeMs: number,
): HistoryCache {
  let known: { readonly history: History; readonly readAt: number } | undefined;
  let reading: Promise<History> | undefined;
  let number = 0;

  async function read(): Promise<History> {
    const readAt = performance.now();
    const [samples, model, offline] = await Promise.all([
      repo.listSamples(flowNames),
      repo.listEnded("model"),
      repo.listEnded("offline"),
    ]);
    number += 1;
    const calibrations = { model: calibrate(model), offline: calibrate(offline) };
    const history: History = { number, samples, calibrations };
    known = { history, readAt };
    return history;
  }

  function readOnce(): Promise<History> {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  const ageNow = () => (known === undefined ? Number.POSITIVE_INFINITY : performance.now() - known.readAt);

  return {
    async getNewest() {
      return known === undefined || ageNow() > newestMs ? readOnce() : known.history;
    },
    async get() {
      const age = ageNow();
      if (known === undefined || age > Math.max(oldestMs, maxAgeMs) || maxAgeMs === 0) return readOnce();
      // Whoever waits for it next reports what fails; the former history is good meanwhile.
      if (age > maxAgeMs) readOnce().catch(() => undefined);
      return known.history;
    },
  };
}
