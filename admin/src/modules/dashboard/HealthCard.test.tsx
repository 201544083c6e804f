import { cleanup, screen, within } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import type { HealthPart } from "../../api/monitor-rows.ts";
import { HealthCard } from "./HealthCard.tsx";
import { HealthFigure } from "./HealthFigure.tsx";
import { beatWords, HealthWorkers } from "./HealthWorkers.tsx";
import { renderInMonitor } from "./render-in-monitor.tsx";

afterEach(cleanup);

const database: HealthPart = {
  kind: "database",
  name: "database",
  state: "ok",
  since: "2025-11-20T09:00:00.000Z",
  until: null,
  sentence: "The database answers.",
  meaning: "",
};
const limited: HealthPart = {
  kind: "provider",
  name: "openai/gpt-4.1",
  state: "warn",
  since: "2025-11-21T09:00:00.000Z",
  until: "2025-11-22T09:00:00.000Z",
  sentence: "openai limits the rate.",
  meaning: "4 steps wait and go on by themselves.",
};

const worker = {
  id: "w1",
  host: "jupiter",
  pid: 4711,
  health: "healthy",
  running: 3,
  capacity: 4,
  beat_at: "2026-11-21T12:00:00.000Z",
  version: 1,
};

test("each part says its state, since when, until when and what it means, the worst first", async () => {
  await renderInMonitor(<HealthCard parts={[database, limited]} />, { isPast: true });
  const [first, second] = screen.getAllByRole("listitem");
  expect(first?.textContent).toBe(
    "openai/gpt-4.1openai limits the rate. Until 22 Nov 2025.4 steps wait and go on by themselves.limited since 21 Nov 2025",
  );
  expect(second?.textContent).toBe("DatabaseThe database answers.well since 20 Nov 2025");
});

test("workers show their slots and beats now, and are left out for a past moment", async () => {
  const answers = { "/task-queue/workers": [worker] };
  await renderInMonitor(<HealthWorkers />, { answers });
  const workers = screen.getByRole("region", { name: "Workers" });
  expect(within(workers).getByRole("listitem").textContent).toContain("jupiter 47113 of 4");
  cleanup();
  await renderInMonitor(<HealthWorkers />, { answers, isPast: true });
  expect(screen.queryByRole("region", { name: "Workers" })).toBeNull();
});

test("a heartbeat changes the worker's line without anything being asked", async () => {
  const answers = { "/task-queue/workers": [worker] };
  const { tell } = await renderInMonitor(<HealthWorkers />, { answers });
  tell({
    kind: "changes",
    changes: [
      { entity: "worker", id: "w1", parents: {}, version: 2, patch: { running: 4, beat_at: worker.beat_at } },
    ],
  });
  expect(screen.getByText("4 of 4")).toBeTruthy();
});

test.each([
  ["healthy", 1_000, "beat 1 s"],
  ["healthy", 200, "beat 0 s"],
  ["healthy", -5_000, "beat 0 s"],
  ["suspect", 12_400, "silent for 12 s"],
  ["dead", 90_000, "gone"],
  ["stopped", 90_000, "stopped"],
] as const)("a %s worker whose beat is %d ms old reads %s", (health, ageMs, words) => {
  const now = Date.parse(worker.beat_at) + ageMs;
  expect(beatWords({ health, beat_at: worker.beat_at }, now)).toBe(words);
});

test("the figure says what was so at a past moment", async () => {
  await renderInMonitor(<HealthFigure parts={[database, limited]} isPast />, { isPast: true });
  expect(screen.getByText("openai/gpt-4.1 is limited")).toBeTruthy();
});

test("the figure says now what the navigation says", async () => {
  const answers = {
    "/admin/health": { as_of: "2026-11-21T12:00:00Z", state: "warn", parts: [database, limited] },
  };
  await renderInMonitor(<HealthFigure parts={[]} isPast={false} />, { answers });
  expect(screen.getByText("openai/gpt-4.1 is limited")).toBeTruthy();
});
