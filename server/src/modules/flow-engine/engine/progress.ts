/** Progress of one flow run. */
export interface FlowProgress {
  readonly steps_done: number;
  readonly total_steps: number | null;
  readonly percentage: number;
}

interface Node {
  done: number;
  total: number | null;
  /** Steps of flows below it that are sure to come, whether they have begun or not. */
  below: number;
  hasEnded: boolean;
}

export interface FlowProgressNode {
  expect(total: number, below?: number): void;
  stepDone(): void;
  end(): void;
  read(): FlowProgress;
}

export interface TaskProgress {
  /** The first one is the root. */
  addFlow(): FlowProgressNode;
  /** 0 until the root knows its steps; never falls; 100 only when the task ends. */
  percentage(): number;
}

const mostBeforeEnd = 99;

/** Counts steps of a task's flow runs in memory; the engine writes what it says with each finished step. */
export function createTaskProgress(): TaskProgress {
  const nodes: Node[] = [];
  let highest = 0;

  return {
    addFlow() {
      const node: Node = { done: 0, total: null, below: 0, hasEnded: false };
      nodes.push(node);
      return makeNode(node);
    },
    percentage() {
      if (nodes[0]?.total == null) return highest;
      let done = 0;
      let total = 0;
      for (const node of nodes) {
        done += node.done;
        total += node.hasEnded ? node.done : (node.total ?? node.done + 1);
      }
      // Flows that have not begun are not among the nodes yet: without their announcement the plan alone would be 99 %.
      total = Math.max(total, nodes[0].total + nodes[0].below);
      if (total > 0) highest = Math.max(highest, percent(done, total));
      return highest;
    },
  };
}

function makeNode(node: Node): FlowProgressNode {
  return {
    expect(total, below = 0) {
      node.below = Math.max(0, Math.trunc(below));
      node.total = Math.max(Math.trunc(total), node.done);
    },
    stepDone() {
      node.done += 1;
      if (node.total !== null && node.total < node.done) node.total = node.done;
    },
    end() {
      node.hasEnded = true;
    },
    read() {
      const percentage = node.total === null || node.total === 0 ? 0 : percent(node.done, node.total);
      return { steps_done: node.done, total_steps: node.total, percentage };
    },
  };
}

function percent(done: number, total: number): number {
  return Math.min(mostBeforeEnd, Math.round((10_000 * done) / total) / 100);
}
