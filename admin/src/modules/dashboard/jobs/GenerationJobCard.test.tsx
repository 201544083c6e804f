import { act, cleanup, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import {
  activeJobOf,
  answerOf,
  carriedOutOnPrefect,
  laneOf,
  queuedJobOf,
  sampleMoment,
  stepOf,
} from "../monitor-fixtures.ts";
import { renderInMonitor } from "../render-in-monitor.tsx";
import { ActiveJobs } from "./ActiveJobs.tsx";
import { GenerationJobCard } from "./GenerationJobCard.tsx";
import { QueuedJobs } from "./QueuedJobs.tsx";

// jsdom knows no modal dialogs: opening one is all that the card asks of them.
beforeAll(() => {
  HTMLDialogElement.prototype.showModal = function showModal(this: HTMLDialogElement) {
    this.open = true;
  };
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const card = (name = "Tides") => screen.getByRole("article", { name });
const showCard = (job = activeJobOf(), isPast = false) =>
  renderInMonitor(<GenerationJobCard job={job} isFull />, { isPast });

test("a running job says what it makes, for whom, how far it is, how long it takes and what it costs", async () => {
  await showCard();
  expect(card().textContent).toContain("beginner · 4 lessons · for Ada");
  expect(card().textContent).toContain("56 %");
  expect(card().textContent).toContain("23 of 41 steps");
  expect(card().textContent).toContain("~40 s left");
  expect(card().textContent).toContain("between 25 s and 1 m 10 s");
  expect(card().textContent).toContain("1 m 06 s elapsed");
  expect(card().textContent).toContain("18,240 tokens");
  expect(card().textContent).toContain("$0.031 of about $0.06");
  expect(card().textContent).toContain("jupiter, process 4711");
  expect(screen.queryByText(/^attempt/)).toBeNull();
  expect(within(card()).getByRole("button", { name: "Cancel" })).toBeTruthy();
});

test("the strip leads to the flow runs of each stage and leaves out what was left out on purpose", async () => {
  const job = activeJobOf();
  await showCard(job);
  const strip = screen.getByRole("list", { name: "Stages of Tides" });
  expect(strip.textContent).not.toContain("art");
  const [plan, lessons] = within(strip).getAllByRole("link");
  expect(plan?.getAttribute("href")).toBe(`/flows/${job.stages[0]?.flow_run_ids[0]}`);
  expect(lessons?.getAttribute("href")).toBe(`/flows?task_id=${job.task_id}&flow_name=lesson_creation`);
});

test("while the plan is unknown no percentage and no time is invented", async () => {
  await showCard(
    activeJobOf({
      progress: { steps_done: 7, steps_known: null, percentage: null },
      forecast: {
        remaining: null,
        cost_usd: null,
        based_on_runs: 0,
        unknown_because: "the plan is not made yet",
      },
    }),
  );
  expect(card().textContent).toContain("7 steps done, plan not made yet");
  expect(card().textContent).toContain("time left unknown: the plan is not made yet");
  expect(card().textContent).toContain("$0.031 so far");
  expect(card().textContent).not.toContain("%");
});

test("the time left counts down between two answers", async () => {
  vi.useFakeTimers({ now: new Date("2026-11-21T12:00:00Z"), shouldAdvanceTime: true });
  await showCard();
  act(() => vi.advanceTimersByTime(22_000));
  expect(card().textContent).toContain("~18 s left");
  expect(card().textContent).toContain("1 m 28 s elapsed");
  act(() => vi.advanceTimersByTime(20_000));
  expect(card().textContent).toContain("any moment");
});

test("another engine and a further attempt are marked, ours and the first one are not", async () => {
  await showCard(activeJobOf({ ...carriedOutOnPrefect, attempt: 3 }));
  expect(within(card()).getByText("Prefect")).toBeTruthy();
  expect(within(card()).getByText("attempt 3")).toBeTruthy();
});

test("a job on Prefect shows Prefect's own word, what is known of its steps, and the way there", async () => {
  await showCard(
    activeJobOf({
      ...carriedOutOnPrefect,
      external_state: "Cancelling",
      external_work_pool: "courses",
      progress: { steps_done: 3, steps_known: 7, percentage: null },
    }),
  );
  for (const words of [
    "Cancelling",
    "3 of 7 known steps",
    "carried out by Prefect, pool courses",
    "cost unknown",
  ])
    expect(card().textContent).toContain(words);
  expect(card().textContent).not.toContain(" %");
  const bar = screen.getByRole("progressbar", { name: "Progress of Tides" });
  expect(bar.getAttribute("aria-valuenow")).toBeNull();
  const link = screen.getByRole("link", { name: "Open Tides in Prefect" });
  expect(link.getAttribute("href")).toBe(carriedOutOnPrefect.external_url);
});

test("a job on Prefect that gives no sign of life is suspect with its reason, and keeps running", async () => {
  const sentence = "No heartbeat for 1 m 30 s.";
  await showCard(
    activeJobOf({
      ...carriedOutOnPrefect,
      is_suspect: true,
      suspect_since: sampleMoment,
      suspect_reason: sentence,
      stuck: { kind: "heartbeat_late", since: sampleMoment, sentence, step_run_id: null },
    }),
  );
  expect(screen.getByRole("status").textContent).toContain(`Suspect: ${sentence}`);
  expect(card().textContent).not.toContain("failed");
});

test("while its connection is out a job says of which moment it is", async () => {
  await showCard(activeJobOf({ ...carriedOutOnPrefect, connection_as_of: sampleMoment }));
  expect(card().textContent).toMatch(/as of .*\d\d:\d\d/);
});

test("cancelling a job on Prefect says who is asked", async () => {
  await showCard(activeJobOf(carriedOutOnPrefect));
  await userEvent.click(within(card()).getByRole("button", { name: "Cancel" }));
  expect(screen.getByText(/Prefect is asked to end the run/)).toBeTruthy();
});

test("a run of Prefect without a unit was never deleted", async () => {
  await showCard(activeJobOf({ ...carriedOutOnPrefect, unit_id: null, learner_level: null }));
  expect(card().textContent).not.toContain("deleted");
});

test("a stuck job says why and leads to the step", async () => {
  const step = stepOf({ step_name: "draft_exercises" });
  const sentence = "draft_exercises runs for 4 m 10 s; 99 of 100 took less than 1 m 02 s.";
  await showCard(
    activeJobOf({
      current_steps: [step],
      current_step_count: 1,
      stuck: { kind: "step_slow", since: sampleMoment, sentence, step_run_id: step.step_run_id },
    }),
  );
  expect(screen.getByRole("status").textContent).toContain(`Stuck: ${sentence}`);
  expect(screen.getByRole("link", { name: "Look at the step" }).getAttribute("href")).toBe(
    `/flows/${step.flow_run_id}?step=${step.step_run_id}`,
  );
});

test("a running step stands in its lesson's lane with its own time against the usual one", async () => {
  await showCard(
    activeJobOf({
      lanes: [laneOf(1), laneOf(2)],
      current_steps: [
        stepOf({ lesson_position: 1, attempt: 2 }),
        stepOf({ lesson_position: 2, started_at: "2026-11-21T12:03:51.000Z" }),
      ],
      current_step_count: 2,
    }),
  );
  const [first, second] = within(screen.getByRole("list", { name: "Lessons of Tides" })).getAllByRole(
    "listitem",
  );
  expect(first?.textContent).toContain("drafts the exercises, attempt 2 12 s, usually 8 s");
  expect(first?.textContent).not.toContain("slower than");
  expect(second?.textContent).toContain("40 s, usually 8 s, slower than 99 of 100");
  expect(card().textContent).toContain("2 steps run at once");
});

test("a failed lesson says why in its lane while the others go on", async () => {
  const failed = laneOf(2, {
    status: "failed",
    error_message: "The model answered with invalid JSON twice.",
  });
  await showCard(activeJobOf({ lanes: [laneOf(1), failed] }));
  const lanes = within(screen.getByRole("list", { name: "Lessons of Tides" })).getAllByRole("listitem");
  expect(lanes[1]?.textContent).toContain("failed");
  expect(
    within(card())
      .getByRole("link", { name: /invalid JSON twice/ })
      .getAttribute("href"),
  ).toBe(`/flows/${failed.flow_run_id}`);
});

test("a job that is being cancelled says so and cannot be cancelled again", async () => {
  await showCard(activeJobOf({ cancel_requested_at: sampleMoment }));
  expect(card().textContent).toContain("is being cancelled");
  expect(
    within(card())
      .getByRole("button", { name: /^Cancel/ })
      .getAttribute("aria-disabled"),
  ).toBe("true");
});

test("what the stream says of the task is shown before the next answer comes", async () => {
  const job = activeJobOf();
  const { tell } = await showCard(job);
  const ended = {
    entity: "task",
    id: job.task_id,
    parents: {},
    version: 8,
    patch: { status: "completed" },
  } as const;
  tell({ kind: "changes", changes: [ended] });
  expect(card().textContent).toContain("completed");
});

test("at a past moment nothing counts on and nothing can be cancelled", async () => {
  vi.useFakeTimers({ now: new Date("2026-11-21T12:00:00Z"), shouldAdvanceTime: true });
  await showCard(activeJobOf({ forecast: null }), true);
  act(() => vi.advanceTimersByTime(30_000));
  expect(card().textContent).toContain("1 m 06 s elapsed");
  expect(card().textContent).not.toContain("left");
  expect(within(card()).queryByRole("button")).toBeNull();
});

test("a job whose unit was deleted keeps its title and leads to its task", async () => {
  const job = activeJobOf({ unit_id: null });
  await showCard(job);
  expect(card().textContent).toContain("unit deleted");
  expect(screen.getByRole("link", { name: "Tides" }).getAttribute("href")).toBe(`/tasks/${job.task_id}`);
});

test("clocks that disagree never show a negative time", async () => {
  const ahead = "2026-11-21T12:09:00.000Z";
  await showCard(
    activeJobOf({
      elapsed_ms: 0,
      lanes: [laneOf(1, { started_at: ahead })],
      current_steps: [stepOf({ lesson_position: 1, started_at: ahead })],
    }),
  );
  expect(card().textContent).toContain("1 s elapsed");
  expect(card().textContent).toContain("1 s, usually 8 s");
  expect(card().textContent).not.toMatch(/-\d/);
});

test("of many jobs the oldest four stand in full, a line of the others opens in place", async () => {
  const jobs = Array.from({ length: 6 }, (_, index) => activeJobOf({ unit_title: `Unit ${index + 1}` }));
  await renderInMonitor(<ActiveJobs answer={answerOf({ active_jobs: jobs })} />);
  expect(screen.getAllByRole("list", { name: /^Stages of/ })).toHaveLength(4);
  await userEvent.click(
    within(card("Unit 6")).getByRole("button", { name: "All of Unit 6", expanded: false }),
  );
  expect(screen.getByRole("list", { name: "Stages of Unit 6" })).toBeTruthy();
  await userEvent.click(
    within(card("Unit 6")).getByRole("button", { name: "All of Unit 6", expanded: true }),
  );
  expect(screen.queryByRole("list", { name: "Stages of Unit 6" })).toBeNull();
});

test("of sixty jobs a page of lines is shown, the rest a press or a link away", async () => {
  const jobs = Array.from({ length: 50 }, (_, index) => activeJobOf({ unit_title: `Unit ${index + 1}` }));
  await renderInMonitor(<ActiveJobs answer={answerOf({ active_jobs: jobs, active_total: 60 })} />);
  expect(screen.getAllByRole("article")).toHaveLength(16);
  expect(screen.getByRole("link", { name: "10 more in Tasks" })).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Show 34 more" }));
  expect(screen.getAllByRole("article")).toHaveLength(50);
});

test("without any job the page says what will appear and offers the one action that makes it appear", async () => {
  await renderInMonitor(<ActiveJobs answer={answerOf()} />);
  expect(screen.getByRole("heading", { name: "Nothing is being written" })).toBeTruthy();
  expect(screen.getByRole("link", { name: "New unit" })).toBeTruthy();
});

test("queued jobs stand in their order with their expected start, paused ones with their reason and the way on", async () => {
  const paused = queuedJobOf({
    unit_title: "Deserts",
    status: "paused",
    position: null,
    pause_reason: "budget_day: the budget of today is reached",
    expected_start_ms: null,
  });
  await renderInMonitor(<QueuedJobs answer={answerOf({ queued_jobs: [queuedJobOf(), paused] })} />);
  const [, first, second] = screen.getAllByRole("row");
  expect(first?.textContent).toContain("Harbours");
  expect(first?.textContent).toContain("40 s");
  expect(first?.textContent).toContain("in about 2 m");
  expect(within(first as HTMLElement).queryByRole("button", { name: "Continue" })).toBeNull(); // the row was found above
  expect(second?.textContent).toContain("The budget of today is reached");
  expect(within(second as HTMLElement).getByRole("button", { name: "Continue" })).toBeTruthy(); // as above
});

test("the queue of a past moment offers nothing to do", async () => {
  const paused = queuedJobOf({ status: "paused", position: null });
  await renderInMonitor(<QueuedJobs answer={answerOf({ queued_jobs: [paused] })} />, { isPast: true });
  expect(screen.queryByRole("button")).toBeNull();
});
