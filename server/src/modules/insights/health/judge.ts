import { judgeConnection } from "./judge-connection.ts";
import type { HealthState } from "./models.ts";
import type { CallFacts, HealthFacts, JudgedPart, WorkerFacts } from "./repo.ts";

/** A job that waits this long although slots are free: no worker takes its kind of work. */
const unclaimedMs = 60_000;
/** Jobs that Prefect carries (COURSEWRIGHT_DISPATCH=prefect) wait here; our workers need not claim from it. */
const carriedQueue = "prefect";
/** A wait for a slot that somebody should know of. */
const longWaitMs = 600_000;
/** Calls that ended within this time before the newest one tell how a provider is. */
const recentMs = 300_000;
/** So many calls in a row that nobody answered: it is down. */
const leastCalls = 5;
/** After this time without a call nobody knows how the provider is. */
const idleMs = 900_000;
/** From this share of taken connections on. */
const crowded = 0.9;

const unreachable = new Set(["provider_unavailable", "provider_timeout"]);
const refusesAll = new Set(["provider_auth", "provider_quota_exhausted"]);

/** Every part of health with what it means, told from the facts. */
export function judgeHealth(facts: HealthFacts, version: string): JudgedPart[] {
  return [
    api(facts, version),
    database(facts),
    queue(facts),
    workers(facts),
    ...modelsOf(facts).map(({ provider, model }) => judgeProvider(facts, provider, model)),
    ...facts.engines.map(judgeConnection),
  ];
}

/** The worst of all; what is not in use does not count. */
export function worstOf(states: readonly HealthState[]): HealthState {
  return (["bad", "warn", "ok"] as const).find((state) => states.includes(state)) ?? "ok";
}

function part(
  kind: JudgedPart["kind"],
  state: HealthState,
  sentence: string,
  meaning: string,
  more: Partial<JudgedPart> = {},
): JudgedPart {
  return { kind, name: kind, state, since: null, until: null, sentence, meaning, ...more };
}

function api({ servers }: HealthFacts, version: string): JudgedPart {
  const where = servers > 1 ? ` on ${servers} servers` : "";
  return part("api", "ok", `Version ${version} answers${where}.`, "");
}

function database({ connections, connections_most, database_since }: HealthFacts): JudgedPart {
  const taken = `${connections} of ${connections_most} connections are taken`;
  if (connections < connections_most * crowded) {
    return part("database", "ok", `The database answers; ${taken}.`, "", { since: database_since });
  }
  const meaning =
    "When all are taken, nothing can be recorded and jobs stand still. Raise max_connections or run fewer workers.";
  return part("database", "warn", `${taken}.`, meaning);
}

function queue({ queues, workers: known }: HealthFacts): JudgedPart {
  const forPrefect = queues.find(
    ({ queue_name }) => queue_name === carriedQueue && !known.some((worker) => serves(worker, queue_name)),
  );
  const ours = queues.filter((one) => one !== forPrefect);
  const judged = queueOfOurs(ours, known);
  if (forPrefect === undefined || judged.state === "bad") return judged;
  const carriedOnes = carried(forPrefect);
  return ours.length === 0 || carriedOnes.state !== "ok" ? carriedOnes : judged;
}

function queueOfOurs(queues: HealthFacts["queues"], known: HealthFacts["workers"]): JudgedPart {
  const waiting = queues.reduce((sum, one) => sum + one.waiting, 0);
  if (waiting === 0) return part("queue", "ok", "No job waits.", "");
  const oldest = Math.max(...queues.map(({ oldest_waiting_ms }) => oldest_waiting_ms));
  const wait = `${jobs(waiting)} for a worker, the oldest for ${spanOf(oldest)}.`;
  const unserved = queues.find(({ queue_name }) => !known.some((worker) => serves(worker, queue_name)));
  if (unserved !== undefined) {
    const which = unserved.queue_name === "default" ? "" : ` of the queue "${unserved.queue_name}"`;
    return part(
      "queue",
      "bad",
      wait,
      `No worker takes jobs${which}: nothing of it starts until one runs. Start a worker.`,
    );
  }
  const unclaimed = queues.find(
    ({ queue_name, oldest_waiting_ms }) =>
      oldest_waiting_ms > unclaimedMs && freeSlots(known, queue_name) > 0,
  );
  if (unclaimed !== undefined) {
    const meaning =
      "Slots are free, yet no worker takes the job: its kind of work is not known to any that runs. Update the workers.";
    return part("queue", "warn", wait, meaning);
  }
  if (oldest > longWaitMs) {
    return part(
      "queue",
      "warn",
      wait,
      "All slots are busy. Jobs start later than usual; more workers or slots would help.",
    );
  }
  return part("queue", "ok", wait, "");
}

/** Prefect takes these jobs; its own times to begin are seconds. */
function carried({ waiting, oldest_waiting_ms }: HealthFacts["queues"][number]): JudgedPart {
  const wait = `${jobs(waiting)} for Prefect, the oldest for ${spanOf(oldest_waiting_ms)}.`;
  if (oldest_waiting_ms <= unclaimedMs) return part("queue", "ok", wait, "");
  const meaning =
    "Runs of Prefect carry these jobs. Look at the connection, and whether a worker polls its work pool.";
  return part("queue", "warn", wait, meaning);
}

