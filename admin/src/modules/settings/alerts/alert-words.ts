import type { Alert, AlertDelivery } from "../../../api/monitor-rows.ts";
import type { IconName } from "../../../ui/icon/icon-shapes.tsx";
import type { Tone } from "../../../ui/status/status-tone.ts";
import { formatQuantity } from "../../../ui/value/format.ts";
import type { AlertDraft, AlertRule } from "./alerts-api.ts";

/** The kinds in the order in which they are offered. */
export const kindWords: readonly { kind: AlertRule["kind"]; word: string; explains: string }[] = [
  {
    kind: "failure_rate",
    word: "Too many jobs fail",
    explains: "Looks at the jobs that ended lately. Partial ones count as failed, cancelled ones not at all.",
  },
  {
    kind: "stuck_job",
    word: "A job is stuck",
    explains: "Fires for each job whose worker falls silent or whose step takes far longer than ever before.",
  },
  {
    kind: "queue_age",
    word: "Jobs wait too long",
    explains: "Looks at the job that has waited longest for a free worker.",
  },
  {
    kind: "spend_per_day",
    word: "A day costs too much",
    explains: "Adds up what is known of the day, from midnight UTC. Unknown costs are named, not guessed.",
  },
  {
    kind: "provider_down",
    word: "A provider is down",
    explains: "Fires when a model provider fails or limits us for that long.",
  },
];

/** The rule as a sentence about what has to be so. */
export function ruleWords(rule: AlertRule): string {
  switch (rule.kind) {
    case "failure_rate":
      return `More than ${plain(rule.percentage)} % of jobs fail within ${spanWords(rule.window_minutes)} (of at least ${formatQuantity(rule.least_jobs, "job")})`;
    case "stuck_job":
      return "A job gets stuck";
    case "queue_age":
      return `A job waits longer than ${spanWords(rule.minutes)} for a worker`;
    case "spend_per_day":
      return `A day costs more than $${rule.usd.toLocaleString("en-US", { minimumFractionDigits: rule.usd % 1 === 0 ? 0 : 2 })}`;
    case "provider_down":
      return `A provider is down or limits us for ${spanWords(rule.minutes)}`;
  }
}

/** Minutes as a person says them: `30 s`, `1 minute`, `2 hours`. */
export function spanWords(minutes: number): string {
  if (minutes < 1) return `${Math.round(minutes * 60)} s`;
  if (minutes >= 60 && minutes % 60 === 0) return formatQuantity(minutes / 60, "hour");
  return minutes === 1 ? "1 minute" : `${plain(minutes)} minutes`;
}

/** How an alert stands: what it is marked with and called. */
export type AlertLook = { tone: Tone; icon: IconName; word: string };

/** Firing, quiet or off; what still fires while it is being switched off counts as off. */
export function alertLook(alert: Pick<Alert, "is_enabled" | "firing">): AlertLook {
  if (!alert.is_enabled) return { tone: "idle", icon: "slash", word: "off" };
  if (alert.firing !== null) return { tone: "bad", icon: "triangle", word: "firing" };
  return { tone: "ok", icon: "check", word: "quiet" };
}

const deliveryLooks: Record<AlertDelivery["status"], AlertLook> = {
  sent: { tone: "ok", icon: "check", word: "sent" },
  pending: { tone: "run", icon: "half", word: "on its way" },
  failed: { tone: "bad", icon: "cross", word: "not delivered" },
};

/** Mark and word of a message, or of the newest one of an alert. */
export function deliveryLook(delivery: { status: AlertDelivery["status"]; attempts?: number }): AlertLook {
  const look = deliveryLooks[delivery.status];
  const repeats = delivery.status === "pending" && (delivery.attempts ?? 0) > 0;
  return repeats ? { tone: "warn", icon: "triangle", word: "tried again soon" } : look;
}

/** What a message was about. */
export const deliveryKinds: Record<AlertDelivery["kind"], string> = {
  fired: "fired",
  ended: "over",
  test: "test",
};

/** What the receiver answered, in words; nothing while there is no answer. */
export function answerWords(
  delivery: Pick<AlertDelivery, "status" | "http_status" | "error_message">,
): string {
  if (delivery.error_message !== null) return delivery.error_message;
  if (delivery.status !== "sent") return "";
  return delivery.http_status === null ? "The mail server took it." : `It answered ${delivery.http_status}.`;
}

/** Who hears of an alert, one line each. */
export function receiverLines(alert: Pick<Alert, "webhook_url" | "emails">): string[] {
  return [...(alert.webhook_url === null ? [] : [hostOf(alert.webhook_url)]), ...alert.emails];
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url;
}

/** Five rules that suit most installations; they show on the dashboard until somebody adds receivers. */
export const sensibleAlerts: readonly AlertDraft[] = (
  [
    ["Too many failures", { kind: "failure_rate", percentage: 20, window_minutes: 30, least_jobs: 5 }],
    ["Stuck job", { kind: "stuck_job" }],
    ["Long queue", { kind: "queue_age", minutes: 10 }],
    ["Expensive day", { kind: "spend_per_day", usd: 10 }],
    ["Provider down", { kind: "provider_down", minutes: 2 }],
  ] satisfies [string, AlertRule][]
).map(([name, rule]) => ({ name, rule, webhook_url: null, emails: [] }));

function plain(value: number): string {
  return String(Math.round(value * 100) / 100);
}
