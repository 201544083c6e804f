/** The queue of the tasks that Prefect carries. Workers of ours claim from it only when COURSEWRIGHT_QUEUES names it. */
export const carriedQueue = "prefect";

/** What `examples/prefect/run_task_flow.py` deploys, and how its runs are marked. */
export const carrierFlow = "run-task";
export const carrierDeployment = "coursewright";
export const carrierTag = "coursewright-task";

// Short work that somebody waits for; a bulk cancel must not wait for Prefect.
const notCarried: ReadonlySet<string> = new Set(["bulk_action", "llm_replay"]);

/** The queue of a new task while Prefect carries our execution. */
export function queueOfCarried(task_name: string): string {
  return notCarried.has(task_name) ? "default" : carriedQueue;
}

interface Candidate {
  readonly id: string;
  readonly name: string;
  readonly is_from_environment: boolean;
}

/** Which connection carries our tasks; without one, the sentence that says why. */
export type CarryingChoice = { readonly id: string } | { readonly id: null; readonly problem: string };

/** The connection of the environment, else the only enabled one. `enabled` are those neither disabled nor removed. */
export function chooseCarrying(enabled: readonly Candidate[]): CarryingChoice {
  const [first] = enabled;
  const chosen =
    enabled.find(({ is_from_environment }) => is_from_environment) ??
    (enabled.length === 1 ? first : undefined);
  if (chosen !== undefined) return { id: chosen.id };
  if (first === undefined) {
    return { id: null, problem: "Prefect is to carry tasks, but no connection to it is enabled." };
  }
  const names = enabled.map(({ name }) => `'${name}'`).join(", ");
  return {
    id: null,
    problem: `Prefect is to carry tasks, and it is not clear which one: ${names} are enabled. Set COURSEWRIGHT_PREFECT_URL, or disable all but one.`,
  };
}

const firstDelayMs = 2_000;
const longestDelayMs = 60_000;

/** How long to wait after `tries` that came to nothing: 2 s, 4 s, … 60 s. */
export function delayAfter(tries: number): number {
  return Math.min(longestDelayMs, firstDelayMs * 2 ** Math.max(0, Math.min(tries - 1, 10)));
}

/** The first carrier of a turn has the turn's own key, so that asking again, also after a crash, makes no second run. */
export function idempotencyKey(carrier: {
  readonly task_id: string;
  readonly fence: number;
  readonly number: number;
}): string {
  const turn = `task:${carrier.task_id}:${carrier.fence}`;
  return carrier.number === 1 ? turn : `${turn}:${carrier.number}`;
}
