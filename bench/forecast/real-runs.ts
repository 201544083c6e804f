import {
  calibrate,
  corrected,
  type EndedForecast,
} from "../../server/src/modules/content-creator/forecast/calibration.ts";
import { createClient } from "../../server/src/platform/database.ts";
import { findDatabaseUrl } from "../../server/src/platform/embedded-postgres/cluster.ts";
import {
  createHome,
  createUnit,
  type Product,
  removeHome,
  startProduct,
  waitForUnit,
} from "../../server/test/product.ts";
import { startTestProvider, type TestProvider } from "../../server/test/provider/provider.ts";

/** What a product foresaw of its own jobs, and how many ends lay within the range. */
export interface RealRuns {
  readonly units: number;
  readonly forecasts: number;
  readonly within: number;
}

interface Sample extends EndedForecast {
  /** Milliseconds since 1970. */
  readonly at: number;
}

const writtenAtOnce = 4;
const newest = 300;
const leastKnown = 30;

/**
 * Lets the product write units on the test provider, whose speed changes all the time, and judges each forecast by what was known
 * when it was made: jobs that had ended by then.
 */
export async function measureRealRuns(units: number): Promise<RealRuns> {
  const home = createHome();
  const provider = await startTestProvider();
  const product = await startProduct(home, {
    COURSEWRIGHT_WORKER_CONCURRENCY: String(writtenAtOnce),
    COURSEWRIGHT_LLM_BASE_URL: provider.url,
    COURSEWRIGHT_LLM_API_KEY: "test",
    COURSEWRIGHT_TEXT_MODEL: "test-text",
    COURSEWRIGHT_SPEECH_MODEL: "test-speech",
    COURSEWRIGHT_IMAGE_MODEL: "test-image",
  });
  try {
    await writeUnits(product, provider, units);
    return { units, ...judge(await readSamples(product)) };
  } finally {
    await product.stop();
    await provider.close();
    removeHome(home);
  }
}

async function writeUnits(product: Product, provider: TestProvider, units: number): Promise<void> {
  let begun = 0;
  const writeOneByOne = async () => {
    while (begun < units) {
      begun += 1;
      const slowness = Math.exp((Math.random() + Math.random() + Math.random() - 1.5) * 1.2);
      const latency = (usual: number) => Math.round(usual * slowness);
      provider.setScript({
        latency_ms: { text: latency(450), object: latency(350), speech: latency(500), image: latency(400) },
      });
      const id = await createUnit(product.url, {
        topic: `Subject ${begun}`,
        learner_level: "beginner",
        target_lesson_count: 2 + (begun % 3),
      });
      await waitForUnit(product.url, id);
    }
  };
  await Promise.all(Array.from({ length: writtenAtOnce }, writeOneByOne));
}

async function readSamples({ home }: Product): Promise<Sample[]> {
  const url = findDatabaseUrl(home);
  if (url === undefined) throw new Error("The product has no database of its own.");
  const client = createClient({ url, applicationName: "bench" });
  await client.connect();
  try {
    const { rows } = await client.query<Sample>(
      `SELECT extract(epoch FROM at)::float8 * 1000 AS at, earliest_ms, predicted_ms AS likely_ms, latest_ms, actual_ms
       FROM forecast_samples WHERE actual_ms IS NOT NULL ORDER BY at`,
    );
    return rows;
  } finally {
    await client.end();
  }
}

function judge(samples: readonly Sample[]): Pick<RealRuns, "forecasts" | "within"> {
  let forecasts = 0;
  let within = 0;
  for (const sample of samples) {
    const known = samples.filter((former) => former.at + former.actual_ms < sample.at).slice(-newest);
    if (known.length < leastKnown) continue;
    const { earliest_ms, latest_ms } = corrected(sample, calibrate(known));
    forecasts += 1;
    if (sample.actual_ms >= earliest_ms && sample.actual_ms <= latest_ms) within += 1;
  }
  return { forecasts, within };
}
