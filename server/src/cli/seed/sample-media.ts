import { drawCover } from "../../modules/media/cover/cover.ts";
import type { StoredMedia } from "../../modules/media/public.ts";
import { createMediaRepo } from "../../modules/media/repo.ts";
import { createMediaService, type MediaService } from "../../modules/media/service.ts";
import { createSpeechEngine } from "../../modules/media/speech/speech-engine.ts";
import { createMediaStore } from "../../modules/media/store.ts";
import type { Database, Transaction } from "../../platform/database.ts";
import type { UnitMedia } from "./step-plans.ts";
import type { UnitStory } from "./story.ts";

/** Files of one unit, written but not yet known to the database. */
export interface MadeMedia {
  readonly cover: {
    readonly stored: StoredMedia;
    readonly alt: string;
    readonly palette: readonly string[];
  } | null;
  readonly podcast: StoredMedia | null;
  readonly lessons: readonly (StoredMedia | null)[];
}

const nothing: MadeMedia = { cover: null, podcast: null, lessons: [] };

/** The built-in voice and drawing, with their files in `<home>/media`. */
export function openSampleMedia(database: Database, home: string): MediaService {
  return createMediaService({
    database,
    store: createMediaStore(home),
    repo: createMediaRepo(database),
    speech: createSpeechEngine(),
    cover: drawCover,
  });
}

/** Speaks and draws what the steps of the unit have made, or would make next. */
export async function makeMedia(service: MediaService, unit: UnitStory): Promise<MadeMedia> {
  if (unit.tasks.length === 0 || unit.lessons.length === 0) return nothing;
  const speak = async (text: string) => service.storeAudio([(await service.synthesizeSpeech(text)).bytes]);
  const { description, palette } = unit.cover;
  const [drawn, podcast, lessons] = await Promise.all([
    service.drawCover({ title: unit.title, description, palette }),
    unit.podcast_transcript === "" ? null : speak(unit.podcast_transcript),
    Promise.all(unit.lessons.map((lesson) => speak(lesson.transcript))),
  ]);
  const cover = {
    stored: await service.storeImage(drawn.bytes),
    alt: drawn.alt_text,
    palette: drawn.palette,
  };
  return { cover, podcast, lessons };
}

/** Makes the files known within the seed's transaction. */
export async function recordMedia(
  service: MediaService,
  transaction: Transaction,
  made: MadeMedia,
): Promise<UnitMedia> {
  const record = async (stored: StoredMedia | null) => {
    if (stored === null) return null;
    const { id, seconds } = await service.record(transaction, stored, {
      made_by_llm_request_id: null,
      task_id: null,
    });
    return { id, seconds };
  };
  const lessons = [];
  for (const stored of made.lessons) lessons.push(await record(stored));
  const cover = await record(made.cover?.stored ?? null);
  return {
    cover:
      cover === null || made.cover === null
        ? null
        : { ...cover, alt: made.cover.alt, palette: made.cover.palette },
    podcast: await record(made.podcast),
    lessons,
  };
}
