import type { Database } from "../../../platform/database.ts";
import type { AlertRule } from "./models.ts";
import {
  countEndedJobs,
  findOldestWaiting,
  listProviderTroubles,
  listStuckTasks,
  readSpending,
} from "./repo/observations.ts";
import { durationWords, jobWords, plainNumber, spanWords, usdWords } from "./words.ts";

/** Something that a rule finds to be so at this moment. */
export interface Condition {
  /** Tells the things apart that one rule can be about: a task's id, a provider; otherwise empty. */
  readonly subject: string;
  readonly task_id: string | null;
  /** In the unit of the rule: percent, minutes, US dollars; minutes stuck of a job. */
  readonly value: number;
  readonly sentence: string;
}

type RuleOf<Kind extends AlertRule["kind"]> = Extract<AlertRule, { kind: Kind }>;

/** Everything that the rule finds now; empty while all is well. Each look is bounded, however much is recorded. */
export function findConditions(database: Database, rule: AlertRule): Promise<Condition[]> {
  switch (rule.kind) {
    case "failure_rate":
      return findFailures(database, rule);
    case "stuck_job":
      return findStuckJobs(database);
    case "queue_age":
      return findOldQueue(database, rule);
    case "spend_per_day":
      return findSpending(database, rule);
    case "provider_down":
      return findProviders(database, rule);
  }
}

async function findFailures(database: Database, rule: RuleOf<"failure_rate">): Promise<Condition[]> {
  const { total, failed } = await countEndedJobs(database, rule.window_minutes);
  const percentage = total === 0 ? 0 : (failed / total) * 100;
  if (total < rule.least_jobs || percentage <= rule.percentage) return [];
  return [
    {
      ...{ subject: "", task_id: null, value: round(percentage) },
      sentence:
        `${failed} of ${total} jobs that ended within ${spanWords(rule.window_minutes)} failed or are partial: ` +
        `${plainNumber(percentage)} %, more than ${plainNumber(rule.percentage)} %.`,
    },
  ];
}

async function findStuckJobs(database: Database): Promise<Condition[]> {
  const stuck = await listStuckTasks(database);
  return stuck.map((job) => ({
    ...{ subject: job.task_id, task_id: job.task_id, value: round(job.stuck_ms / 60_000) },
    sentence: `${jobWords(job)} is stuck: ${ended(job.sentence)}`,
  }));
}

async function findOldQueue(database: Database, { minutes }: RuleOf<"queue_age">): Promise<Condition[]> {
  const oldest = await findOldestWaiting(database);
  if (oldest === null || oldest.waiting_ms <= minutes * 60_000) return [];
  return [
    {
      ...{ subject: "", task_id: oldest.task_id, value: round(oldest.waiting_ms / 60_000) },
      sentence:
        `${jobWords(oldest)} has waited ${durationWords(oldest.waiting_ms)} for a worker, ` +
        `longer than ${spanWords(minutes)}.`,
    },
  ];
}

async function findSpending(database: Database, { usd }: RuleOf<"spend_per_day">): Promise<Condition[]> {
  const { day, known_usd, unknown_count } = await readSpending(database);
  if (known_usd <= usd) return [];
  const left =
    unknown_count === 0
      ? ""
      : ` ${unknown_count === 1 ? "One request" : `${unknown_count} requests`} of unknown cost ` +
        `${unknown_count === 1 ? "is" : "are"} not in it.`;
  return [
    {
      // A day is a subject: the next day's excess is a new event.
      ...{ subject: day, task_id: null, value: round(known_usd) },
      sentence: `${usdWords(known_usd)} spent on ${day} (UTC), more than ${usdWords(usd)}.${left}`,
    },
  ];
}

async function findProviders(database: Database, { minutes }: RuleOf<"provider_down">): Promise<Condition[]> {
  const troubles = await listProviderTroubles(database, minutes);
  return troubles.map(({ name, sentence, lasted_ms }) => ({
    ...{ subject: name, task_id: null, value: round(lasted_ms / 60_000) },
    sentence: `${name} has had trouble for ${durationWords(lasted_ms)}: ${ended(sentence)}`,
  }));
}

function ended(sentence: string): string {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** To four decimals: enough for money and percent, short on the wire. */
function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
