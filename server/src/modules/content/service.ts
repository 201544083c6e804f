import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import type { Database, Transaction } from "../../platform/database.ts";
import { listPage } from "../../platform/listing.ts";
import type { Page, PageQuery } from "../../platform/page.ts";
import { contentErrors } from "./errors.ts";
import { toUnitExport, type UnitExport } from "./export-unit.ts";
import type { UnitFilter } from "./filter.ts";
import { createLessonService } from "./lesson-service.ts";
import {
  type LessonSummary,
  type Publication,
  type SourceTextDetail,
  type UnitDetail,
  type UnitSummary,
  unconfirmedCode,
} from "./models.ts";
import type { DiscardMedia } from "./public.ts";
import * as lessons from "./repo/lesson-repo.ts";
import { listStageRuns, listStepsOfRun } from "./repo/run-repo.ts";
import { unitListing } from "./repo/unit-lists.ts";
import * as units from "./repo/unit-repo.ts";
import { stagesOf } from "./stages.ts";

export interface ContentServiceOptions {
  readonly database: Database;
  /** Asks the queue to end a task; returns once that is recorded. Ended tasks are left alone. */
  readonly cancelTask: (task_id: string) => Promise<unknown>;
  readonly discardMedia: DiscardMedia;
  /** Longest wait for a cancelled task's end while deleting its unit. Default 10,000 ms. */
  readonly deletionWaitMs?: number;
}

/** Reads and reviews what the tasks have written. */
export type ContentService = ReturnType<typeof createContentService>;

const decompress = promisify(zstdDecompress);

const unfinishedTaskStatuses = new Set(["pending", "in_progress", "retry", "paused"]);

/** The service over one database. */
export function createContentService(options: ContentServiceOptions) {
  const { database } = options;

  async function getUnit(unit_id: string): Promise<UnitDetail> {
    const [summary] = await units.listUnitSummaries(database, [unit_id]);
    const extras = await units.findUnitExtras(database, unit_id);
    if (summary === undefined || extras === null) throw noSuchUnit();
    const [lessonRows, sources, runs] = await Promise.all([
      lessons.listLessonsOfUnit(database, unit_id),
      units.listUnitSources(database, unit_id),
      summary.task_id === null ? [] : listStageRuns(database, { unit_id, task_id: summary.task_id }),
    ]);
    const root = runs.find(({ flow_name }) => flow_name === "unit_creation");
    const steps = root === undefined ? [] : await listStepsOfRun(database, root.id);
    return {
      ...summary,
      ...extras,
      lessons: lessonRows,
      sources,
      stages: stagesOf({ unit: summary, runs, steps }),
    };
  }

  return {
    ...createLessonService(database),
    /** Newest first. @throws AppError `cursor_invalid` */
    listUnits: (filter: UnitFilter, page: PageQuery): Promise<Page<UnitSummary>> =>
      listPage(database, unitListing, filter, page),
    /** The unit with its lessons, sources and stages. @throws AppError `unit_not_found` */
    getUnit,
    /** In order of their positions. @throws AppError `unit_not_found` */
    async listLessons(unit_id: string): Promise<LessonSummary[]> {
      const found = await lessons.listLessonsOfUnit(database, unit_id);
      if (found.length === 0 && (await units.findUnitExtras(database, unit_id)) === null) throw noSuchUnit();
      return found;
    },
    /** @throws AppError `source_not_found` */
    async getSource(unit_id: string, position: number): Promise<SourceTextDetail> {
      const found = await units.findSource(database, unit_id, position);
      if (found === null) {
        throw contentErrors.create("source_not_found", `This unit has no source ${position}.`);
      }
      const { text_zstd, ...source } = found;
      return { ...source, text: (await decompress(text_zstd)).toString("utf8") };
    },
    /** Rows for the live stream; unknown ids are left out. */
    listUnitSummaries: (ids: readonly string[]) => units.listUnitSummaries(database, ids),
    /**
     * Lets learners see what is approved; drafts and rejected items stay out and are counted. What the checks found in title,
     * description, objectives, cover or podcast, which have no review of their own, must be confirmed.
     * @throws AppError `unit_not_publishable`, `nothing_approved`, `findings_unconfirmed`
     */
    publishUnit: (unit_id: string, confirm_findings = false): Promise<Publication> =>
      publish(database, unit_id, confirm_findings),

    /** Learners no longer see the unit; reviews stay as they are. @throws AppError `unit_not_found` */
    async unpublishUnit(unit_id: string): Promise<Publication> {
      return database.transaction().execute(async (transaction) => {
        if ((await units.lockUnitRow(transaction, unit_id)) === null) throw noSuchUnit();
        await units.setPublished(transaction, unit_id, false);
        return publicationOf(unit_id, null, await lessons.countReviews(transaction, unit_id));
      });
    },

    /** @throws AppError `unit_not_found`, `unit_empty` */
    async exportUnit(unit_id: string): Promise<UnitExport> {
      const unit = await getUnit(unit_id);
      const exported = toUnitExport(unit, await lessons.listWholeLessons(database, unit_id));
      if (exported.lessons.length === 0) {
        throw contentErrors.create(
          "unit_empty",
          "No lesson of this unit is written yet, so there is nothing to export.",
        );
      }
      return exported;
    },

    /**
     * Cancels the unit's unfinished task, waits for its end, then removes unit, lessons, sources and media that no other
     * unit uses. Tasks, runs, requests and costs stay, with the unit's title.
     * @throws AppError `unit_not_found`; `unit_busy` when the task has not ended in time (its cancellation stands)
     */
    deleteUnit: (unit_id: string): Promise<void> => deleteUnit(options, unit_id),
  };
}

