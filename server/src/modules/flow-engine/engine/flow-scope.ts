import { createOccurrenceCounter } from "../memo.ts";
import type { FlowProgressNode } from "./progress.ts";

/** One flow run while it runs. */
export interface FlowScope {
  readonly flow_run_id: string;
  readonly flow_path: string;
  readonly progress: FlowProgressNode;
  nextOccurrence(step_name: string, input_hash: string): number;
  nextOrder(): number;
  /** Remembers a step or child until it ends. A rejection that nobody awaits is no crash of the process. */
  track<Result>(promise: Promise<Result>): Promise<Result>;
  /** Resolves when no step and no child of this flow run is open. */
  whenQuiet(): Promise<void>;
  /** Nothing new may start in this branch, children included. */
  close(): void;
  isClosed(): boolean;
}

export function createFlowScope(run: {
  readonly flow_run_id: string;
  readonly flow_path: string;
  readonly progress: FlowProgressNode;
  readonly parent: FlowScope | null;
}): FlowScope {
  const open = new Set<Promise<unknown>>();
  let order = 0;
  let closed = false;
  return {
    flow_run_id: run.flow_run_id,
    flow_path: run.flow_path,
    progress: run.progress,
    nextOccurrence: createOccurrenceCounter(),
    nextOrder: () => ++order,
    track(promise) {
      open.add(promise);
      const forget = () => open.delete(promise);
      promise.then(forget, forget);
      return promise;
    },
    async whenQuiet() {
      while (open.size > 0) await Promise.allSettled(open);
    },
    close() {
      closed = true;
    },
    isClosed: () => closed || run.parent?.isClosed() === true,
  };
}
