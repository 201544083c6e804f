import type {
  CoverDescription,
  LessonText,
  SourceInput,
  UnitPlan,
  WrittenExercises,
} from "../offline-author/model.ts";
import type { UnitRequest } from "../offline-author/plan-unit.ts";

interface LessonPlace {
  readonly plan: UnitPlan;
  readonly position: number;
  readonly sources: SourceInput[];
}

/** The offline author's work by name: what goes in and what comes out. */
export interface AuthorWork {
  detectEnglish: { input: string; output: { is_english: boolean; confidence: number } };
  planUnit: { input: UnitRequest; output: UnitPlan };
  writeLesson: { input: LessonPlace; output: LessonText };
  writeExercises: { input: LessonPlace & { readonly target_count?: number }; output: WrittenExercises };
  describeCover: {
    input: { readonly title: string; readonly description: string; readonly keywords: string[] };
    output: CoverDescription;
  };
  unitPodcastScript: { input: { readonly lessons: LessonText[]; readonly title: string }; output: string };
}
export type WorkName = keyof AuthorWork;

export interface WorkRequest {
  readonly job: number;
  readonly name: WorkName;
  readonly input: unknown;
}

/** An expected failure crosses threads by its parts; it is made an AppError again on the other side. */
export type WorkReply =
  | { readonly job: number; readonly outcome: "done"; readonly output: unknown }
  | {
      readonly job: number;
      readonly outcome: "refused";
      readonly code: string;
      readonly status: number;
      readonly retryable: boolean;
      readonly title: string;
      readonly message: string;
    }
  | { readonly job: number; readonly outcome: "crashed"; readonly error: Error };
