import { listOwnedTasks } from "../repo/ownership.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { RunnerDependencies, TaskRunner } from "./task-runner.ts";
import { endTask } from "./transitions.ts";

export interface UnknownTasksOptions extends RunnerDependencies {
  readonly runner: TaskRunner;
  readonly life: () => Heartbeat | null;
  readonly wake: () => void;
}

/**
 * Hands back tasks that are this worker's in SQL and unknown to its memory: a claim's reply was lost. Two looks in a row, five
 * seconds apart, must find a task so, then a claim that is just under way needs no lock.
 */
export function createUnknownTaskCheck(options: UnknownTasksOptions): () => Promise<void> {
  const { database, ports, runner, wake } = options;
  let suspects = new Map<string, number>();

  return async () => {
    const life = options.life();
    if (life === null) return;
    const unknown = (await listOwnedTasks(database, life.worker_id)).filter(({ id }) => !runner.has(id));
    const former = suspects;
    suspects = new Map(unknown.map(({ id, fence }) => [id, fence]));
    for (const task of unknown) {
      if (former.get(task.id) !== task.fence) continue;
      await endTask(database, ports, task, {
        kind: "released",
        delay_ms: 0,
        crashed: false,
        reason: "The claim's reply was lost.",
      });
      wake();
    }
  };
}
