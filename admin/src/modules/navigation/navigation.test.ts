import { describe, expect, test } from "vitest";
import { type HealthFacts, judgeHealth } from "./health.ts";
import { isUnder, navigationEntries } from "./navigation-entries.ts";
import { isOwnTitle } from "./remembered-visits.ts";

test("there are six tabs, in their order", () => {
  expect(navigationEntries.map((entry) => entry.word)).toEqual([
    "Dashboard",
    "Flow Runs",
    "Tasks",
    "LLM Requests",
    "Units",
    "Users",
  ]);
});

test("a tab is current on its own pages only", () => {
  expect(isUnder("/flows/1", "/flows")).toBe(true);
  expect(isUnder("/flowsheet", "/flows")).toBe(false);
  expect(isUnder("/flows", "/")).toBe(false);
  expect(isUnder("/admin/course-generation", "/")).toBe(true);
});

test("a page is remembered under its own title only", () => {
  expect(isOwnTitle("Tides", "unit")).toBe(true);
  expect(isOwnTitle("Unit", "unit")).toBe(false);
  expect(isOwnTitle("", "unit")).toBe(false);
});

describe("health", () => {
  const queue: HealthFacts["queue"] = {
    pending: 0,
    in_progress: 1,
    retry: 0,
    paused: 0,
    oldest_waiting_seconds: 0,
    workers_healthy: 2,
    workers_total: 2,
    capacity: 16,
    running: 1,
  };
  const well: HealthFacts = {
    readiness: { database: { status: "ok", since: null } },
    connection: "live",
    liveWords: "live",
    queue,
    authors: undefined,
  };
  const databaseAway: HealthFacts = { ...well, readiness: { database: { status: "down", since: null } } };
  const idle: HealthFacts = { ...well, queue: { ...queue, workers_healthy: 0 } };
  const silent: HealthFacts = { ...well, queue: { ...queue, workers_healthy: 1 } };

  test.each([
    ["the server, when nothing answers", { ...databaseAway, readiness: null }, "server is away"],
    ["the database before the pages", { ...databaseAway, connection: "down" }, "database is away"],
    ["missing workers before late pages", { ...idle, connection: "reconnecting" }, "no worker is alive"],
    ["pages that stand still", { ...well, connection: "reconnecting" }, "pages are not live"],
    ["a silent worker", silent, "a worker is silent"],
    ["nothing when all is well", well, "all well"],
  ])("names %s", (_name, facts, word) => {
    expect(judgeHealth(facts).word).toBe(word);
  });

  test("claims nothing before the first answer", () => {
    expect(judgeHealth({ ...well, readiness: undefined }).word).toBe("asking");
  });

  test("says that the offline author is no model, and does not call it a fault", () => {
    const authors: HealthFacts["authors"] = {
      authors: { text: "offline", speech: "offline", image: "offline" },
      models: { text: null, speech: null, image: null },
      topic_needs_source: true,
      guidance: "",
    };
    const health = judgeHealth({ ...well, authors });
    expect(health.tone).toBe("ok");
    expect(health.parts.at(-1)).toMatchObject({ name: "Author", words: "the offline author, no AI model" });
  });
});
