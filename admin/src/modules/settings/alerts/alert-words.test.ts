import { expect, test } from "vitest";
import { alertLook, answerWords, deliveryLook, receiverLines, ruleWords } from "./alert-words.ts";

test.each([
  [
    { kind: "failure_rate", percentage: 20, window_minutes: 30, least_jobs: 5 },
    "More than 20 % of jobs fail within 30 minutes (of at least 5 jobs)",
  ],
  [
    { kind: "failure_rate", percentage: 33.3, window_minutes: 120, least_jobs: 1 },
    "More than 33.3 % of jobs fail within 2 hours (of at least 1 job)",
  ],
  [{ kind: "stuck_job" }, "A job gets stuck"],
  [{ kind: "queue_age", minutes: 0.5 }, "A job waits longer than 30 s for a worker"],
  [{ kind: "queue_age", minutes: 1 }, "A job waits longer than 1 minute for a worker"],
  [{ kind: "spend_per_day", usd: 1200 }, "A day costs more than $1,200"],
  [{ kind: "spend_per_day", usd: 2.5 }, "A day costs more than $2.50"],
  [{ kind: "provider_down", minutes: 60 }, "A provider is down or limits us for 1 hour"],
] as const)("%j reads as a sentence", (rule, words) => {
  expect(ruleWords(rule)).toBe(words);
});

test("an alert is firing, quiet or off, and off rules", () => {
  const firing = { event_id: "e", since: "2026-11-22T03:00:00Z", sentence: "x" };
  expect(alertLook({ is_enabled: true, firing }).word).toBe("firing");
  expect(alertLook({ is_enabled: true, firing: null }).word).toBe("quiet");
  expect(alertLook({ is_enabled: false, firing }).word).toBe("off");
});

test("a message is on its way, tried again, sent or not delivered, with what was answered", () => {
  expect(deliveryLook({ status: "pending", attempts: 0 }).word).toBe("on its way");
  expect(deliveryLook({ status: "pending", attempts: 2 }).word).toBe("tried again soon");
  expect(deliveryLook({ status: "failed", attempts: 8 }).word).toBe("not delivered");
  expect(answerWords({ status: "sent", http_status: 204, error_message: null })).toBe("It answered 204.");
  expect(answerWords({ status: "sent", http_status: null, error_message: null })).toBe(
    "The mail server took it.",
  );
  expect(
    answerWords({ status: "failed", http_status: 500, error_message: "The receiver answered 500." }),
  ).toBe("The receiver answered 500.");
  expect(answerWords({ status: "pending", http_status: null, error_message: null })).toBe("");
});

test("receivers are named without what a webhook's address may keep secret", () => {
  const webhook_url = "https://hooks.example.org:8443/T0/secret?token=abc";
  expect(receiverLines({ webhook_url, emails: ["a@example.org"] })).toEqual([
    "hooks.example.org:8443",
    "a@example.org",
  ]);
  expect(receiverLines({ webhook_url: null, emails: [] })).toEqual([]);
});
