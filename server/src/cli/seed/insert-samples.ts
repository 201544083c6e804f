import { randomUUID } from "node:crypto";
import os from "node:os";
import type { Database } from "../../platform/database.ts";
import { defineErrors } from "../../platform/errors.ts";
import { buildUnit, type SeedContext } from "./build-unit.ts";
import { at, createIdSource, emptyRows, type SeedRows } from "./rows.ts";
import { makeMedia, openSampleMedia, recordMedia } from "./sample-media.ts";
import { sampleUnits } from "./sample-units.ts";
import {
  creditMedia,
  ensurePartitions,
  findFirstAdministrator,
  hasSampleUnits,
  insertSeedRows,
  keepMediaOfSteps,
  lockSeed,
  rememberPast,
} from "./seed-repo.ts";

export const seedErrors = defineErrors({
  already_seeded: { status: 409, retryable: false, title: "The sample data are there already" },
  administrator_missing: { status: 409, retryable: false, title: "Nobody owns the sample data" },
});

export interface SeedResult {
  readonly units: readonly { readonly id: string; readonly title: string; readonly status: string }[];
  readonly llm_requests: number;
}

const dayMs = 86_400_000;

/**
 * Inserts the sample units with all that made them, in one transaction; media files go to `<home>/media`.
 * @throws AppError `already_seeded` unless `again`, `administrator_missing`
 */
export async function insertSamples(
  database: Database,
  options: { readonly home: string; readonly again: boolean },
): Promise<SeedResult> {
  const user_id = await findFirstAdministrator(database);
  if (user_id === null) {
    throw seedErrors.create("administrator_missing", "There is no administrator to own the sample units.");
  }
  if (!options.again && (await hasSampleUnits(database, user_id))) throw alreadySeeded();
  const service = openSampleMedia(database, options.home);
  try {
    const stories = sampleUnits();
    const made = await Promise.all(stories.map((unit) => makeMedia(service, unit)));
    return await database.transaction().execute(async (transaction) => {
      await lockSeed(transaction);
      if (!options.again && (await hasSampleUnits(transaction, user_id))) throw alreadySeeded();
      await ensurePartitions(transaction);
      const context = createContext(user_id);
      for (const [place, unit] of stories.entries()) {
        const files = made[place];
        if (files === undefined) throw new Error("A unit has no media");
        buildUnit(context, unit, await recordMedia(service, transaction, files));
      }
      await insertSeedRows(transaction, context.rows);
      for (const [media_id, llm_request_id] of creditsOf(context.rows)) {
        await creditMedia(transaction, media_id, llm_request_id);
      }
      const unit_ids = context.rows.units.flatMap(({ id }) => id ?? []);
      await keepMediaOfSteps(transaction, unit_ids);
      await rememberPast(transaction, unit_ids);
      return {
        units: context.rows.units.map(({ id, title, status }) => ({ id: id ?? "", title, status })),
        llm_requests: context.rows.llm_requests.length,
      };
    });
  } finally {
    await service.close();
  }
}

function alreadySeeded() {
  return seedErrors.create(
    "already_seeded",
    'The sample units are there already. "coursewright seed --again" adds them once more.',
  );
}

/** Two workers of this machine that have said goodbye, and an empty set of rows. */
function createContext(user_id: string): SeedContext {
  const rows = emptyRows();
  const run = randomUUID();
  const newId = createIdSource(run);
  const now_ms = Date.now();
  const begin_ms = now_ms - 5 * dayMs;
  const workers = [newId(begin_ms), newId(begin_ms + 1)] as const;
  for (const [place, id] of workers.entries()) {
    rows.workers.push({
      id,
      host: os.hostname(),
      pid: 4_100 + place,
      app_version: "0.1.0",
      queues: ["default"],
      capacity: 16,
      running: 0,
      started_at: at(begin_ms + place),
      beat_at: at(now_ms - 60_000),
      stopped_at: at(now_ms - 60_000),
      dead_at: at(now_ms - 60_000),
    });
  }
  return { rows, newId, now_ms, user_id, workers, run };
}

/** Which request made which recording or picture. */
function creditsOf(rows: SeedRows): [media_id: string, llm_request_id: string][] {
  const parts = [
    ...rows.lessons.map((lesson) => ({
      media: lesson.audio_media_id,
      written_by: lesson.written_by,
      part: "audio",
    })),
    ...rows.units.map((unit) => ({ media: unit.cover_media_id, written_by: unit.written_by, part: "cover" })),
    ...rows.units.map((unit) => ({
      media: unit.podcast_media_id,
      written_by: unit.written_by,
      part: "podcast_audio",
    })),
  ];
  return parts.flatMap(({ media, written_by, part }): [string, string][] => {
    const request: unknown =
      written_by === undefined
        ? null
        : Object.entries(JSON.parse(written_by)).find(([name]) => name === part)?.[1];
    return media == null || typeof request !== "string" || request === "" ? [] : [[media, request]];
  });
}
