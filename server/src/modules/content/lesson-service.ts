import type { Database, Transaction } from "../../platform/database.ts";
import { contentErrors } from "./errors.ts";
import type { Lesson, LessonEdit } from "./models.ts";
import * as lessons from "./repo/lesson-repo.ts";
import { listMatchingLessonIds } from "./repo/lesson-search.ts";

type Review = Lesson["review"];

/** Reads, edits and reviews single lessons. */
export function createLessonService(database: Database) {
  async function getLesson(lesson_id: string): Promise<Lesson> {
    const lesson = await lessons.findLesson(database, lesson_id);
    if (lesson === null) throw noSuchLesson();
    return lesson;
  }

  /** Runs `change` under the lesson's lock, then answers the whole lesson. */
  async function changeLesson(
    lesson_id: string,
    change: (transaction: Transaction, lesson: lessons.LockedLesson) => Promise<void>,
  ): Promise<Lesson> {
    await database.transaction().execute(async (transaction) => {
      const lesson = await lessons.lockLessonRow(transaction, lesson_id);
      if (lesson === null) throw noSuchLesson();
      if (lesson.status === "failed") {
        throw contentErrors.create(
          "lesson_failed",
          "This lesson was not written. Retry the unit to write it.",
        );
      }
      await change(transaction, lesson);
    });
    return getLesson(lesson_id);
  }

  return {
    /** @throws AppError `lesson_not_found` */
    getLesson,
    /** Rows for the live stream; unknown ids are left out. */
    listLessonSummaries: (ids: readonly string[]) => lessons.listLessonSummaries(database, ids),
    /** Ids of lessons whose id begins with the words or whose title holds them, newest first, at most `limit`. */
    listMatchingLessonIds: (words: string, limit: number) => listMatchingLessonIds(database, words, limit),

    /**
     * Writes what the edit holds. An edited transcript marks the audio as outdated.
     * @throws AppError `lesson_changed` when the edit was made on another version
     */
    editLesson(lesson_id: string, edit: LessonEdit): Promise<Lesson> {
      return changeLesson(lesson_id, async (transaction, lesson) => {
        if (lesson.version !== edit.version) {
          throw contentErrors.create(
            "lesson_changed",
            "Somebody changed this lesson since you opened it. Reload it and edit it again.",
            { details: { version: lesson.version } },
          );
        }
        const { version: _version, ...change } = edit;
        const isSpokenAnew = edit.transcript !== undefined && edit.transcript !== lesson.transcript;
        await lessons.updateLesson(transaction, lesson_id, {
          ...change,
          audio_outdated: isSpokenAnew && lesson.has_audio,
        });
      });
    },

    /** Also takes a review back. @throws AppError `lesson_not_found`, `lesson_failed` */
    reviewLesson(lesson_id: string, review: Review, withExercises: boolean): Promise<Lesson> {
      return changeLesson(lesson_id, async (transaction, lesson) => {
        await lessons.updateLesson(transaction, lesson_id, { review });
        if (!withExercises) return;
        await lessons.updateExerciseReviews(
          transaction,
          lesson_id,
          lesson.exercises.map((exercise) => ({ ...exercise, review })),
        );
      });
    },

    /** Also takes a review back. @throws AppError `exercise_not_found` and those of `reviewLesson` */
    reviewExercise(lesson_id: string, exercise_id: string, review: Review): Promise<Lesson> {
      return changeLesson(lesson_id, async (transaction, lesson) => {
        const reviewed = lesson.exercises.map((exercise) =>
          exercise.id === exercise_id ? { ...exercise, review } : exercise,
        );
        if (!reviewed.some(({ id }) => id === exercise_id)) {
          throw contentErrors.create("exercise_not_found", "This lesson has no exercise with this id.");
        }
        await lessons.updateExerciseReviews(transaction, lesson_id, reviewed);
      });
    },
  };
}

function noSuchLesson() {
  return contentErrors.create("lesson_not_found", "There is no lesson with this id.");
}
