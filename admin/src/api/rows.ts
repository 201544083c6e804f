import type { ApiRows } from "./client.ts";

/** A unit as lists show it. */
export type UnitSummary = ApiRows["unit"];
/** A lesson as lists show it. */
export type LessonSummary = ApiRows["unit_detail"]["lessons"][number];
/** A background task as lists show it. */
export type TaskSummary = ApiRows["task"];
/** A flow run as lists show it. */
export type FlowRunSummary = ApiRows["flow_run"];
/** One attempt of a step as lists show it. */
export type StepSummary = ApiRows["flow_run_detail"]["steps"][number];
/** One call to a model, or one call of the offline author, as lists show it. */
export type LlmRequestSummary = ApiRows["llm_request"];
/** An account as lists show it. */
export type UserSummary = ApiRows["user"];
