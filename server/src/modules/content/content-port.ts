import { createHash } from "node:crypto";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { Database, Transaction } from "../../platform/database.ts";
import { listMatchingIds } from "../../platform/listing.ts";
import { loadedSecrets } from "../../platform/redaction.ts";
import type { LockUnit, SettleTask } from "../task-queue/public.ts";
import { contentErrors } from "./errors.ts";
import type { ContentPort, DiscardMedia, FinishedUnit, ReplacedLesson, SourceText } from "./public.ts";
import {
  findLessonPlace,
  insertLesson,
  keepSameLessons,
  listGuidance,
  listLessonStates,
  replaceLessonRow,
} from "./repo/lesson-repo.ts";
import { unitListing } from "./repo/unit-lists.ts";
import {
  deleteWrittenSources,
  findIdempotencyKey,
  findSourceText,
  findWrittenParts,
  giveBackUnit,
  giveUnitToTask,
  insertIdempotencyKey,
  insertSource,
  insertUnit,
  lendUnitToTask,
  listMediaOfUnit,
  lockUnitOfTask,
  lockUnitRow,
  settleUnit,
  updateReplacedUnit,
  updateWrittenUnit,
} from "./repo/unit-repo.ts";

/** Locks the unit for the queue's transactions: false when it is gone or belongs to another task. */
export const lockUnit: LockUnit = (transaction, unit_id, task_id) =>
  lockUnitOfTask(transaction, unit_id, task_id);

const unitStatusOf = {
  pending: "in_progress",
  in_progress: "in_progress",
  retry: "in_progress",
  paused: "paused",
  failed: "failed",
  cancelled: "cancelled",
  // The finishing transaction writes completed or partial itself.
  completed: null,
} as const;

/**
 * The unit follows its task: in progress, paused, failed or cancelled. One that was only lent to a task which failed or was cancelled
 * becomes what it was before. Idempotent.
 */
export const settleUnitOfTask: SettleTask = async (transaction, task) => {
  const status = unitStatusOf[task.status];
  if (task.unit_id === null || status === null) return;
  const isOver = status === "failed" || status === "cancelled";
  if (isOver && (await giveBackUnit(transaction, task.unit_id, task.id))) return;
  await settleUnit(transaction, { ...task, unit_id: task.unit_id }, status);
};

/** SHA-256 of a source's text, as stored and as named in task inputs. Lower-case hex. */
export function hashSource(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/** What the content module offers to content-creator. */
export function createContentPort(database: Database, discardMedia: DiscardMedia): ContentPort {
  return {
    async insertUnit(transaction, unit) {
      const unit_id = await insertUnit(transaction, { ...unit, description: "", learning_objectives: [] });
      for (const source of unit.sources) await storeSource(transaction, unit_id, source);
      return unit_id;
    },
    findKey: (user_id, key) => findIdempotencyKey(database, user_id, key),
    useKey: insertIdempotencyKey,
    async lockUnit(transaction, unit_id) {
      const unit = await lockUnitRow(transaction, unit_id);
      if (unit === null) throw contentErrors.create("unit_not_found", "There is no unit with this id.");
      return unit;
    },
    giveToTask: giveUnitToTask,
    lendToTask: lendUnitToTask,
    async getLessonPlace(transaction, lesson_id) {
      const place = await findLessonPlace(transaction, lesson_id);
      if (place === null) throw noSuchLesson();
      return place;
    },
    listGuidance,
    replaceLesson,
    async readSource(unit_id, sha256) {
      const compressed = await findSourceText(database, unit_id, sha256);
      if (compressed === null) {
        throw contentErrors.create("unit_not_found", "The unit's source is gone: the unit was deleted.");
      }
      return zstdDecompressSync(compressed).toString("utf8");
    },
    listMatchingUnitIds: (filter, limit) => listMatchingIds(database, unitListing, filter, limit),
    finishContent,
    listMedia: listMediaOfUnit,
    discardMedia,
  };
}

/** Loaded secrets are taken out before: the driver, which does so for texts, cannot look into bytes. */
function storeSource(transaction: Transaction, unit_id: string, source: SourceText): Promise<void> {
  const text = loadedSecrets.text(source.text);
  return insertSource(transaction, unit_id, {
    kind: source.kind,
    title: source.title,
    text_zstd: zstdCompressSync(Buffer.from(text, "utf8")),
    characters: text.length,
    words: text.match(/\S+/g)?.length ?? 0,
    sha256: hashSource(text),
    extracted_by: null,
    removed: source.removed ?? [],
    addressed_passages: source.addressed_passages ?? 0,
  });
}

async function finishContent(transaction: Transaction, unit: FinishedUnit) {
  await deleteWrittenSources(transaction, unit.unit_id);
  for (const source of unit.sources) await storeSource(transaction, unit.unit_id, source);
  const kept = await keepSameLessons(transaction, unit, unit.lessons);
  const lessons = [];
  for (const lesson of unit.lessons) {
    const lesson_id = kept.get(lesson.position) ?? (await insertLesson(transaction, unit, lesson));
    lessons.push({ position: lesson.position, lesson_id });
  }
  await updateWrittenUnit(transaction, {
    ...unit,
    cover_media_id: unit.cover?.media_id ?? null,
    cover_alt: unit.cover?.alt ?? null,
    cover_palette: unit.cover?.palette ?? null,
    podcast_media_id: unit.podcast?.media_id ?? null,
    podcast_transcript: unit.podcast?.transcript ?? null,
    podcast_seconds: unit.podcast?.seconds ?? null,
  });
  return lessons;
}

async function replaceLesson(
  transaction: Transaction,
  { unit_id, task_id, lesson_id, lesson, judge }: ReplacedLesson,
): Promise<readonly string[]> {
  const former = await replaceLessonRow(transaction, { unit_id, task_id }, lesson_id, lesson);
  if (former === null) throw noSuchLesson();
  const parts = await findWrittenParts(transaction, unit_id);
  const lessons = await listLessonStates(transaction, unit_id);
  await updateReplacedUnit(transaction, unit_id, judge({ ...parts, lessons }));
  return former.audio_media_id === null ? [] : [former.audio_media_id];
}

function noSuchLesson() {
  return contentErrors.create("lesson_not_found", "There is no lesson with this id.");
}
