import { createHash } from "node:crypto";
import type { Database, Transaction } from "../../../platform/database.ts";
import { contentErrors, noSuchUnit } from "../errors.ts";
import type { UnitWarning } from "../models.ts";
import type { ArrivedCourse, WrittenLesson } from "../public.ts";
import { insertLesson, keepSameLessons } from "../repo/lesson-repo.ts";
import { updateWrittenUnit } from "../repo/unit-repo.ts";
import type { ArrivingLesson, LessonArrival } from "./models.ts";
import * as arrivals from "./repo.ts";

// So many runs may return the same unit before the oldest of them is a month old.
const mostRuns = 20;
const unchecked = "Returned by a run of Prefect; its exercises were not checked here.";

export interface ArrivalService {
  /**
   * Keeps a lesson that a run returned until that run ends. The same lesson again changes nothing.
   * @throws AppError `unit_not_found`, `lesson_position_invalid`, `lesson_arrival_settled` when another text of this run is part of
   * the unit already, `too_many_arrivals`
   */
  arrive(unit_id: string, position: number, lesson: ArrivingLesson): Promise<LessonArrival>;
}

/** Lessons that outside engines return. */
export function createArrivalService(database: Database): ArrivalService {
  return {
    async arrive(unit_id, position, lesson) {
      const run_id = lesson.run_id.toLowerCase();
      const place = { unit_id, external_run_id: run_id, position };
      // The schema fixes the order of the fields, so equal lessons have equal texts.
      const content_sha256 = createHash("sha256").update(JSON.stringify(lesson), "utf8").digest("hex");
      return database.transaction().execute(async (transaction) => {
        const unit = await arrivals.lockTargetUnit(transaction, unit_id);
        if (unit === null) throw noSuchUnit();
        if (position > unit.target_lesson_count) throw noSuchPosition(position, unit.target_lesson_count);
        await arrivals.clearOldArrivals(transaction);
        const former = await arrivals.findArrival(transaction, place);
        const isNew = former?.content_sha256 !== content_sha256;
        if (isNew && former !== null && former.applied_at !== null) throw settled(position);
        if (former === null) await requireRoom(transaction, unit_id, unit.target_lesson_count);
        const stored = isNew
          ? await arrivals.writeArrival(transaction, place, { content_sha256, lesson })
          : former;
        return { unit_id, position, run_id, is_new: isNew, ...stored };
      });
    },
  };
}

async function requireRoom(transaction: Transaction, unit_id: string, lessons: number): Promise<void> {
  const count = await arrivals.countArrivals(transaction, unit_id);
  if (count < lessons * mostRuns) return;
  throw contentErrors.create(
    "too_many_arrivals",
    `More than ${mostRuns} runs have returned this unit within a month. Use one run for each attempt.`,
  );
}

function noSuchPosition(position: number, lessons: number) {
  return contentErrors.create(
    "lesson_position_invalid",
    `The unit has ${lessons} lessons, so there is no lesson ${position}.`,
  );
}

function settled(position: number) {
  return contentErrors.create(
    "lesson_arrival_settled",
    `Lesson ${position} of this run is part of the unit already. Edit the lesson, or start another run.`,
  );
}

/** The unit's content from what the run returned; see `LessonArrivals`. */
export async function finishFromArrivals(
  transaction: Transaction,
  run: { readonly unit_id: string; readonly task_id: string; readonly external_run_id: string },
): Promise<ArrivedCourse | null> {
  const kept = await arrivals.findKeptParts(transaction, run.unit_id);
  const arrived = await arrivals.listArrivals(transaction, run);
  if (kept === null || arrived.length === 0) return null;
  const course = judge(kept.target_lesson_count, new Set(arrived.map(({ position }) => position)));
  const lessons = arrived.map(({ position, lesson }) => toLesson(position, lesson));
  // None is the same as before: that is told by the requests that wrote a lesson, and there are none.
  await keepSameLessons(transaction, run, lessons);
  for (const lesson of lessons) await insertLesson(transaction, run, lesson);
  await arrivals.linkToRun(transaction, run);
  await updateWrittenUnit(transaction, {
    ...{ ...kept, ...course, unit_id: run.unit_id, author: "prefect", written_by: {} },
    warnings: course.missing.map(missingLesson),
    // It spoke of the former lessons.
    ...{ podcast_media_id: null, podcast_transcript: null, podcast_seconds: null },
  });
  await arrivals.markApplied(transaction, run);
  return course;
}

function judge(lessons: number, arrived: ReadonlySet<number>): ArrivedCourse {
  const missing = Array.from({ length: lessons }, (_, place) => place + 1).filter(
    (position) => !arrived.has(position),
  );
  if (missing.length === 0) return { status: "completed", missing, error_code: null, error_message: null };
  const names = new Intl.ListFormat("en").format(missing.map(String));
  return {
    status: "partial",
    missing,
    error_code: "lessons_missing",
    error_message: `The run ended without ${missing.length === 1 ? "lesson" : "lessons"} ${names}.`,
  };
}

function missingLesson(position: number): UnitWarning {
  const message = `Lesson ${position} did not arrive from the run.`;
  return { code: "lessons_missing", message, part: "lesson", lesson_position: position };
}

function toLesson(position: number, { run_id: _run, ...lesson }: ArrivingLesson): WrittenLesson {
  return {
    ...lesson,
    position,
    status: "completed",
    review: "draft",
    exercises: lesson.exercises.map((exercise) => ({ ...exercise, review: "draft" })),
    quality: { dropped: [], findings: [], note: unchecked, audio_outdated: false },
    audio: null,
    written_by: {},
    author: "prefect",
    error_code: null,
    error_message: null,
  };
}
