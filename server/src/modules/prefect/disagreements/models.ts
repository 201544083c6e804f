import { z } from "@hono/zod-openapi";

const uuid = z.uuid();
const moment = z.iso.datetime();

/**
 * launched_never_seen: we asked, Prefect shows no such run; lost: Prefect does not know a run any more that had not ended;
 * cancelled_still_running: it says cancelled while steps run; ended_here_runs_there: our task has ended, the run has not;
 * silent: a run that does not send its heartbeat; outcome_unknown: an answer to an action was lost and reading did not decide it.
 */
export const disagreementKinds = [
  "launched_never_seen",
  "lost",
  "cancelled_still_running",
  "ended_here_runs_there",
  "silent",
  "outcome_unknown",
] as const;
export type DisagreementKind = (typeof disagreementKinds)[number];

/**
 * launch_again: the same key, so a run that exists is found, not doubled; end_here: our task ends as failed; cancel_there: asks
 * Prefect to cancel; read_again: reads the run now.
 */
export const repairKinds = ["launch_again", "end_here", "cancel_there", "read_again"] as const;
export type RepairKind = (typeof repairKinds)[number];

/** Where Prefect and our record say different things. */
export const disagreementSchema = z
  .object({
    /** Stable while it lasts: `<kind>:<uuid of the flow run, task or action>`. */
    id: z.string(),
    kind: z.enum(disagreementKinds),
    connection_id: uuid,
    connection_name: z.string(),
    flow_run_id: uuid.nullable(),
    task_id: uuid.nullable(),
    unit_id: uuid.nullable(),
    /** Of the unit or the run. */
    title: z.string(),
    since: moment,
    /** What we have and what Prefect says, to read. */
    ours: z.string(),
    theirs: z.string(),
    repairs: z.array(z.enum(repairKinds)),
  })
  .openapi("Disagreement");
export type Disagreement = z.infer<typeof disagreementSchema>;

export const repairSchema = z.strictObject({ repair: z.enum(repairKinds) }).openapi("Repair");
