import { cleanup, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, expect, test } from "vitest";
import type { CourseGeneration } from "../../api/monitor-rows.ts";
import { Dashboard } from "./Dashboard.tsx";
import { activeJobOf, answerOf, finishedJobOf, queuedJobOf } from "./monitor-fixtures.ts";
import { renderInMonitor } from "./render-in-monitor.tsx";

// jsdom lays nothing out and knows no media queries.
beforeAll(() => {
  window.scrollTo = () => undefined;
});
afterEach(cleanup);

const path = "/admin/course-generation";
const at = "2026-11-20T10:00:00.000Z";

function showPage(body: CourseGeneration, address = "/") {
  return renderInMonitor(<Dashboard />, { address, answers: { [path]: body } });
}

function showPast(body: CourseGeneration) {
  const address = `${path}?at=${at}`;
  return renderInMonitor(<Dashboard />, { address, answers: { [address]: { ...body, at } } });
}

test("on a new installation every part says what will appear there", async () => {
  await showPage(answerOf({ recorded_since: null }));
  expect(screen.getByRole("heading", { name: "Nothing is being written" })).toBeTruthy();
  expect(screen.getByRole("heading", { name: "No job has ended yet" })).toBeTruthy();
  expect(screen.queryByRole("slider", { name: "Moment to look back to" })).toBeNull();
});

test("when the server is away what was read stays, with a remark", async () => {
  await showPage(answerOf({ active_jobs: [activeJobOf()], history: [finishedJobOf()] }));
  // Nothing answers in this test: reading again fails as it does when the server is away.
  await userEvent.click(screen.getByRole("button", { name: /Reload/ }));
  await waitFor(() =>
    expect(screen.getByRole("heading", { name: "This could not be brought up to date" })).toBeTruthy(),
  );
  expect(screen.getByRole("article", { name: "Tides" })).toBeTruthy();
  expect(screen.getByRole("table", { name: "Finished units" })).toBeTruthy();
});

test("an outage before the first answer is told and is not taken for an empty monitor", async () => {
  await renderInMonitor(<Dashboard />);
  await waitFor(() => expect(screen.getAllByRole("alert").length).toBeGreaterThan(0));
  expect(screen.queryByText("Nothing is being written")).toBeNull();
});

test("alerts that fire stand on top and lead to their settings", async () => {
  const alert = {
    id: "019a0000-0000-7000-8000-00000000aaaa",
    alert_id: "019a0000-0000-7000-8000-00000000bbbb",
    name: "Too many failures",
    kind: "failure_rate",
    sentence: "24 % of 50 jobs failed within 30 minutes.",
    since: "2026-11-21T11:58:00.000Z",
    task_id: null,
  } as const;
  await showPage(answerOf({ alerts: [alert] }));
  const banner = screen.getByRole("status", { name: "Alerts" });
  expect(banner.textContent).toContain("Too many failures 24 % of 50 jobs failed");
  expect(screen.getByRole("link", { name: "Alerts" }).getAttribute("href")).toBe("/settings/alerts");
});

test("at a past moment the page says which, offers nothing to do and leads back to now", async () => {
  const page = await showPast(
    answerOf({ active_jobs: [activeJobOf({ forecast: null })], queued_jobs: [queuedJobOf()] }),
  );
  expect(screen.getByRole("heading", { name: /^As it was at \d\d:00:00 on 20 Nov/ })).toBeTruthy();
  expect(screen.getByText("Finished that day")).toBeTruthy();
  for (const name of ["Cancel", "Continue", "Resume"])
    expect(screen.queryByRole("button", { name })).toBeNull();
  expect(screen.queryByRole("link", { name: "New unit" })).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Back to now" }));
  await waitFor(() => expect(page.address()).toBe(path));
});

test("a moment in the address that is none is told, and the page shows now", async () => {
  await showPage(answerOf({ active_jobs: [activeJobOf()] }), "/?at=yesterday");
  expect(screen.getByRole("heading", { name: "The moment in the address cannot be shown" })).toBeTruthy();
  expect(screen.getByRole("article", { name: "Tides" })).toBeTruthy();
});
