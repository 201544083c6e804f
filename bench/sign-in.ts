import { randomBytes, randomUUID, scryptSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { sql } from "kysely";
import { createApp } from "../server/src/app.ts";
import { loadConfig } from "../server/src/config.ts";
import { requireStrongPassword } from "../server/src/modules/users/sign-in/password-strength.ts";
import { hashPassword } from "../server/src/modules/users/sign-in/passwords.ts";
import { ensureSignInUser, putPassword } from "../server/src/modules/users/sign-in/repo.ts";
import { createDatabase } from "../server/src/platform/database.ts";
import { startEmbeddedPostgres } from "../server/src/platform/embedded-postgres/supervisor.ts";
import { createLogger } from "../server/src/platform/logger.ts";
import { migrate } from "../server/src/platform/migrate.ts";
import { describeRuns, median, printMeasured } from "./table.ts";

// Whether the time of an answer tells if there is an account (goal: within 10 %), how many people can sign in at once, what a hash and
// the look at a new password cost, and what the look-up of the session adds to every request. Through all of the application but the
// socket.
const runs = Math.max(40, Number(process.env.RUNS ?? 60));
const accounts = 24;
const password = "ferns-like-the-wet-shade";

const folder = mkdtempSync(path.join(os.tmpdir(), "coursewright-bench-"));
const logger = createLogger({ level: "warn", format: "json" });
const postgres = await startEmbeddedPostgres({ home: folder, logger });
await migrate({ url: postgres.url, logger });
const connection = createDatabase({ url: postgres.url, max: 16, applicationName: "bench", logger });
const { database, pool, onCommit } = connection;
const config = loadConfig({
  COURSEWRIGHT_HOME: path.join(folder, "data"),
  COURSEWRIGHT_KEY_FILE: path.join(folder, "keys"),
  DATABASE_URL: postgres.url,
  COURSEWRIGHT_PORT: "0",
  COURSEWRIGHT_REQUESTS_PER_SECOND: "1000000",
});
const app = await createApp({ config, logger, database, pool, onCommit, connectionString: postgres.url });

const emailOf = (number: number) => `person${number}@example.org`;

function hashOfFirstVersion(): string {
  const salt = randomBytes(16).toString("hex");
  const work = { N: 16_384, r: 16, p: 1, maxmem: 64 * 1024 * 1024 };
  return `${salt}:${scryptSync(password, salt, 64, work).toString("hex")}`;
}

async function makePeople(): Promise<void> {
  const hash = await hashPassword(password);
  for (let number = 0; number < accounts; number += 1) {
    const { rows } = await sql<{ id: string }>`
      INSERT INTO users (name, email, role) VALUES ('Person', ${emailOf(number)}, 'viewer') RETURNING id`.execute(
      database,
    );
    const id = rows[0]?.id ?? "";
    await ensureSignInUser(database, id);
    await putPassword(database, id, hash);
  }
  const { rows } = await sql<{ id: string }>`
    INSERT INTO users (name, email, role) VALUES ('Early', 'early@example.org', 'viewer') RETURNING id`.execute(
    database,
  );
  await ensureSignInUser(database, rows[0]?.id ?? "");
  await putPassword(database, rows[0]?.id ?? "", hashOfFirstVersion());
  await sql`INSERT INTO users (name, email, role, is_active) VALUES ('Gone', 'gone@example.org', 'viewer', false)`.execute(
    database,
  );
}

async function ask(route: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("host", "127.0.0.1");
  const answer = await app.http.request(`/api/v1${route}`, { ...init, headers });
  await answer.arrayBuffer();
  return answer;
}

function signIn(email: string, tried: string): Promise<Response> {
  return ask("/auth/sign-in", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password: tried }),
  });
}

async function timeRefused(email: string): Promise<number> {
  await sql`DELETE FROM throttles`.execute(database);
  const begin = performance.now();
  const { status } = await signIn(email, "not-the-right-password");
  if (status !== 401) throw new Error(`A wrong password was answered with ${status}.`);
  return performance.now() - begin;
}

type Kind = "known" | "former" | "unknown" | "inactive";
const emails: Readonly<Record<Kind, () => string>> = {
  known: () => emailOf(0),
  former: () => "early@example.org",
  unknown: () => `${randomUUID()}@example.org`,
  inactive: () => "gone@example.org",
};

