import type { Incident } from "../../../api/monitor-rows.ts";
import { formatCount, formatQuantity } from "../../../ui/value/format.ts";
import { shortName } from "../../../ui/value/visible-text.ts";

type Cause = Pick<
  Incident,
  "error_code" | "error_message" | "provider" | "model" | "http_status" | "step_name" | "failure_count"
>;

const answerFaults: Record<string, { one: string; many: string }> = {
  answer_invalid: { one: "did not fit its schema", many: "did not fit their schema" },
  answer_truncated: { one: "was cut off", many: "were cut off" },
  answer_too_large: { one: "was too large", many: "were too large" },
};

/** `once`, `twice`, `14 times`. */
function timesWords(count: number): string {
  if (count === 1) return "once";
  return count === 2 ? "twice" : `${formatCount(count)} times`;
}

function answersSentence(cause: Cause, who: string): string {
  const count = cause.failure_count;
  const isJson = /not (valid )?JSON/i.test(cause.error_message);
  const fault = answerFaults[cause.error_code ?? ""];
  const one = isJson ? "was not valid JSON" : (fault?.one ?? "was not usable");
  const many = isJson ? "were not valid JSON" : (fault?.many ?? "were not usable");
  return `${formatQuantity(count, "answer")} of ${who} ${count === 1 ? one : many}`;
}

function rejectedSentence({ failure_count, http_status }: Cause, who: string): string {
  const status = http_status === null ? "" : ` with ${http_status}`;
  return `${who} rejected ${formatQuantity(failure_count, "request")}${status}`;
}

const sentences: Record<string, (cause: Cause, who: string, times: string) => string> = {
  answer_invalid: answersSentence,
  answer_truncated: answersSentence,
  answer_too_large: answersSentence,
  provider_rejected: rejectedSentence,
  provider_rate_limited: (_cause, who, times) => `${who} limited the rate ${times}`,
  provider_unavailable: (_cause, who, times) => `${who} was not available ${times}`,
  provider_timeout: (_cause, who, times) => `${who} did not answer in time ${times}`,
  provider_auth: (_cause, who, times) => `${who} did not accept the key ${times}`,
  provider_quota_exhausted: (_cause, who) => `The account at ${who} has no credit left`,
  provider_refused: (_cause, who, times) => `${who} refused to answer ${times}`,
  provider_not_configured: ({ failure_count }) =>
    `No provider is set for ${formatQuantity(failure_count, "call")}`,
  offline_failed: (_cause, _who, times) => `The offline engine failed ${times}`,
  speech_failed: (_cause, _who, times) => `The speech engine stopped ${times}`,
  step_deadline_exceeded: ({ failure_count }) =>
    `${formatQuantity(failure_count, "step")} took longer than allowed`,
  worker_lost: (_cause, _who, times) => `A worker was lost at work ${times}`,
  crashed_repeatedly: ({ failure_count }) =>
    `${formatQuantity(failure_count, "job")} crashed ${failure_count === 1 ? "its worker" : "their workers"} again and again`,
  infrastructure: (_cause, _who, times) => `The database was away ${times}`,
};

const longestReason = 140;

function firstSentence(message: string): string {
  const sentence = /^.*?[.!?](?=\s|$)/s.exec(message)?.[0] ?? message;
  return shortName(sentence).slice(0, longestReason).replace(/[.:]$/, "");
}

/** What went wrong, how often and where, in one sentence. */
export function incidentTitle(cause: Cause): string {
  const who = cause.model ?? cause.provider ?? "the model";
  const times = timesWords(cause.failure_count);
  const known = sentences[cause.error_code ?? ""];
  const reason = firstSentence(cause.error_message) || (cause.error_code ?? "A failure").replaceAll("_", " ");
  const what =
    known === undefined ? `${reason}, ${timesWords(cause.failure_count)}` : known(cause, who, times);
  const where = cause.step_name === null ? "" : `, in ${cause.step_name.replaceAll("_", " ")}`;
  const sentence = `${what}${where}`;
  // A model's name keeps its own spelling.
  return sentence.startsWith(who) && cause.model !== null
    ? sentence
    : sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

const advice: Record<string, string> = {
  answer_invalid:
    "Look at a sample: its prompt, its schema or its model may need a change before a recovery pays off.",
  answer_truncated:
    "The output limit is too low for what is asked, or the model repeats itself. Look at a sample.",
  answer_too_large: "The model wrote far more than asked. Look at a sample.",
  provider_rejected:
    "The request itself is refused, so asking again changes nothing by itself. Look at a sample.",
  provider_rate_limited:
    "The provider allows fewer requests than were made. Recover once its limit has passed.",
  provider_unavailable: "The provider was away. Recover once it answers again.",
  provider_timeout: "The provider was slow or away. Recover once it answers in time again.",
  provider_auth: "Check the provider's key, then recover.",
  provider_quota_exhausted: "Add credit at the provider, then recover.",
  provider_refused: "The model declines the content. Look at a sample and change the source or the model.",
  provider_not_configured: "Set a provider for this kind of call, then recover.",
  worker_lost: "The process died or was stopped. Recover; if it happens again, look at the worker's log.",
  crashed_repeatedly: "The job ends its worker each time. Read the worker's log before it is tried again.",
  infrastructure: "The database was away. Recover once it is back.",
};

/** What to do about it; for a cause that this page does not know, where to begin. */
export function incidentAdvice({ error_code }: Pick<Incident, "error_code">): string {
  return advice[error_code ?? ""] ?? "Look at a sample to see what happened.";
}

/** What follows from it for units: how many are stopped by it now. */
export function consequenceWords({
  unit_count,
  unit_count_unrepaired,
}: Pick<Incident, "unit_count" | "unit_count_unrepaired">): string {
  if (unit_count === 0) return "No unit is affected";
  // A unit may still be stopped, by a failure of another incident.
  if (unit_count_unrepaired === 0)
    return unit_count === 1
      ? "Its unit is not stopped by it any more"
      : `None of its ${formatCount(unit_count)} units is stopped by it any more`;
  const verb = unit_count_unrepaired === 1 ? "is" : "are";
  return unit_count === unit_count_unrepaired
    ? `${formatQuantity(unit_count, "unit")} ${verb} stopped`
    : `${formatCount(unit_count_unrepaired)} of ${formatQuantity(unit_count, "unit")} ${verb} stopped`;
}

/** The failures of the last 24 hours in words. */
export function trendWords(trend: readonly number[]): string {
  const sum = trend.reduce((all, count) => all + count, 0);
  if (sum === 0) return "No failure in the last 24 hours";
  const most = Math.max(...trend);
  const hoursAgo = trend.length - 1 - trend.lastIndexOf(most);
  const when = hoursAgo === 0 ? "this hour" : `${formatQuantity(hoursAgo, "hour")} ago`;
  return `${formatQuantity(sum, "failure")} in the last 24 hours, most in one hour ${formatCount(most)}, ${when}`;
}
