import { cleanup, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import type { EngineRun } from "../../../api/engine-rows.ts";
import { OnPrefectCard } from "./OnPrefectCard.tsx";
import { type Answers, letDialogsOpen, Refused, renderWithAnswers } from "./render-with-answers.tsx";
import { liveConnection, pendingCancel, runningRun } from "./run-fixtures.ts";

beforeAll(letDialogsOpen);
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

async function showCard(run: EngineRun, answers: Answers = {}) {
  const path = `/prefect/flow-runs/${run.flow_run_id}`;
  const page = renderWithAnswers(<OnPrefectCard flowRunId={run.flow_run_id} />, {
    "/prefect/connections": [liveConnection()],
    [`GET ${path}`]: run,
    ...answers,
  });
  await screen.findByText("Attempt");
  return { ...page, path };
}

const text = () => screen.getByRole("region", { name: "On Prefect" }).textContent ?? "";

test("the card tells state, attempt, deployment, pool and connection, and leads to Prefect's own page", async () => {
  await showCard(runningRun({ state_type: "SCHEDULED", state_name: "AwaitingRetry" }));
  for (const words of ["AwaitingRetry (SCHEDULED)", "course/example", "kitchen", "brave-otter", "cellar"])
    expect(text()).toContain(words);
  const link = screen.getByRole("link", { name: /Open in Prefect/ });
  expect(link.getAttribute("href")).toMatch(/^http:\/\/prefect:4200\/runs\/flow-run\//);
  expect(link.getAttribute("rel")).toContain("noopener");
});

test("what cannot be asked says why, also without pointing at it", async () => {
  const page = await showCard(runningRun());
  const retry = screen.getByRole("button", { name: "Retry: The run has not ended." });
  await userEvent.click(retry);
  expect(page.sent).toEqual([]);
  expect(text()).toContain("Retry: The run has not ended.");
});

test("cancelling asks first, and what was asked stands there at once and follows the stream", async () => {
  let run = runningRun();
  const action = pendingCancel();
  const page = await showCard(run, {
    [`GET /prefect/flow-runs/${run.flow_run_id}`]: () => run,
    [`POST /prefect/flow-runs/${run.flow_run_id}/actions`]: action,
  });
  await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
  expect(page.sent).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Cancel the run" }));
  expect(await screen.findByText(/It is on its way to Prefect/)).toBeTruthy();
  expect(page.sent).toEqual([{ method: "POST", path: `${page.path}/actions`, body: { kind: "cancel" } }]);
  const again = screen.getByRole("button", { name: /^Cancel: It was asked already/ });
  expect(again.getAttribute("aria-disabled")).toBe("true");
  const reason = "Run is already in terminal state 'COMPLETED'";
  run = runningRun({ recent_actions: [pendingCancel({ status: "refused", reason })] });
  page.tell({
    entity: "engine_action",
    id: action.id,
    parents: {},
    version: 2,
    patch: { status: "refused" },
  });
  expect(await screen.findByText(new RegExp(`Prefect refused: ${reason}`))).toBeTruthy();
});

test("a retry needs no question, and a refusal of ours stands beside the buttons", async () => {
  const run = runningRun({
    state_type: "FAILED",
    state_name: "Failed",
    actions: [{ kind: "retry", why_not: null }],
  });
  const detail = "Prefect repeats only runs of a deployment.";
  await showCard(run, {
    [`POST /prefect/flow-runs/${run.flow_run_id}/actions`]: new Refused(
      409,
      "engine_action_impossible",
      "The action is not possible now",
      detail,
    ),
  });
  await userEvent.click(screen.getByRole("button", { name: "Retry" }));
  expect((await screen.findByRole("alert")).textContent).toContain(detail);
});

test("a suspect run keeps its state: the doubt stands beside it with its reason", async () => {
  await showCard(
    runningRun({
      suspect_since: "2026-11-21T12:03:00.000Z",
      suspect_reason: "No heartbeat for 1 m 30 s.",
    }),
  );
  expect(text()).toContain("No heartbeat for 1 m 30 s.");
  expect(text()).toContain("Running");
  expect(screen.queryByText("failed")).toBeNull();
});

test("a run that Prefect forgot and a cancellation that nobody confirmed are told as such", async () => {
  await showCard(
    runningRun({ missing_upstream_at: "2026-11-21T12:03:00.000Z", is_cancel_unconfirmed: true }),
  );
  expect(text()).toContain("Prefect does not know this run any more");
  expect(text()).toContain("its process may still be at work");
});

test("while the connection is down the run is shown as of its last reading", async () => {
  await showCard(runningRun(), { "/prefect/connections": [liveConnection({ health: "down" })] });
  expect(await screen.findByText(/Prefect does not answer: the run is shown as of/)).toBeTruthy();
});

test("reading again asks Prefect now", async () => {
  const page = await showCard(runningRun());
  await userEvent.click(screen.getByRole("button", { name: "Read again now" }));
  await waitFor(() =>
    expect(page.sent).toEqual([{ method: "POST", path: `${page.path}/refresh`, body: {} }]),
  );
});

test("of a removed connection nothing can be asked any more", async () => {
  const run = runningRun();
  await showCard({ ...run, connection: { ...run.connection, is_removed: true } });
  expect(text()).toContain("The connection was removed");
  expect(within(document.body).queryByRole("button", { name: "Cancel" })).toBeNull();
});
