import type { DueDelivery } from "./repo/deliveries.ts";

const testSentence =
  "This is a test: nothing has happened. When the alert fires, a message like this one comes.";

/** The page of the monitor as it was when the message was written; null without COURSEWRIGHT_PUBLIC_URL. */
function pageOf(delivery: DueDelivery, publicUrl: string | undefined): string | null {
  if (publicUrl === undefined) return null;
  const base = `${publicUrl.replace(/\/+$/, "")}/admin/course-generation`;
  const at = delivery.kind === "ended" ? delivery.ended_at : delivery.since;
  return at === null ? base : `${base}?at=${encodeURIComponent(at)}`;
}

/** Body of a webhook. The same message has the same body in each attempt. */
export function webhookBody(delivery: DueDelivery, publicUrl: string | undefined): string {
  return JSON.stringify({
    type: `alert.${delivery.kind}`,
    alert: { id: delivery.alert_id, name: delivery.alert_name, kind: delivery.alert_kind },
    event_id: delivery.event_id,
    sentence: delivery.sentence ?? testSentence,
    value: delivery.value,
    since: delivery.since,
    ended_at: delivery.kind === "ended" ? delivery.ended_at : null,
    url: pageOf(delivery, publicUrl),
  });
}

const subjects = { fired: "Alert", ended: "Over", test: "Test" } as const;

/** Subject and plain text of a mail. */
export function mailWords(
  delivery: DueDelivery,
  publicUrl: string | undefined,
): { readonly subject: string; readonly text: string } {
  const page = pageOf(delivery, publicUrl);
  const times = [
    delivery.since === null ? null : `Since: ${delivery.since}`,
    delivery.kind === "ended" ? `Over: ${delivery.ended_at}` : null,
  ];
  const lines = [
    delivery.sentence ?? testSentence,
    "",
    ...times.filter((line) => line !== null),
    ...(page === null ? [] : [`The monitor at that moment: ${page}`]),
    "",
    `Sent by the alert “${delivery.alert_name}” of Coursewright. It is set up under Settings / Alerts.`,
  ];
  return {
    subject: `${subjects[delivery.kind]}: ${delivery.alert_name}`,
    text: `${lines.join("\n")}\n`,
  };
}
