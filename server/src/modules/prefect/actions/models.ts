import { z } from "@hono/zod-openapi";

const uuid = z.uuid();
const moment = z.iso.datetime();

export const engineActionKinds = ["launch", "cancel", "retry", "resume"] as const;
export type EngineActionKind = (typeof engineActionKinds)[number];

export const engineActionStatuses = ["pending", "sent", "accepted", "refused", "unknown", "expired"] as const;
export type EngineActionStatus = (typeof engineActionStatuses)[number];

/** Something that was asked of Prefect, and what became of it. */
export const engineActionSchema = z
  .object({
    id: uuid,
    connection_id: uuid,
    kind: z.enum(engineActionKinds),
    task_id: uuid.nullable(),
    flow_run_id: uuid.nullable(),
    external_run_id: z.string().nullable(),
    /** pending: on its way; unknown: Prefect's answer was lost, decided when the run was read again. */
    status: z.enum(engineActionStatuses),
    /** Prefect's own words for a refusal, or why it is not settled. */
    reason: z.string().nullable(),
    attempts: z.number().int(),
    requested_by_name: z.string().nullable(),
    expires_at: moment,
    created_at: moment,
    settled_at: moment.nullable(),
    version: z.number().int(),
  })
  .openapi("EngineAction");
export type EngineAction = z.infer<typeof engineActionSchema>;

/** Steers a run of Prefect. */
export const runActionSchema = z
  .strictObject({ kind: z.enum(["cancel", "retry", "resume"]) })
  .openapi("RunAction");
export type RunAction = z.infer<typeof runActionSchema>;

/** Generates a unit on Prefect. */
export const launchSchema = z
  .strictObject({
    unit_id: uuid,
    deployment_id: uuid,
    /** Beside the unit's own parameters, which win. At most 64 KB as JSON. */
    parameters: z.record(z.string(), z.unknown()).default({}),
  })
  .openapi("Launch");
export type Launch = z.infer<typeof launchSchema>;

/** The task that the launched run will carry out; its run appears as soon as Prefect has made it. */
export const launchedSchema = z
  .object({ unit_id: uuid, task_id: uuid, action: engineActionSchema })
  .openapi("Launched");
export type Launched = z.infer<typeof launchedSchema>;
