import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import type { FlowRunDetail } from "../../api/detail-rows.ts";
import type { FlowRunSummary } from "../../api/rows.ts";
import { FlowRunFacts } from "./FlowRunFacts.tsx";
import { RunTimeline } from "./RunTimeline.tsx";

afterEach(cleanup);

const moment = "2026-11-21T12:00:00.000Z";
// Only the fields that the page reads; the rest of a row does not matter here.
const child = {
  id: "child",
  flow_name: "lesson_creation",
  flow_key: "lesson:1",
  connection_id: null,
  lesson_position: 1,
  status: "completed",
  created_at: moment,
  started_at: moment,
  completed_at: moment,
  error_message: null,
  tokens_input: 1,
  tokens_output: 1,
  cost_usd: 0,
} as FlowRunSummary;
const run = {
  ...child,
  id: "run",
  parent_flow_run_id: null,
  unit_id: null,
  task_id: null,
  user_id: null,
  steps: [],
  steps_total: 0,
  children: [child],
  children_total: 10_000,
  tokens_cached: 0,
  tree_tokens_input: 4_321,
  tree_tokens_cached: 0,
  tree_tokens_output: 0,
  tree_cost_usd: null,
} as unknown as FlowRunDetail;

async function show(page: () => React.ReactNode) {
  const router = createRouter({
    routeTree: createRootRoute({ component: page }),
    history: createMemoryHistory(),
  });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
}

test("a run with more child flows than come along says so and links to all of them", async () => {
  await show(() => <RunTimeline run={run} />);
  expect(await screen.findByText("Only the first 1 child flows are shown.")).toBeTruthy();
  const all = screen.getByRole("link", { name: "All 10,000 in the list" });
  expect(all.getAttribute("href")).toBe("/flows?parent_flow_run_id=run");
});

test("a run tells what it used with its child flows, and that a part of the cost is unknown", async () => {
  await show(() => <FlowRunFacts run={run} />);
  expect(await screen.findByText("With its child flows")).toBeTruthy();
  expect(screen.getByText("4,321")).toBeTruthy();
  expect(screen.getByText("unknown")).toBeTruthy();
});
