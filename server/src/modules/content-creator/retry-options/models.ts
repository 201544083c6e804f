import { z } from "@hono/zod-openapi";

const count = z.number().int();

/** What work is expected to cost and take, from what the same steps cost and took before. */
export const estimateSchema = z
  .object({
    cost_usd: z.number().nullable().openapi({ description: "Null: unknown." }),
    duration_ms: z.number().nullable().openapi({ description: "About; null: unknown." }),
    based_on_runs: count.openapi({ description: "The fewest recorded runs of any of the steps." }),
    unknown_because: z.string().nullable(),
  })
  .openapi("Estimate");
export type Estimate = z.infer<typeof estimateSchema>;

export const remainingStepSchema = z
  .object({
    flow_name: z.string(),
    flow_key: z.string(),
    lesson_position: count.nullable(),
    step_name: z.string(),
    why: z.enum(["failed", "cancelled", "not_started", "follows"]).openapi({
      description: "follows: it is recorded, and what it was made from will change.",
    }),
  })
  .openapi("RemainingStep");
export type RemainingStep = z.infer<typeof remainingStepSchema>;

/** The two ways to retry a unit and what each of them means. */
export const retryOptionsSchema = z
  .object({
    unit_id: z.uuid(),
    status: z.string(),
    resume: z.object({
      allowed: z.boolean(),
      reason: z.string().nullable(),
      kept_steps: count,
      steps: z.array(remainingStepSchema),
      estimate: estimateSchema,
    }),
    from_scratch: z.object({
      allowed: z.boolean(),
      reason: z.string().nullable(),
      step_count: count,
      estimate: estimateSchema,
    }),
  })
  .openapi("RetryOptions");
export type RetryOptions = z.infer<typeof retryOptionsSchema>;
