import type { Database } from "../../platform/database.ts";
import type { Page } from "../../platform/page.ts";
import { readCursor } from "../../platform/page.ts";
import { contentErrors } from "./errors.ts";
import {
  type LearnerLesson,
  type LearnerUnit,
  type LearnerUnitDetail,
  learnerLessonSchema,
  learnerUnitSchema,
} from "./learner-models.ts";
import {
  findPublishedLesson,
  findPublishedUnit,
  isPublishedMedia,
  listPublishedLessons,
  listPublishedUnits,
  type PublishedLessonRow,
  type PublishedUnitRow,
} from "./repo/learner-repo.ts";

/** What learners read: published units, approved lessons and exercises, nothing else. */
export interface LearnerService {
  listUnits(page: { readonly limit: number; readonly cursor?: string }): Promise<Page<LearnerUnit>>;
  /** @throws AppError `unit_not_found`, also for a unit that is not published */
  getUnit(unit_id: string): Promise<LearnerUnitDetail>;
  /** @throws AppError `lesson_not_found`, also for one that is not published or not approved */
  getLesson(lesson_id: string): Promise<LearnerLesson>;
  /** Whether a published unit shows the media: as cover, as podcast or as the recording of an approved lesson. */
  isPublishedMedia(media_id: string): Promise<boolean>;
}

/** `mediaPath` is where media ids are served, such as `/api/v1/media`. */
export function createLearnerService(options: {
  readonly database: Database;
  readonly mediaPath: string;
}): LearnerService {
  const { database, mediaPath } = options;
  const urlOf = (media_id: string | null) => (media_id === null ? null : `${mediaPath}/${media_id}`);

  function toUnit(row: PublishedUnitRow): LearnerUnit {
    // Parsing leaves out what is not in the contract.
    return learnerUnitSchema.parse({
      ...row,
      cover_url: urlOf(row.cover_media_id),
      podcast_url: urlOf(row.podcast_media_id),
    });
  }

  function toLesson(row: PublishedLessonRow): LearnerLesson {
    return learnerLessonSchema.parse({
      ...row,
      audio_url: urlOf(row.audio_media_id),
      exercise_count: row.exercises.length,
    });
  }

  return {
    async listUnits({ limit, cursor }) {
      const after = cursor === undefined ? null : readCursor(cursor);
      const page = await listPublishedUnits(database, { limit, after });
      return { ...page, rows: page.rows.map(toUnit) };
    },
    async getUnit(unit_id) {
      const row = await findPublishedUnit(database, unit_id);
      if (row === null)
        throw contentErrors.create("unit_not_found", "There is no published unit with this id.");
      const lessons = await listPublishedLessons(database, unit_id);
      return {
        ...toUnit(row),
        lessons: lessons.map(toLesson).map((lesson) => ({
          id: lesson.id,
          position: lesson.position,
          title: lesson.title,
          objective: lesson.objective,
          exercise_count: lesson.exercise_count,
          audio_url: lesson.audio_url,
          audio_seconds: lesson.audio_seconds,
          content_version: lesson.content_version,
        })),
      };
    },
    async getLesson(lesson_id) {
      const row = await findPublishedLesson(database, lesson_id);
      if (row === null) {
        throw contentErrors.create("lesson_not_found", "There is no published lesson with this id.");
      }
      return toLesson(row);
    },
    isPublishedMedia: (media_id) => isPublishedMedia(database, media_id),
  };
}
