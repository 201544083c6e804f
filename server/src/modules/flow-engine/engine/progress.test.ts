import fc from "fast-check";
import { expect, test } from "vitest";
import { createTaskProgress } from "./progress.ts";

test("a task shows nothing before its root knows its steps", () => {
  const task = createTaskProgress();
  const root = task.addFlow();
  root.stepDone();
  expect(task.percentage()).toBe(0);
  root.expect(4);
  expect(task.percentage()).toBe(25);
});

test("children count as soon as they exist, and progress stays where it was instead of falling", () => {
  const task = createTaskProgress();
  const root = task.addFlow();
  root.expect(2);
  root.stepDone();
  expect(task.percentage()).toBe(50);
  const child = task.addFlow();
  child.expect(8);
  expect(task.percentage()).toBe(50);
  for (let step = 0; step < 8; step += 1) child.stepDone();
  expect(task.percentage()).toBe(90);
});

test("a flow run that does more steps than it said raises its total", () => {
  const flow = createTaskProgress().addFlow();
  flow.expect(1);
  flow.stepDone();
  flow.stepDone();
  expect(flow.read()).toEqual({ steps_done: 2, total_steps: 2, percentage: 99 });
});

test("progress never falls and never says 100 before the end, whatever flows do", () => {
  const action = fc.record({
    kind: fc.constantFrom("add", "expect", "done", "end"),
    flow: fc.nat(5),
    total: fc.nat(20),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const task = createTaskProgress();
      const flows = [task.addFlow()];
      let last = 0;
      for (const { kind, flow, total } of actions) {
        const node = flows[flow % flows.length];
        if (kind === "add") flows.push(task.addFlow());
        else if (kind === "expect") node?.expect(total);
        else if (kind === "done") node?.stepDone();
        else node?.end();
        const now = task.percentage();
        expect(now).toBeGreaterThanOrEqual(last);
        expect(now).toBeLessThanOrEqual(99);
        last = now;
      }
    }),
  );
});

test("steps that are sure to come below the root count before their flows begin", () => {
  const progress = createTaskProgress();
  const root = progress.addFlow();
  root.expect(1, 19);
  root.stepDone();
  expect(progress.percentage()).toBe(5);
  const child = progress.addFlow();
  child.expect(3);
  child.stepDone();
  expect(progress.percentage()).toBe(10);
});