function noSuchUnit() {
  return contentErrors.create("unit_not_found", "There is no unit with this id.");
}

function publicationOf(
  unit_id: string,
  published_at: string | null,
  counts: lessons.ReviewCounts,
): Publication {
  const isPublished = published_at !== null;
  return {
    unit_id,
    published_at,
    published_lessons: isPublished ? counts.approved_lessons : 0,
    published_exercises: isPublished ? counts.approved_exercises : 0,
    draft_lessons: counts.draft_lessons,
    draft_exercises: counts.draft_exercises,
    rejected_lessons: counts.rejected_lessons,
    rejected_exercises: counts.rejected_exercises,
  };
}

function publish(database: Database, unit_id: string, confirm_findings: boolean): Promise<Publication> {
  return database.transaction().execute(async (transaction) => {
    const unit = await units.lockUnitRow(transaction, unit_id);
    if (unit === null) throw noSuchUnit();
    if (unit.status !== "completed" && unit.status !== "partial") {
      throw contentErrors.create(
        "unit_not_publishable",
        `The unit is ${unit.status.replace("_", " ")}. Only a completed or partial unit can be published.`,
      );
    }
    const counts = await lessons.countReviews(transaction, unit_id);
    if (counts.approved_lessons === 0) {
      throw contentErrors.create(
        "nothing_approved",
        "No lesson of this unit is approved. Review its lessons, then publish it.",
        { details: { draft_lessons: counts.draft_lessons, draft_exercises: counts.draft_exercises } },
      );
    }
    const findings = unit.warnings.filter(({ code }) => code === unconfirmedCode);
    if (unit.published_at === null && findings.length > 0 && !confirm_findings) {
      throw contentErrors.create(
        "findings_unconfirmed",
        "The checks found something in what learners would see of this unit. Look at it, then publish it with confirm_findings.",
        { details: { findings: findings.map(({ message }) => message) } },
      );
    }
    return publicationOf(unit_id, await units.setPublished(transaction, unit_id, true), counts);
  });
}

const pollMs = 100;

async function deleteUnit(options: ContentServiceOptions, unit_id: string): Promise<void> {
  const { database, cancelTask, discardMedia } = options;
  const deadline = Date.now() + (options.deletionWaitMs ?? 10_000);
  const isUnfinished = async (task_id: string | null, reader: Database | Transaction = database) =>
    task_id !== null && unfinishedTaskStatuses.has((await units.findTaskStatus(reader, task_id)) ?? "");
  const [unit] = await units.listUnitSummaries(database, [unit_id]);
  if (unit === undefined) throw noSuchUnit();
  if (unit.task_id !== null && (await isUnfinished(unit.task_id))) await cancelTask(unit.task_id);
  while (await isUnfinished(unit.task_id)) {
    if (Date.now() >= deadline) throw stillBusy();
    await wait(pollMs);
  }
  const media_ids = await database.transaction().execute(async (transaction) => {
    const locked = await units.lockUnitRow(transaction, unit_id);
    if (locked === null) throw noSuchUnit();
    // A task that the unit was only lent to gave it back; any other one that has it now is a new one.
    if (locked.task_id !== unit.task_id && (await isUnfinished(locked.task_id, transaction)))
      throw stillBusy();
    const shown = await units.listMediaOfUnit(transaction, unit_id);
    await units.deleteUnitRow(transaction, unit_id);
    return shown;
  });
  await discardMedia(media_ids);
}

function stillBusy() {
  return contentErrors.create(
    "unit_busy",
    "A task of this unit is still ending. It is being cancelled; delete the unit again in a few seconds.",
  );
}
