import { cleanup, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { renderWithAnswers } from "./render-with-answers.tsx";
import { liveConnection, pendingCancel, runningRun } from "./run-fixtures.ts";
import { carrierLookOf, TaskOnPrefect } from "./TaskOnPrefect.tsx";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const task = { id: "t", connection_id: null, queue_name: "default", completed_at: null };
const carrier = {
  id: "k",
  connection_id: "c",
  connection_name: "cellar",
  task_id: "t",
  external_id: "5a1e6d0c-0000-4000-8000-000000000001",
  external_url: "http://prefect:4200/runs/flow-run/5a1e6d0c",
  external_state: "Running",
  error_message: null,
  created_at: "2026-11-21T12:04:31.000Z",
  launched_at: "2026-11-21T12:04:32.000Z",
  ended_at: null,
  version: 1,
};

test("a task of our own says nothing of Prefect", () => {
  renderWithAnswers(<TaskOnPrefect task={task} rootRunId={undefined} />, {});
  expect(screen.queryByRole("region")).toBeNull();
});

test("a task that Prefect carries names each run, the living one first", async () => {
  const dead = {
    ...carrier,
    id: "k0",
    external_state: "Crashed",
    error_message: "Its worker died.",
    ended_at: "2026-11-21T12:04:00.000Z",
  };
  renderWithAnswers(<TaskOnPrefect task={{ ...task, queue_name: "prefect" }} rootRunId={undefined} />, {
    "/prefect/tasks/t": { task_id: "t", carriers: [carrier, dead], recent_actions: [] },
  });
  const items = await screen.findAllByRole("listitem");
  expect(items[0]?.textContent).toContain("Carried by run 5a1e…000001");
  expect(items[0]?.textContent).toContain("on cellar: Running");
  expect(items[1]?.textContent).toContain("Was carried by run");
  expect(items[1]?.textContent).toContain("Its worker died.");
  expect(screen.getAllByRole("link")[0]?.getAttribute("href")).toBe(carrier.external_url);
});

test("a launched task without a run says what became of the wish to start it", async () => {
  const refused = pendingCancel({
    kind: "launch",
    status: "refused",
    reason: "Validation failed for field 'title'",
  });
  renderWithAnswers(<TaskOnPrefect task={{ ...task, connection_id: "c" }} rootRunId={undefined} />, {
    "/prefect/tasks/t": { task_id: "t", carriers: [], recent_actions: [refused] },
  });
  expect(await screen.findByText(/Prefect refused: Validation failed for field 'title'\./)).toBeTruthy();
});

test("a task with its run shows the state in short and leaves cancelling to the page", async () => {
  const run = runningRun();
  renderWithAnswers(<TaskOnPrefect task={{ ...task, connection_id: "c" }} rootRunId={run.flow_run_id} />, {
    [`/prefect/flow-runs/${run.flow_run_id}`]: run,
    "/prefect/connections": [liveConnection()],
  });
  expect(await screen.findByText("kitchen")).toBeTruthy();
  expect(screen.queryByText("Attempt")).toBeNull();
  expect(screen.queryByRole("button", { name: /^Cancel/ })).toBeNull();
  expect(screen.getByRole("button", { name: /^Retry/ })).toBeTruthy();
});

test("a carrier is told by how far it came", () => {
  const look = { launched_at: null, ended_at: null, error_message: null, external_state: null };
  expect(carrierLookOf(look)).toMatchObject({ tone: "idle", word: "about to be asked for" });
  expect(carrierLookOf({ ...look, launched_at: "x" })).toMatchObject({ tone: "run", word: "asked for" });
  expect(carrierLookOf({ ...look, launched_at: "x", ended_at: "y" })).toMatchObject({ tone: "ok" });
  expect(carrierLookOf({ ...look, error_message: "no deployment" })).toMatchObject({
    tone: "bad",
    word: "not started",
  });
});