function jobs(waiting: number): string {
  return waiting === 1 ? "1 job waits" : `${waiting} jobs wait`;
}

function serves(worker: WorkerFacts, queue_name: string): boolean {
  return worker.is_healthy && worker.queues.includes(queue_name);
}

function freeSlots(workers: readonly WorkerFacts[], queue_name: string): number {
  return workers
    .filter((worker) => serves(worker, queue_name))
    .reduce((sum, { capacity, running }) => sum + Math.max(0, capacity - running), 0);
}

function workers({ workers: known }: HealthFacts): JudgedPart {
  if (known.length === 0) {
    return part(
      "workers",
      "bad",
      "No worker runs.",
      "Jobs are accepted and wait; none is written until a worker starts.",
    );
  }
  const beating = known.filter(({ is_healthy }) => is_healthy);
  const [busy, slots] = [sum(known, "running"), sum(known, "capacity")];
  const beats = known.length === 1 ? "the worker beats" : `${beating.length} of ${known.length} workers beat`;
  const sentence = `${beats[0]?.toUpperCase()}${beats.slice(1)}, ${busy} of ${slots} slots busy.`;
  if (beating.length === known.length) return part("workers", "ok", sentence, "");
  const silent = known.filter(({ is_healthy }) => !is_healthy).map(({ host, pid }) => `${host}:${pid}`);
  const names = silent.slice(0, 3).join(", ") + (silent.length > 3 ? " and others" : "");
  const lost = `${names} ${silent.length === 1 ? "is" : "are"} silent.`;
  if (beating.length > 0) {
    return part(
      "workers",
      "warn",
      `${beating.length} of ${known.length} workers beat. ${lost}`,
      "Their jobs are taken over by another worker after about 4 s of silence; what was finished is kept.",
    );
  }
  return part(
    "workers",
    "bad",
    lost,
    "Nobody is there to take their jobs over. Look after the process, or start another worker.",
  );
}

function sum(workers: readonly WorkerFacts[], field: "running" | "capacity"): number {
  return workers.reduce((total, worker) => total + worker[field], 0);
}

function modelsOf({ calls, limits }: HealthFacts): { provider: string; model: string }[] {
  const found = new Map<string, { provider: string; model: string }>();
  for (const { provider, model } of [...calls, ...limits])
    found.set(`${provider}/${model}`, { provider, model });
  return [...found.values()];
}

function judgeProvider(facts: HealthFacts, provider: string, model: string): JudgedPart {
  const name = `${provider}/${model}`;
  const isOwn = (one: { provider: string; model: string }) =>
    one.provider === provider && one.model === model;
  const calls = facts.calls.filter(isOwn);
  const newest = Math.min(...calls.map(({ ended_ms_ago }) => ended_ms_ago));
  const recent = calls.filter(({ ended_ms_ago }) => ended_ms_ago <= newest + recentMs);
  const told = (state: HealthState, sentence: string, meaning: string, until: string | null = null) =>
    part("provider", state, sentence, meaning, { name, until });
  const isOld = newest > idleMs;
  const [last] = recent;
  if (!isOld && last !== undefined && recent.length >= leastCalls && recent.every(isUnanswered)) {
    return told(
      "bad",
      `The last ${recent.length} calls were not answered (${reasonOf(last)}).`,
      "Steps that need it fail after their retries. Wait until the provider is back, then resume the failed units.",
    );
  }
  if (!isOld && last !== undefined && refusesAll.has(last.error_code ?? "")) {
    return told(
      "bad",
      `The last call was refused (${reasonOf(last)}).`,
      "Every call will be refused until the key or the account is put in order.",
    );
  }
  const limit = facts.limits.find(isOwn);
  if (limit !== undefined) {
    return told(
      "warn",
      `Rate-limited until ${limit.blocked_until.slice(11, 19)} UTC${reasonIn(limit.blocked_reason)}.`,
      "Calls wait until then by themselves; jobs take longer.",
      limit.blocked_until,
    );
  }
  if (isOld || last === undefined) return told("idle", "Not called within the last 15 minutes.", "");
  const failed = recent.filter(({ status }) => status === "failed").length;
  if (recent.length >= leastCalls && failed * 2 >= recent.length) {
    return told(
      "warn",
      `${failed} of the last ${recent.length} calls failed (${reasonOf(recent.find(({ status }) => status === "failed") ?? last)}).`,
      "Steps are retried and jobs take longer; some fail for good.",
    );
  }
  return told("ok", "Calls are answered.", "");
}

function isUnanswered({ status, error_code, http_status }: CallFacts): boolean {
  return (
    status === "failed" && (unreachable.has(error_code ?? "") || (http_status !== null && http_status >= 500))
  );
}

function reasonOf({ error_code, http_status }: CallFacts): string {
  const words = (error_code ?? "unknown error").replace(/^provider_/, "").replaceAll("_", " ");
  return http_status === null ? words : `HTTP ${http_status}, ${words}`;
}

function reasonIn(reason: string | null): string {
  return reason === null || reason === "" ? "" : ` (${reason.replace(/\.$/, "").slice(0, 120)})`;
}

/** A span in at most two units, such as "4 m 10 s". */
export function spanOf(ms: number): string {
  if (ms < 10_000) return `${Number((ms / 1000).toFixed(1))} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m ${String(seconds % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} m`;
}
