import type { ActiveJob, FinishedJob, QueuedJob } from "../../../api/monitor-rows.ts";
import type { OutsideRow } from "../../engines/public.ts";

/** Whether Prefect carries a job out. */
export function isOnPrefect(job: Pick<ActiveJob, "engine">): boolean {
  return job.engine === "prefect";
}

/** A job as rows of Prefect are marked. That an active one is suspect is told by why it is stuck. */
export function outsideRowOf(job: ActiveJob | QueuedJob | FinishedJob): OutsideRow {
  const ended = "outcome" in job;
  return {
    ...job,
    status: ended ? job.outcome : job.status,
    completed_at: ended ? job.completed_at : null,
    suspect_since: "stuck" in job && job.stuck !== null ? null : job.suspect_since,
  };
}
