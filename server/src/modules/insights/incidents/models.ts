import { z } from "@hono/zod-openapi";
import { estimateSchema } from "../../content-creator/public.ts";

const uuid = z.uuid();
const moment = z.iso.datetime();
const count = z.number().int();

const resolvedBecause = ["marked", "recovered", "repaired"] as const;
const recoveryStates = ["running", "completed", "stopped"] as const;

/** The resuming of an incident's units: one, then a tenth, then all others. */
export const recoverySchema = z
  .object({
    id: uuid,
    state: z.enum(recoveryStates).openapi({
      description: "stopped: by a failed wave or by a person; `reason` says which.",
    }),
    /** From 1. */
    wave: count,
    waves: z.array(
      z.object({ size: count, succeeded: count, failed: count, refused: count, running: count }),
    ),
    total: count,
    reason: z.string().nullable().openapi({
      description: "Why it stopped, how it completed or what it waits for; null while it goes on.",
    }),
    started_at: moment,
    started_by: z.string().nullable(),
    ended_at: moment.nullable(),
  })
  .openapi("IncidentRecovery");
export type IncidentRecovery = z.infer<typeof recoverySchema>;

/** Failures with one cause: the same provider, HTTP status, step and kind of message. */
export const incidentSchema = z
  .object({
    id: uuid,
    status: z.enum(["open", "resolved"]),
    error_code: z.string().nullable(),
    /** As it was first seen. */
    error_message: z.string(),
    error_fingerprint: z.string(),
    provider: z.string().nullable(),
    model: z.string().nullable(),
    http_status: z.number().int().nullable(),
    flow_name: z.string().nullable(),
    step_name: z.string().nullable(),
    failure_count: count,
    /** Units that failed with it, deleted ones left out. */
    unit_count: count,
    /** Those of them that are still failed or partial: what a recovery would resume. */
    unit_count_unrepaired: count,
    first_seen_at: moment,
    last_seen_at: moment,
    /** Failures of each of the last 24 hours, oldest first. */
    trend: z.array(count).length(24),
    sample: z
      .object({
        at: moment,
        task_id: uuid.nullable(),
        unit_id: uuid.nullable(),
        unit_title: z.string().nullable(),
        flow_run_id: uuid.nullable(),
        step_run_id: uuid.nullable(),
        llm_request_id: uuid.nullable(),
      })
      .nullable(),
    note: z.string().nullable(),
    noted_by: z.string().nullable(),
    noted_at: moment.nullable(),
    resolved_at: moment.nullable(),
    resolved_by: z.string().nullable(),
    resolved_because: z.enum(resolvedBecause).nullable().openapi({
      description:
        "marked: by a person; recovered: a recovery resumed every unit; repaired: nothing was left to do when incidents began to be counted.",
    }),
    /** The newest one. */
    recovery: recoverySchema.nullable(),
    version: z.number().int(),
  })
  .openapi("Incident");
export type Incident = z.infer<typeof incidentSchema>;

export const incidentUnitSchema = z
  .object({
    unit_id: uuid,
    title: z.string(),
    status: z.string(),
    failure_count: count,
    last_failed_at: moment,
    flow_run_id: uuid.nullable(),
  })
  .openapi("IncidentUnit");
export type IncidentUnit = z.infer<typeof incidentUnitSchema>;

export const incidentDetailsSchema = incidentSchema
  .extend({
    /** Newest failure first, at most 200. */
    units: z.array(incidentUnitSchema),
    /** What a recovery would do now. */
    recover: z.object({
      is_allowed: z.boolean(),
      /** Why not, in words; null when it is allowed. */
      reason: z.string().nullable(),
      /** Sizes of its waves. */
      waves: z.array(count),
      estimate: estimateSchema,
    }),
  })
  .openapi("IncidentDetails");
export type IncidentDetails = z.infer<typeof incidentDetailsSchema>;

export const incidentFilterSchema = z.object({
  status: z.enum(["open", "resolved"]).optional(),
  unit_id: z.uuid().optional(),
});
export type IncidentFilter = z.infer<typeof incidentFilterSchema>;

export const incidentEditSchema = z
  .strictObject({
    note: z.string().trim().max(4_000).nullable().optional().openapi({ description: "Null removes it." }),
    is_resolved: z.boolean().optional(),
  })
  .refine((edit) => edit.note !== undefined || edit.is_resolved !== undefined, {
    message: "nothing to change was given",
  })
  .openapi("IncidentEdit");
export type IncidentEdit = z.infer<typeof incidentEditSchema>;
