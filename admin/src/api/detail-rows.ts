import type { ApiRows } from "./client.ts";

/** One request with everything that is kept of it. */
export type LlmRequestDetail = ApiRows["llm_request_detail"];
/** One task with its attempts and relatives. */
export type TaskDetail = ApiRows["task_detail"];
/** The queue in numbers. */
export type QueueStatus = ApiRows["queue"];
/** One process that executes tasks. */
export type Worker = ApiRows["worker"];
/** One run with its steps, child runs, input and output. */
export type FlowRunDetail = ApiRows["flow_run_detail"];
/** One attempt of a step with its input, output and the causes of its failure. */
export type StepDetail = ApiRows["step_detail"];
/** One line that a run or one of its steps logged. */
export type LogLine = ApiRows["log_line"];
/** Who writes texts, speaks and draws on this installation. */
export type Authors = ApiRows["authors"];
/** A model that can be asked, or was once. */
export type KnownModel = ApiRows["known_model"];
/** A bulk action with its counts by outcome. */
export type BulkAction = ApiRows["bulk_action"];
/** One thing of a bulk action and what became of it. */
export type BulkItem = ApiRows["bulk_item"];
/** What a bulk action would do now. */
export type BulkPreview = ApiRows["bulk_preview"];
