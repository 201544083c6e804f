import { cleanup, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { letDialogsOpen, Refused, renderWithAnswers } from "../runs/render-with-answers.tsx";
import { lostRun } from "../runs/run-fixtures.ts";
import { Disagreements, MonitorDisagreements } from "./Disagreements.tsx";
import { isDisagreementNews } from "./disagreement-api.ts";

beforeAll(letDialogsOpen);
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const path = "/prefect/disagreements";
const lost = lostRun();
const repairPath = `POST ${path}/${encodeURIComponent(lost.id)}/repair`;

test("a disagreement says what it is about, what each side says and where to look", async () => {
  renderWithAnswers(<Disagreements />, { [path]: [lost] });
  const item = await screen.findByRole("article", { name: "Lost on Prefect: Tides" });
  expect(item.textContent).toContain("Herein progress since 12:01:00");
  expect(item.textContent).toContain("cellardoes not know the run");
  expect(screen.getByRole("link", { name: "Tides" }).getAttribute("href")).toBe(`/flows/${lost.flow_run_id}`);
});

test("reading again changes nothing and asks nothing; ending the task here asks first", async () => {
  const page = renderWithAnswers(<Disagreements />, { [path]: [lost] });
  await userEvent.click(await screen.findByRole("button", { name: "Read again" }));
  await waitFor(() => expect(page.sent.map(({ body }) => body)).toEqual([{ repair: "read_again" }]));
  await userEvent.click(screen.getByRole("button", { name: "End it here" }));
  expect(screen.getByRole("heading", { name: "End the task here as failed?" })).toBeTruthy();
  expect(page.sent).toHaveLength(1);
  await userEvent.click(screen.getAllByRole("button", { name: "End it here" }).at(-1) as HTMLElement); // the dialog's
  await waitFor(() => expect(page.sent.at(-1)?.body).toEqual({ repair: "end_here" }));
});

test("a repair that is refused says so in the dialog", async () => {
  renderWithAnswers(<Disagreements />, {
    [path]: [lost],
    [repairPath]: new Refused(
      409,
      "repair_not_offered",
      "The repair is not offered",
      "The run is there again.",
    ),
  });
  await userEvent.click(await screen.findByRole("button", { name: "End it here" }));
  await userEvent.click(screen.getAllByRole("button", { name: "End it here" }).at(-1) as HTMLElement); // the dialog's
  expect((await screen.findByRole("alert")).textContent).toContain("The run is there again.");
});

test("while both sides agree the settings say so quietly and the monitor says nothing", async () => {
  renderWithAnswers(<Disagreements />, { [path]: [] });
  expect(await screen.findByRole("heading", { name: "Prefect and our record agree" })).toBeTruthy();
  cleanup();
  renderWithAnswers(
    <div data-testid="monitor">
      <MonitorDisagreements />
    </div>,
    { [path]: [] },
  );
  await waitFor(() => expect(screen.getByTestId("monitor").textContent).toBe(""));
});

test("the monitor shows the oldest three and the way to the others", async () => {
  const found = [1, 2, 3, 4, 5].map((n) =>
    lostRun({ id: `silent:${n}`, kind: "silent", title: `Unit ${n}` }),
  );
  renderWithAnswers(<MonitorDisagreements />, { [path]: found });
  expect(await screen.findAllByRole("article")).toHaveLength(3);
  expect(screen.getByRole("link", { name: "2 more differences" })).toBeTruthy();
});

test("that it could not be read is no agreement", async () => {
  renderWithAnswers(<MonitorDisagreements />, {
    [path]: new Refused(500, "internal", "The server met a fault", ""),
  });
  expect(await screen.findByText(/could not be read: The server met a fault/)).toBeTruthy();
});

test("only changes of Prefect's own rows let them be read again", () => {
  const change = { id: "x", parents: {}, version: 1 } as const;
  expect(isDisagreementNews({ ...change, entity: "connection", patch: {} })).toBe(true);
  expect(isDisagreementNews({ ...change, entity: "task", patch: { connection_id: "c" } })).toBe(true);
  expect(isDisagreementNews({ ...change, entity: "task", patch: { connection_id: null } })).toBe(false);
  expect(isDisagreementNews({ ...change, entity: "llm_request", patch: { connection_id: "c" } })).toBe(false);
});
