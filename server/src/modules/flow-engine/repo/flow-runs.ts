import { sql } from "kysely";
import type { Transaction } from "../../../platform/database.ts";
import type { SettledTask } from "../../task-queue/public.ts";
import type { StoredValue } from "../stored-value.ts";

export interface FlowRunStart {
  readonly flow_name: string;
  readonly flow_version: number;
  readonly flow_key: string;
  readonly flow_path: string;
  readonly task_id: string;
  readonly parent_flow_run_id: string | null;
  readonly unit_id: string | null;
  readonly unit_title: string | null;
  readonly lesson_position: number | null;
  readonly user_id: string | null;
  readonly lineage_id: string;
}

/**
 * Inserts the flow run, or opens the one that this task made under an earlier fence. One that completed stays so. A unit that
 * was deleted meanwhile is left out.
 */
export async function startFlowRun(transaction: Transaction, start: FlowRunStart): Promise<string> {
  const result = await sql<{ id: string }>`
    INSERT INTO flow_runs (flow_name, flow_version, flow_key, flow_path, status, task_id, parent_flow_run_id, unit_id, unit_title,
      lesson_position, user_id, lineage_id, cost_usd, started_at)
    VALUES (${start.flow_name}, ${start.flow_version}, ${start.flow_key}, ${start.flow_path}, 'running', ${start.task_id},
      ${start.parent_flow_run_id}, (SELECT id FROM unit_summaries WHERE id = ${start.unit_id}), ${start.unit_title},
      ${start.lesson_position}, ${start.user_id}, ${start.lineage_id}, 0, clock_timestamp())
    ON CONFLICT (task_id, flow_key) DO UPDATE SET
      status = CASE WHEN flow_runs.status = 'completed' THEN 'completed' ELSE 'running' END,
      completed_at = CASE WHEN flow_runs.status = 'completed' THEN flow_runs.completed_at END,
      error_code = NULL, error_message = NULL
    RETURNING id`.execute(transaction);
  const id = result.rows[0]?.id;
  if (id === undefined) throw new Error("The flow run was not inserted");
  return id;
}

/** Keeps a flow run's input or output; what is there already stays. */
export async function insertPayload(
  transaction: Transaction,
  payload: { owner_id: string; part: "input" | "output"; value: StoredValue },
): Promise<void> {
  await sql`
    INSERT INTO payloads_flow_runs (owner_id, part, content, content_zstd, characters)
    VALUES (${payload.owner_id}, ${payload.part}, ${payload.value.content}, ${payload.value.content_zstd},
      ${payload.value.characters})
    ON CONFLICT DO NOTHING`.execute(transaction);
}

export async function completeFlowRun(
  transaction: Transaction,
  run: { id: string; steps_done: number },
): Promise<void> {
  await sql`
    UPDATE flow_runs SET status = 'completed', steps_done = greatest(steps_done, ${run.steps_done}),
      total_steps = greatest(steps_done, ${run.steps_done}), progress_percentage = 100, current_step = NULL,
      completed_at = clock_timestamp()
    WHERE id = ${run.id} AND status <> 'completed'`.execute(transaction);
}

export async function failFlowRun(
  transaction: Transaction,
  run: { id: string; error_code: string; error_message: string },
): Promise<void> {
  await sql`
    UPDATE flow_runs SET status = 'failed', error_code = ${run.error_code}, error_message = ${run.error_message},
      current_step = NULL, completed_at = clock_timestamp()
    WHERE id = ${run.id} AND status <> 'completed'`.execute(transaction);
}

/** Gives the open flow runs of a task the state that the task has; those of outside engines are as these say. */
export async function settleFlowRuns(transaction: Transaction, task: SettledTask): Promise<void> {
  const status = flowStatus(task);
  if (status === null) return;
  const hasEnded = status === "failed" || status === "cancelled";
  await sql`
    UPDATE flow_runs SET status = ${status}, completed_at = CASE WHEN ${hasEnded} THEN clock_timestamp() END,
      error_code = CASE WHEN ${status} = 'failed' THEN ${task.error_code} END,
      error_message = CASE WHEN ${status} = 'failed' THEN ${task.error_message} END
    WHERE task_id = ${task.id} AND status IN ('pending', 'running', 'paused') AND status <> ${status}
      AND connection_id IS NULL`.execute(transaction);
}

function flowStatus(task: SettledTask): string | null {
  switch (task.status) {
    case "in_progress":
      return "running";
    case "retry":
    case "pending":
      return "pending";
    case "paused":
    case "failed":
    case "cancelled":
      return task.status;
    case "completed":
      return null; // Its owner ended every flow run before.
  }
}

/** Steps of an owner that lost the task. A late result may still complete them. */
export async function settleSteps(transaction: Transaction, task: SettledTask): Promise<void> {
  const isCancelled = task.status === "cancelled";
  await sql`
    UPDATE flow_step_runs SET status = 'failed', error_code = 'worker_lost', completed_at = clock_timestamp(),
      error_message = ${
        isCancelled
          ? "The task was cancelled while this step ran."
          : "The worker was lost while this step ran; the step runs again."
      }
    WHERE task_id = ${task.id} AND status = 'running' AND fence < ${task.fence} AND connection_id IS NULL`.execute(
    transaction,
  );
}
