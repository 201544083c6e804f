import { cleanup, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import type { EngineAction } from "../../../api/engine-rows.ts";
import { pendingLaunch } from "../engine-fixtures.ts";
import { renderWithServer } from "../render-with-server.tsx";
import { LaunchState } from "./LaunchState.tsx";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function show(launch: Partial<EngineAction>, hasRun = false) {
  const action = { ...pendingLaunch, ...launch };
  const taskId = pendingLaunch.task_id ?? "";
  return renderWithServer(<LaunchState taskId={taskId} hasRun={hasRun} />, () => ({
    task_id: taskId,
    carriers: [],
    recent_actions: [action],
  }));
}

test.each([
  ["pending", null, "Asking Prefect to start"],
  ["sent", null, "Asked Prefect to start"],
  ["accepted", null, "Its run appears here"],
  ["refused", "Validation failed for field variant.", "Validation failed for field variant."],
  ["unknown", null, "never a second run"],
  ["expired", null, "Prefect was not reached in time"],
] as const)("a launch that is %s says so", async (status, reason, words) => {
  await show({ status, reason });
  await waitFor(() => expect(screen.getByRole("status").textContent).toContain(words));
});

test("once the run is there nothing is left to say", async () => {
  const page = await show({ status: "accepted" }, true);
  await waitFor(() => expect(page.asked).toHaveLength(1));
  expect(screen.queryByRole("status")).toBeNull();
});
