import { setTimeout as wait } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import type pg from "pg";
import { createClient } from "../../../platform/database.ts";
import { beatIndex, type HeartbeatData, mainSilenceNs, monotonicNs } from "./heartbeat-state.ts";

const beatEveryMs = 400;
const queryTimeoutMs = 2_000;
// Two beats further apart than this are a gap: the death rule must not trust what this process saw meanwhile.
const gapNs = 1_500_000_000n;

// Set by heartbeat.ts, which starts this thread and nothing else does.
const data = workerData as HeartbeatData;
const state = new BigInt64Array(data.state);
let client: pg.Client | undefined;
let holdsLock = false;
let isStopping = false;
const stopped = new AbortController();

parentPort?.on("message", () => {
  isStopping = true;
  stopped.abort();
});

async function pause(ms: number): Promise<void> {
  await wait(ms, undefined, { signal: stopped.signal }).catch(() => undefined);
}

async function connect(): Promise<pg.Client> {
  if (client !== undefined) return client;
  const fresh = createClient({ url: data.url, applicationName: "coursewright heartbeat" });
  fresh.on("end", () => {
    if (client === fresh) drop();
  });
  await fresh.connect();
  client = fresh;
  return fresh;
}

function drop(): void {
  const lost = client;
  client = undefined;
  holdsLock = false;
  lost?.end().catch(() => undefined);
}

async function beat(): Promise<void> {
  const connection = await connect();
  if (!holdsLock) {
    const answer = await connection.query(
      withTimeout("SELECT pg_try_advisory_lock($1::int, $2::int) AS held", [data.lock_class, data.lock_key]),
    );
    holdsLock = answer.rows[0]?.held === true;
  }
  const answer = await connection.query(
    withTimeout(
      "UPDATE workers SET beat_at = clock_timestamp() WHERE id = $1 AND dead_at IS NULL RETURNING 1",
      [data.worker_id],
    ),
  );
  const now = monotonicNs();
  if (answer.rowCount === 0) {
    Atomics.store(state, beatIndex.dead, 1n);
    isStopping = true;
    return;
  }
  const last = Atomics.load(state, beatIndex.lastBeat);
  const hasGap = Atomics.load(state, beatIndex.gaplessSince) === 0n || now - last > gapNs;
  if (hasGap) Atomics.store(state, beatIndex.gaplessSince, now);
  Atomics.store(state, beatIndex.lastBeat, now);
  if (last === 0n) parentPort?.postMessage("begun");
}

// pg reads `query_timeout` from the query as well; its types name it on the client only.
function withTimeout(text: string, values: unknown[]): pg.QueryConfig & { query_timeout: number } {
  return { text, values, query_timeout: queryTimeoutMs };
}

async function run(): Promise<void> {
  while (!isStopping) {
    const startedAt = performance.now();
    const silence = monotonicNs() - Atomics.load(state, beatIndex.mainTick);
    if (silence > mainSilenceNs) {
      Atomics.store(state, beatIndex.gaplessSince, 0n);
    } else {
      try {
        await beat();
      } catch {
        // The database is away or the connection broke: main sees the missing beats in the shared state.
        Atomics.store(state, beatIndex.gaplessSince, 0n);
        drop();
        await pause(500 + Math.random() * 500);
        continue;
      }
    }
    await pause(Math.max(10, beatEveryMs - (performance.now() - startedAt)));
  }
  const last = client;
  client = undefined;
  await last?.end().catch(() => undefined);
  parentPort?.close();
}

await run();
