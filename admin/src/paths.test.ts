import { expect, test } from "vitest";
import { paths } from "./paths.ts";

const id = "019a0000-0000-7000-8000-000000000001";

test("every address of the dashboard stays what links and bookmarks expect", () => {
  expect([
    paths.dashboard(),
    paths.dashboard({ incident: id }),
    paths.courseGeneration({ at: "2026-11-21T12:04:31.000Z" }),
    paths.flowRuns(),
    paths.flowRuns({ status: "failed", unit_id: id, open: `${id},${id}` }),
    paths.flowRun(id),
    paths.flowRun(id, { step: id }),
    paths.tasks({ q: "two words & more" }),
    paths.tasks({ status: "failed,retry", time: "24h", min_duration_ms: "60000" }),
    paths.task(id),
    paths.llmRequests({ step_run_id: id }),
    paths.llmRequest(id),
    paths.llmRequest(id, { compare: id }),
    paths.units(),
    paths.newUnit(),
    paths.unit(id, { tab: "runs" }),
    paths.lesson(id, id),
    paths.unit(id, { retry: "choose" }),
    paths.users(),
    paths.users({ role: "admin" }),
    paths.user(id),
    paths.settings(),
    paths.settingsAlerts(),
    paths.settingsAlerts({ open: id }),
    paths.apiDocs(),
  ]).toMatchInlineSnapshot(`
    [
      "/",
      "/?incident=019a0000-0000-7000-8000-000000000001",
      "/admin/course-generation?at=2026-11-21T12:04:31.000Z",
      "/flows",
      "/flows?status=failed&unit_id=019a0000-0000-7000-8000-000000000001&open=019a0000-0000-7000-8000-000000000001,019a0000-0000-7000-8000-000000000001",
      "/flows/019a0000-0000-7000-8000-000000000001",
      "/flows/019a0000-0000-7000-8000-000000000001?step=019a0000-0000-7000-8000-000000000001",
      "/tasks?q=two+words+%26+more",
      "/tasks?status=failed,retry&time=24h&min_duration_ms=60000",
      "/tasks/019a0000-0000-7000-8000-000000000001",
      "/llm-requests?step_run_id=019a0000-0000-7000-8000-000000000001",
      "/llm-requests/019a0000-0000-7000-8000-000000000001",
      "/llm-requests/019a0000-0000-7000-8000-000000000001?compare=019a0000-0000-7000-8000-000000000001",
      "/units",
      "/units/new",
      "/units/019a0000-0000-7000-8000-000000000001?tab=runs",
      "/units/019a0000-0000-7000-8000-000000000001/lessons/019a0000-0000-7000-8000-000000000001",
      "/units/019a0000-0000-7000-8000-000000000001?retry=choose",
      "/users",
      "/users?role=admin",
      "/users/019a0000-0000-7000-8000-000000000001",
      "/settings",
      "/settings/alerts",
      "/settings/alerts?open=019a0000-0000-7000-8000-000000000001",
      "/docs",
    ]
  `);
});