/** In turn and each time in another order, so that whatever else the machine does meets all kinds alike. */
async function measureRefusals(): Promise<Record<Kind, number[]>> {
  const times: Record<Kind, number[]> = { known: [], former: [], unknown: [], inactive: [] };
  const kinds: Kind[] = ["known", "former", "unknown", "inactive"];
  for (let run = -3; run < runs; run += 1) {
    for (const kind of kinds) {
      const time = await timeRefused(emails[kind]());
      if (run >= 0) times[kind].push(time);
    }
    kinds.push(...kinds.splice(0, 1));
  }
  return times;
}

/** The fastest tenth: what a busy machine adds is left out. */
function lowest(times: readonly number[]): number {
  const sorted = [...times].sort((left, right) => left - right);
  return median(sorted.slice(0, Math.ceil(sorted.length / 10)));
}

async function measureSignIns(): Promise<number> {
  await sql`DELETE FROM throttles`.execute(database);
  const begin = performance.now();
  const answers = await Promise.all(
    Array.from({ length: accounts }, (_, number) => signIn(emailOf(number), password)),
  );
  const refused = answers.filter(({ status }) => status !== 200).length;
  // Those that wait for others at the same address were not measured.
  return (answers.length - refused) / ((performance.now() - begin) / 1000);
}

async function measureRead(cookie: string | null): Promise<number[]> {
  const times: number[] = [];
  const headers: Record<string, string> = cookie === null ? {} : { cookie };
  for (let run = -20; run < runs * 5; run += 1) {
    const begin = performance.now();
    await ask("/auth/session", { headers });
    if (run >= 0) times.push(performance.now() - begin);
  }
  return times;
}

async function measureHash(): Promise<number[]> {
  const times: number[] = [];
  for (let run = -2; run < 10; run += 1) {
    const begin = performance.now();
    await hashPassword(password);
    if (run >= 0) times.push(performance.now() - begin);
  }
  return times;
}

/** The first new password reads the lists; the memory is what they keep. */
async function measureStrength(): Promise<{ first: number; later: number; mebibytes: number }> {
  const held = () => {
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  };
  const before = held();
  const begin = performance.now();
  await requireStrongPassword(password, []);
  const first = performance.now() - begin;
  const mebibytes = (held() - before) / 1024 / 1024;
  const again = performance.now();
  for (let run = 0; run < 1_000; run += 1) await requireStrongPassword(password, []);
  return { first, later: (performance.now() - again) / 1_000, mebibytes };
}

const strength = await measureStrength();
await makePeople();
const hashing = await measureHash();
const { known, former, unknown, inactive } = await measureRefusals();
const perSecond: number[] = [];
for (let run = 0; run < 5; run += 1) perSecond.push(await measureSignIns());
await sql`DELETE FROM throttles`.execute(database);
const signedIn = await signIn(emailOf(1), password);
const cookie = signedIn.headers.getSetCookie()[0]?.split(";")[0] ?? "";
const [without, within] = [await measureRead(null), await measureRead(cookie)];
const ratio = (times: readonly number[]) =>
  `${(median(times) / median(known)).toFixed(3)} (of the fastest tenth ${(lowest(times) / lowest(known)).toFixed(3)})`;
printMeasured("Sign-in", [
  ["wrong password of a known account", describeRuns(known, "ms", 1)],
  ["wrong password of an unknown account", describeRuns(unknown, "ms", 1)],
  ["wrong password of an account with a hash of the first version", describeRuns(former, "ms", 1)],
  ["wrong password of an account that is not active", describeRuns(inactive, "ms", 1)],
  ["unknown to known, medians (goal 0.9 to 1.1)", ratio(unknown)],
  ["first version's hash to known, medians (goal 0.9 to 1.1)", ratio(former)],
  ["inactive to known, medians (goal 0.9 to 1.1)", ratio(inactive)],
  ["one hash, alone", describeRuns(hashing, "ms", 1)],
  [
    "first new password: the lists are read",
    `${strength.first.toFixed(0)} ms, then ${strength.later.toFixed(3)} ms`,
  ],
  ["the lists in memory (exact with --expose-gc)", `${strength.mebibytes.toFixed(1)} MiB`],
  [`sign-ins per second, ${accounts} people at once`, describeRuns(perSecond, "/s", 1)],
  ["GET /auth/session of nobody", describeRuns(without, "ms")],
  ["GET /auth/session with a session: its look-up and the account's state", describeRuns(within, "ms")],
]);
await app.stop();
await connection.close();
await postgres.stop();
rmSync(folder, { recursive: true, force: true });
