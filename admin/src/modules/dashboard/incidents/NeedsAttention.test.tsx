import { cleanup, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, expect, test } from "vitest";
import type { CourseGeneration, HealthPart, Incident, IncidentDetails } from "../../../api/monitor-rows.ts";
import { answerOf } from "../monitor-fixtures.ts";
import { renderInMonitor } from "../render-in-monitor.tsx";
import { incidentDetailsOf, incidentOf, recoveryOf } from "./incident-fixtures.ts";
import { NeedsAttention } from "./NeedsAttention.tsx";

// jsdom knows dialogs but cannot open them.
beforeAll(() => {
  HTMLDialogElement.prototype.showModal = function showModal(this: HTMLDialogElement) {
    this.open = true;
  };
});

afterEach(cleanup);

type Options = { isPast?: boolean; address?: string; details?: IncidentDetails };

function show(fields: Partial<CourseGeneration>, { isPast = false, address = "/", details }: Options = {}) {
  const answer = answerOf({ incident_total: fields.incidents?.length ?? 0, ...fields });
  return renderInMonitor(<NeedsAttention answer={answer} isPast={isPast} onChanged={() => undefined} />, {
    isPast,
    address,
    answers: details === undefined ? {} : { [`/admin/incidents/${details.id}`]: details },
  });
}

const item = (words: string) => {
  const found = screen.getAllByRole("article").find((one) => one.textContent?.includes(words));
  if (found === undefined) throw new Error(`Nothing says ${words}.`);
  return found;
};
const buttonsOf = (words: string) =>
  within(item(words))
    .queryAllByRole("button")
    .map((button) => button.textContent);

const noWorker: HealthPart = {
  kind: "workers",
  name: "workers",
  state: "bad",
  since: null,
  until: null,
  sentence: "No worker beats.",
  meaning: "What is accepted is kept and waits.",
};

test("with nothing to do it says what would appear", async () => {
  await show({});
  expect(screen.getByText("Nothing needs you")).toBeTruthy();
});

test("what is not well stands before the failures it may have caused", async () => {
  await show({ health: [noWorker], incidents: [incidentOf()] });
  const [first, second] = screen.getAllByRole("article");
  expect(first?.textContent).toContain("No worker is alive");
  expect(first?.textContent).toContain("No worker beats. What is accepted is kept and waits.");
  expect(second?.textContent).toContain("14 answers of gpt-4.1-mini were not valid JSON");
});

test("an incident says what it stopped, shows its trend in words and offers the way on", async () => {
  await show({ incidents: [incidentOf({ note: "Ada looks into it." })] });
  expect(item("valid JSON").textContent).toContain("14 units are stopped, since");
  expect(item("valid JSON").textContent).toContain("Ada looks into it.");
  expect(within(item("valid JSON")).getByRole("img").getAttribute("aria-label")).toContain(
    "14 failures in the last 24 hours",
  );
  expect(buttonsOf("valid JSON")).toEqual(["Look", "Recover 14 units"]);
});

test("an incident of one unit names it", async () => {
  const incident = incidentOf({ unit_count: 1, unit_count_unrepaired: 1 });
  await show({ incidents: [incident] });
  expect(item("valid JSON").textContent).toContain("1 unit is stopped: Tides, since");
  expect(within(item("valid JSON")).getByRole("link", { name: "Tides" }).getAttribute("href")).toBe(
    `/units/${incident.sample?.unit_id}`,
  );
});

test("an incident that stops no unit any more can be settled instead", async () => {
  await show({ incidents: [incidentOf({ unit_count_unrepaired: 0 })] });
  expect(buttonsOf("None of its 14 units is stopped by it any more")).toEqual(["Look", "Mark as resolved"]);
});

test("a running recovery shows how far it is and can be stopped, not begun again", async () => {
  await show({ incidents: [incidentOf({ recovery: recoveryOf() })] });
  expect(item("valid JSON").textContent).toContain("Recovering, wave 2 of 3: 1 of 14 units whole again.");
  expect(buttonsOf("valid JSON")).toEqual(["Stop", "Look"]);
});

test("a stopped recovery says why, and may be tried again", async () => {
  const reason = "Tides failed again with the same cause.";
  await show({ incidents: [incidentOf({ recovery: recoveryOf({ state: "stopped", reason }) })] });
  expect(item("valid JSON").textContent).toContain(reason);
  expect(buttonsOf("valid JSON")).toEqual(["Look", "Recover 14 units"]);
});

test("for a past moment nothing can be done but looked at", async () => {
  await show({ incidents: [incidentOf({ recovery: recoveryOf() })] }, { isPast: true });
  expect(screen.getByRole("heading", { name: "Needed attention" })).toBeTruthy();
  expect(buttonsOf("valid JSON")).toEqual(["Look"]);
  expect(screen.queryByText("Resolved incidents")).toBeNull();
});

