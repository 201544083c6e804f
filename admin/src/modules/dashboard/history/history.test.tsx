import { cleanup, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";
import { carriedOutOnPrefect, finishedJobOf } from "../monitor-fixtures.ts";
import { renderInMonitor } from "../render-in-monitor.tsx";
import { resultOf } from "./history-columns.tsx";
import { historyQueryOf, readHistoryFilters, toggledOutcome } from "./history-filters.ts";
import { JobHistory } from "./JobHistory.tsx";

afterEach(cleanup);

const { engine, connection_id, connection_name, external_url } = carriedOutOnPrefect;
const jobOnPrefect = { engine, connection_id, connection_name, external_url, external_state: "TimedOut" };

test.each([
  [{}, "5 lessons, 40 exercises"],
  [
    { outcome: "partial", lessons_completed: 4, error_message: "Lesson 3 failed." },
    "4 of 5 lessons, 40 exercises; Lesson 3 failed.",
  ],
  [
    { outcome: "partial", lessons_completed: 4, lessons_failed: 1 },
    "4 of 5 lessons, 40 exercises; 1 lesson failed",
  ],
  [{ outcome: "failed", error_message: "No key." }, "No key."],
  [{ outcome: "failed", error_code: "budget_reached" }, "budget reached"],
  [{ outcome: "failed", lessons_completed: 0 }, "no lesson was finished"],
  [{ outcome: "cancelled", lessons_completed: 0 }, "stopped before a lesson was finished"],
] as const)("the result of a job with %o reads %s", (fields, words) => {
  expect(resultOf(finishedJobOf(fields))).toBe(words);
});

test("what the address holds and cannot be used is left out", () => {
  expect(
    readHistoryFilters({
      outcome: "failed,gone",
      q: "tides",
      time: "2y",
      user_id: "Ada",
      at: "2026-11-21T12:00:00Z",
    }),
  ).toEqual({ q: "tides" });
});

test("a range that moves with the clock becomes a moment, and a past moment ends every range", () => {
  const now = Date.parse("2026-11-21T12:00:30Z");
  expect(historyQueryOf({ outcome: "failed", time: "1h" }, null, now)).toEqual({
    outcome: "failed",
    completed_from: "2026-11-21T11:00:00.000Z",
    completed_to: undefined,
  });
  expect(historyQueryOf({ time: "1h" }, "2026-11-20T12:00:00Z", now)).toEqual({
    completed_from: "2026-11-20T11:00:00.000Z",
    completed_to: "2026-11-20T12:00:00Z",
  });
});

test("the same choice of outcomes is the same address in whatever order it was made", () => {
  expect(toggledOutcome("failed", "partial")).toBe("partial,failed");
  expect(toggledOutcome("partial,failed", "partial")).toBe("failed");
});

test("jobs that ended stand with their outcome, result, time, tokens and cost, and lead to unit and task", async () => {
  const failed = finishedJobOf({ outcome: "failed", error_message: "No key.", cost_usd: null });
  await renderInMonitor(<JobHistory jobs={[finishedJobOf(), failed]} endedThatDay={2} at={null} />);
  const [, first, second] = screen.getAllByRole("row");
  for (const words of ["completed", "5 lessons, 40 exercises", "2 m 12 s", "64,118", "$0.118"])
    expect(first?.textContent).toContain(words);
  expect(second?.textContent).toContain("unknown");
  const links = within(second as HTMLElement).getAllByRole("link"); // the row was found above
  expect(links.map((link) => link.getAttribute("href"))).toEqual(
    expect.arrayContaining([`/units/${failed.unit_id}`, `/tasks/${failed.id}`]),
  );
});

test("an outcome chip puts itself into the page's address and leaves the past moment there", async () => {
  const page = await renderInMonitor(
    <JobHistory jobs={[finishedJobOf()]} endedThatDay={1} at="2026-11-21T12:00:00Z" />,
    { address: "/?at=2026-11-21T12:00:00Z" },
  );
  await userEvent.click(screen.getByRole("button", { name: /failed/i }));
  expect(page.address()).toBe("/?at=2026-11-21T12:00:00Z&outcome=failed");
});

test("a job that ended on Prefect is marked and claims no cost, and the engine can be chosen once there is one", async () => {
  const job = finishedJobOf({ ...jobOnPrefect, outcome: "failed", error_message: "Crashed.", cost_usd: 0 });
  const page = await renderInMonitor(<JobHistory jobs={[job]} endedThatDay={1} at={null} />, {
    connections: 1,
  });
  const [, row] = screen.getAllByRole("row");
  for (const words of ["Prefect", "TimedOut", "unknown"]) expect(row?.textContent).toContain(words);
  expect(screen.queryByLabelText("Connection")).toBeNull();
  await userEvent.selectOptions(screen.getByLabelText("Engine"), "coursewright");
  expect(page.address()).toBe("/?engine=coursewright");
});

test("without another engine there is none to choose", async () => {
  await renderInMonitor(<JobHistory jobs={[finishedJobOf()]} endedThatDay={1} at={null} />);
  expect(screen.queryByLabelText("Engine")).toBeNull();
});

test("without history the card says what will appear there", async () => {
  await renderInMonitor(<JobHistory jobs={[]} endedThatDay={0} at={null} />);
  expect(screen.getByRole("heading", { name: "No job has ended yet" })).toBeTruthy();
});
