import { describe, expect, it } from "vitest";
import { hideReceiver, hideReceivers } from "./hide-receivers.ts";
import type { AlertDelivery } from "./models.ts";

function refusedBy(answer: string | null, target = "Ada.Lovelace+alerts@Example.org"): AlertDelivery {
  return {
    ...{ id: "d1", alert_id: "a1", event_id: null, kind: "test", channel: "email", target },
    ...{ status: "failed", attempts: 1, next_attempt_at: null, http_status: null, error_message: answer },
    ...{ duration_ms: 5, created_at: "2026-11-22T09:30:00Z", completed_at: null },
  };
}

describe("a message as those see it who may not see accounts", () => {
  it.each([
    "550 5.1.1 <Ada.Lovelace+alerts@Example.org>: Recipient address rejected",
    "550 5.1.1 <ada.lovelace+alerts@example.org>: Recipient address rejected",
    "550 No such user: ADA.LOVELACE+ALERTS",
    "451 ada.lovelace+alerts@mx.example.org is over its quota, ada.lovelace+alerts!",
  ])("does not tell whose address the mail server named: %s", (answer) => {
    const { target, error_message } = hideReceiver(refusedBy(answer));
    expect(target).toBe("…@Example.org");
    expect(error_message).not.toMatch(/ada|lovelace/i);
    expect(error_message).toMatch(/^(550|451) .*…/);
  });

  it("keeps what else the mail server said, and what a webhook answered", () => {
    const answer = "421 Too many connections from canada, try later";
    expect(hideReceiver(refusedBy(answer, "ada@example.org")).error_message).toBe(answer);
    expect(hideReceiver(refusedBy(null)).error_message).toBeNull();
    const webhook: AlertDelivery = { ...refusedBy("The receiver answered 500."), channel: "webhook" };
    expect(hideReceiver(webhook)).toBe(webhook);
  });
});

describe("an alert as those see it who may not see accounts", () => {
  it("tells where its mail goes, not to whom", () => {
    expect(hideReceivers({ id: "a1", emails: ["ada@example.org", "bo@example.net"] })).toEqual({
      id: "a1",
      emails: ["…@example.org", "…@example.net"],
    });
  });
});
