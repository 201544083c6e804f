import { z } from "zod";
import { keptParameters } from "./parameters.ts";

// What Prefect 3 answers, as far as it is used. Further fields are ignored, so that a newer server stays readable.
// Ids are checked as UUIDs of any version: flow runs carry version 4, task runs version 7 or 4.

const instant = z.iso.datetime({ offset: true });

/** State types that Prefect 3 knows. A name can be anything: never decide by it alone. */
export const stateTypes = [
  "SCHEDULED",
  "PENDING",
  "RUNNING",
  "COMPLETED",
  "FAILED",
  "CANCELLED",
  "CRASHED",
  "PAUSED",
  "CANCELLING",
] as const;
export type StateType = (typeof stateTypes)[number];

/** `type` is any text here: a state of a future version must not break the reading of a page of runs. */
export const prefectStateSchema = z.object({
  id: z.guid(),
  type: z.string(),
  name: z.string().nullish(),
  timestamp: instant,
  message: z.string().nullish(),
  state_details: z
    .object({
      child_flow_run_id: z.guid().nullish(),
      scheduled_time: instant.nullish(),
    })
    .nullish(),
});

export type PrefectState = z.infer<typeof prefectStateSchema>;

const runFields = {
  id: z.guid(),
  name: z.string(),
  created: instant.nullish(),
  updated: instant.nullish(),
  tags: z.array(z.string()),
  labels: z.record(z.string(), z.unknown()).nullish(),
  state_id: z.guid().nullish(),
  state_type: z.string().nullish(),
  state_name: z.string().nullish(),
  state: prefectStateSchema.nullish(),
  run_count: z.int(),
  expected_start_time: instant.nullish(),
  start_time: instant.nullish(),
  end_time: instant.nullish(),
};

export const prefectFlowRunSchema = z.object({
  ...runFields,
  flow_id: z.guid(),
  deployment_id: z.guid().nullish(),
  parent_task_run_id: z.guid().nullish(),
  parameters: z.record(z.string(), z.unknown()).transform(keptParameters).nullish(),
  idempotency_key: z.string().nullish(),
  work_pool_name: z.string().nullish(),
  infrastructure_pid: z.string().nullish(),
  next_scheduled_start_time: instant.nullish(),
});
export type PrefectFlowRun = z.infer<typeof prefectFlowRunSchema>;

export const prefectTaskRunSchema = z.object({
  ...runFields,
  flow_run_id: z.guid().nullish(),
  task_key: z.string(),
  dynamic_key: z.string(),
  flow_run_run_count: z.int().nullish(),
});
export type PrefectTaskRun = z.infer<typeof prefectTaskRunSchema>;

export const prefectLogSchema = z.object({
  id: z.guid(),
  level: z.int(),
  message: z.string(),
  timestamp: instant,
  flow_run_id: z.guid().nullish(),
  task_run_id: z.guid().nullish(),
});
export type PrefectLog = z.infer<typeof prefectLogSchema>;

/** `data` of a progress artifact is a number from 0 to 100; people can write other things. */
export const prefectArtifactSchema = z.object({
  id: z.guid(),
  key: z.string().nullish(),
  type: z.string().nullish(),
  description: z.string().nullish(),
  data: z.unknown(),
  created: instant.nullish(),
  updated: instant.nullish(),
  flow_run_id: z.guid().nullish(),
  task_run_id: z.guid().nullish(),
});
export type PrefectArtifact = z.infer<typeof prefectArtifactSchema>;

/** What happened to a resource. Names hold the state's name, which can be anything: no meaning is read out of them. */
export const prefectEventSchema = z.object({
  id: z.guid(),
  event: z.string(),
  /** By the clock of whoever tells it. */
  occurred: instant,
  /** By Prefect's own clock. */
  received: instant.nullish(),
  /** Labels; `prefect.resource.id` is such as `prefect.flow-run.<id>`. */
  resource: z.record(z.string(), z.unknown()),
  related: z.array(z.record(z.string(), z.unknown())).nullish(),
});
export type PrefectEvent = z.infer<typeof prefectEventSchema>;

export const prefectFlowSchema = z.object({ id: z.guid(), name: z.string() });
export type PrefectFlow = z.infer<typeof prefectFlowSchema>;

export const prefectDeploymentSchema = z.object({
  id: z.guid(),
  name: z.string(),
  flow_id: z.guid(),
  description: z.string().nullish(),
  tags: z.array(z.string()),
  paused: z.boolean(),
  /** READY while something polled for its runs lately, else NOT_READY. */
  status: z.string().nullish(),
  last_polled: instant.nullish(),
  work_pool_name: z.string().nullish(),
  work_queue_name: z.string().nullish(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
  parameter_openapi_schema: z.record(z.string(), z.unknown()).nullish(),
  enforce_parameter_schema: z.boolean().nullish(),
});
export type PrefectDeployment = z.infer<typeof prefectDeploymentSchema>;

/** The answer to a proposed state. It has HTTP status 200 or 201 whatever Prefect decided. */
export const prefectOrchestrationSchema = z.object({
  status: z.string(),
  state: prefectStateSchema.nullish(),
  details: z.object({ reason: z.string().nullish(), delay_seconds: z.number().nullish() }).nullish(),
});
export type PrefectOrchestration = z.infer<typeof prefectOrchestrationSchema>;
