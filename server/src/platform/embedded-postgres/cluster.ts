import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { z } from "zod";
import { postgresErrors } from "./errors.ts";
import type { PostgresIdentity } from "./identity.ts";

const userName = "coursewright";
/** The database that the product uses. */
export const databaseName = "coursewright";

/** How to reach the database of a data folder; kept in `<home>/postgres.json`, readable by its owner only. */
const accessSchema = z.object({ port: z.number().int(), password: z.string() });
export type PostgresAccess = z.infer<typeof accessSchema>;

export function dataFolder(home: string): string {
  return path.join(home, "postgres");
}

export function databaseUrl(access: PostgresAccess, database: string): string {
  return `postgres://${userName}:${access.password}@127.0.0.1:${access.port}/${database}`;
}

/** Address of the database of a data folder, whether it runs or not; `undefined` when it was never made. */
export function findDatabaseUrl(home: string): string | undefined {
  const access = findAccess(home);
  return access && databaseUrl(access, databaseName);
}

function findAccess(home: string): PostgresAccess | undefined {
  try {
    return accessSchema.safeParse(JSON.parse(readFileSync(accessFile(home), "utf8"))).data;
  } catch {
    return undefined; // Not made yet.
  }
}

export function saveAccess(home: string, access: PostgresAccess): void {
  const draft = `${accessFile(home)}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(access), { mode: 0o600 });
  renameSync(draft, accessFile(home));
}

/**
 * Makes the data folder with one superuser and a random password when it is missing, and gives it to the
 * identity. An interrupted attempt leaves nothing that a later one would take for a database.
 *
 * @throws AppError `postgres_start_failed` with what initdb said.
 */
export async function ensureCluster(home: string, identity: PostgresIdentity): Promise<PostgresAccess> {
  const folder = dataFolder(home);
  const known = findAccess(home);
  if (known && existsSync(path.join(folder, "PG_VERSION"))) {
    await ensureOwner(folder, identity);
    chmodSync(folder, 0o700);
    return known;
  }
  if (existsSync(folder)) {
    throw postgresErrors.create(
      "postgres_start_failed",
      `${folder} holds a database but ${accessFile(home)} with its password is missing. Restore that file, ` +
        "or set COURSEWRIGHT_HOME to another folder.",
    );
  }
  const access = { port: await findFreePort(), password: randomBytes(24).toString("base64url") };
  await initialise(home, identity, access);
  return access;
}

export async function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

function accessFile(home: string): string {
  return path.join(home, "postgres.json");
}

async function initialise(home: string, identity: PostgresIdentity, access: PostgresAccess): Promise<void> {
  const draft = path.join(home, "postgres.new");
  const passwordFile = path.join(home, "postgres.password");
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, `${access.password}\n`, { mode: 0o600 });
  if (identity.owner) {
    for (const entry of [draft, passwordFile]) chownSync(entry, identity.owner.uid, identity.owner.gid);
  }
  try {
    const outcome = await runAs(identity, identity.binaries.initdb, [
      `--pgdata=${draft}`,
      `--username=${userName}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
    ]);
    if (outcome.code !== 0) {
      throw postgresErrors.create(
        "postgres_start_failed",
        `The database could not be made:\n${outcome.output}`,
      );
    }
  } finally {
    rmSync(passwordFile, { force: true });
  }
  saveAccess(home, access);
  renameSync(draft, dataFolder(home));
}

async function ensureOwner(folder: string, identity: PostgresIdentity): Promise<void> {
  if (!identity.owner || statSync(folder).uid === identity.owner.uid) return;
  const { uid, gid } = identity.owner;
  const outcome = await run("chown", ["-R", `${uid}:${gid}`, folder], {});
  if (outcome.code !== 0) {
    throw postgresErrors.create(
      "postgres_start_failed",
      `${folder} could not be handed over:\n${outcome.output}`,
    );
  }
}

/** Environment of the database programs: nothing of ours that PostgreSQL would take as a setting. */
export function postgresEnvironment(): Record<string, string> {
  return { PATH: process.env.PATH ?? "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };
}

function runAs(identity: PostgresIdentity, command: string, argumentList: readonly string[]) {
  const [first = command, ...rest] = [...identity.prefix, command, ...argumentList];
  return run(first, rest, identity.spawnAs);
}

function run(command: string, argumentList: readonly string[], spawnAs: PostgresIdentity["spawnAs"]) {
  return new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    const child = spawn(command, argumentList, {
      ...spawnAs,
      cwd: "/",
      env: postgresEnvironment(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        output = (output + chunk).slice(-4_000);
      });
    }
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}