test("beyond six the rest is folded, and those beyond the answer are counted", async () => {
  const incidents = Array.from({ length: 7 }, () => incidentOf());
  await show({ incidents, incident_total: 9 });
  expect(screen.getAllByRole("article")).toHaveLength(6);
  expect(screen.queryByText(/older incidents/)).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Show all 7" }));
  expect(screen.getAllByRole("article")).toHaveLength(7);
  expect(screen.getByText(/and 2 older incidents/)).toBeTruthy();
});

test("a recovery is begun only after its waves and its price were read", async () => {
  const details = incidentDetailsOf();
  await show({ incidents: [summaryOf(details)] }, { details });
  await userEvent.click(screen.getByRole("button", { name: "Recover 14 units" }));
  const dialog = screen.getByRole("dialog");
  expect(dialog.textContent).toContain("Resumes 1 unit, then 2, then 11; stops by itself if one fails.");
  expect(dialog.textContent).toContain("About $0.060 and 2 m of work.");
  expect(within(dialog).getByRole("button", { name: "Recover 14 units · about $0.060" })).toBeTruthy();
});

test("a recovery that is not possible says why", async () => {
  const details = incidentDetailsOf();
  details.recover = { ...details.recover, is_allowed: false, reason: "Another recovery runs.", waves: [] };
  await show({ incidents: [summaryOf(details)] }, { details });
  await userEvent.click(screen.getByRole("button", { name: "Recover 14 units" }));
  expect(screen.getByRole("dialog").textContent).toContain("Another recovery runs.");
});

function summaryOf({ units: _units, recover: _recover, ...incident }: IncidentDetails): Incident {
  return incident;
}

test("Look opens the incident, and the address keeps it", async () => {
  const details = incidentDetailsOf();
  const { address } = await show({ incidents: [summaryOf(details)] }, { details });
  await userEvent.click(within(item("valid JSON")).getByRole("button", { name: "Look" }));
  expect(address()).toBe(`/?incident=${details.id}`);
  const dialog = await screen.findByRole("dialog");
  expect(within(dialog).getByRole("link", { name: "Request and answer" }).getAttribute("href")).toBe(
    `/llm-requests/${details.sample?.llm_request_id}`,
  );
  expect(within(dialog).getByRole("link", { name: "Step in its run" }).getAttribute("href")).toBe(
    `/flows/${details.sample?.flow_run_id}?step=${details.sample?.step_run_id}`,
  );
  expect(within(dialog).getByRole("link", { name: "2 failures" }).getAttribute("href")).toBe(
    `/flows/${details.units[0]?.flow_run_id}`,
  );
  expect(within(dialog).getByRole("button", { name: "Mark as resolved" })).toBeTruthy();
  await userEvent.click(within(dialog).getByRole("button", { name: "Close" }));
  expect(address()).toBe("/");
});

test("an address opens its incident, also one that is settled", async () => {
  const details = incidentDetailsOf({
    status: "resolved",
    resolved_because: "marked",
    resolved_by: "Ada",
    resolved_at: "2026-11-21T12:10:00.000Z",
  });
  await show({}, { details, address: `/?incident=${details.id}` });
  const dialog = await screen.findByRole("dialog");
  expect(dialog.textContent).toContain("Marked as resolved by Ada");
  expect(within(dialog).getByRole("button", { name: "Open again" })).toBeTruthy();
  expect(within(dialog).queryByRole("button", { name: /Recover/ })).toBeNull();
});

test("a note is offered for keeping once it was changed", async () => {
  const details = incidentDetailsOf({
    note: "Known.",
    noted_by: "Ada",
    noted_at: "2026-11-21T12:00:00.000Z",
  });
  await show({}, { details, address: `/?incident=${details.id}` });
  const field = await screen.findByRole("textbox", { name: "Note" });
  expect(screen.queryByRole("button", { name: "Keep the note" })).toBeNull();
  await userEvent.type(field, " Fixed.");
  expect(screen.getByRole("button", { name: "Keep the note" })).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Discard" }));
  expect(screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Note" }).value).toBe("Known.");
});

test("in the past the incident is shown without a note to write or an action", async () => {
  const details = incidentDetailsOf();
  await show({ incidents: [] }, { details, isPast: true, address: `/?incident=${details.id}` });
  const dialog = await screen.findByRole("dialog");
  expect(dialog.textContent).toContain("This is the incident as it is now.");
  expect(within(dialog).queryByRole("textbox")).toBeNull();
  expect(
    within(dialog)
      .getAllByRole("button")
      .map((button) => button.getAttribute("aria-label")),
  ).toEqual(["Close"]);
});
