import { z } from "zod";

/** What the commands read of the server's answers; unknown fields are kept for `--json`. */
export const unitRowSchema = z.looseObject({
  id: z.string(),
  title: z.string(),
  status: z.string(),
  stage: z.string(),
  target_lesson_count: z.number(),
  lessons_completed: z.number(),
  lessons_failed: z.number(),
  exercise_count: z.number(),
  draft_count: z.number(),
  audio_seconds: z.number(),
  cost_usd: z.number().nullable(),
  task_id: z.string().nullable(),
  error_message: z.string().nullable(),
  created_at: z.string(),
  completed_at: z.string().nullable(),
  published_at: z.string().nullable(),
});

export const unitSchema = unitRowSchema.extend({
  lessons: z.array(
    z.looseObject({
      id: z.string(),
      position: z.number(),
      title: z.string(),
      status: z.string(),
      exercise_count: z.number(),
      audio_seconds: z.number().nullable(),
      error_message: z.string().nullable(),
    }),
  ),
  warnings: z.array(z.looseObject({ message: z.string() })),
});
export type Unit = z.infer<typeof unitSchema>;

export const flowRunSchema = z.looseObject({
  id: z.string(),
  flow_name: z.string(),
  flow_key: z.string(),
  task_id: z.string().nullable(),
  status: z.string(),
  unit_title: z.string().nullable(),
  lesson_position: z.number().nullable(),
  current_step: z.string().nullable(),
  steps_done: z.number(),
  total_steps: z.number().nullable(),
  progress_percentage: z.number(),
  cost_usd: z.number().nullable(),
  error_message: z.string().nullable(),
  created_at: z.string(),
  started_at: z.string().nullable(),
  completed_at: z.string().nullable(),
});
export type FlowRun = z.infer<typeof flowRunSchema>;

export const startedSchema = z.looseObject({
  unit_id: z.string(),
  task_id: z.string().nullable().optional(),
});

export const liveUnitStatuses: ReadonlySet<string> = new Set(["in_progress", "paused"]);
