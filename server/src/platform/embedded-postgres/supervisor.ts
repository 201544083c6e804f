import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient, isInfrastructureError } from "../database.ts";
import { ensureHome } from "../home-lock.ts";
import type { Logger } from "../logger.ts";
import { listProcessesIn, signalProcess, waitUntil } from "../processes.ts";
import { findPostgresBinaries } from "./binaries.ts";
import {
  databaseName,
  databaseUrl,
  dataFolder,
  ensureCluster,
  findFreePort,
  type PostgresAccess,
  postgresEnvironment,
  saveAccess,
} from "./cluster.ts";
import { postgresErrors } from "./errors.ts";
import { choosePostgresIdentity, type PostgresIdentity } from "./identity.ts";

const fastStopMs = 2_500;
const firstStartMs = 30_000;
const longestPauseMs = 2_000;
const largestLogBytes = 16 * 1024 * 1024;

/** How the embedded database is doing, for the health page. */
export interface PostgresHealth {
  readonly status: "starting" | "ready" | "down" | "stopped";
  /** ISO 8601. */
  readonly since: string;
  /** Why it is down, in words; else `null`. */
  readonly reason: string | null;
}

export interface EmbeddedPostgresOptions {
  /** Data goes to `<home>/postgres`, its log to `<home>/postgres.log`. The caller holds the lock of `home`. */
  readonly home: string;
  readonly logger: Logger;
  /** Server settings that replace ours, such as `{ fsync: "off" }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres {
  /** Stays the same while this process runs, through restarts of the database. */
  readonly url: string;
  health(): PostgresHealth;
  /** Pid of the running postmaster, `undefined` while it is down. */
  pid(): number | undefined;
  /** Ends the database: running statements are cut off, what was committed stays. */
  stop(): Promise<void>;
}

const defaultSettings: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  shared_buffers: "128MB",
  max_connections: "100",
  fsync: "on",
  synchronous_commit: "on",
  log_checkpoints: "off",
  log_line_prefix: "%m [%p] ",
  log_timezone: "UTC",
  timezone: "UTC",
  client_connection_check_interval: "2s",
};

/**
 * Starts a real PostgreSQL in the data folder and keeps it running: when it dies it is started again, for as
 * long as it takes. What a killed predecessor left running in the folder is ended first.
 *
 * @throws AppError `postgres_start_failed` when the first start does not succeed within 30 s,
 *   `postgres_missing`, `postgres_folder_unreachable`.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  ensureHome(options.home);
  const identity = choosePostgresIdentity(findPostgresBinaries(), options.home);
  await endProcessesIn(dataFolder(options.home));
  const access = await ensureCluster(options.home, identity);
  const supervisor = new Supervisor(options, identity, access);
  await supervisor.startFirst();
  return supervisor;
}

/** Ends whatever runs in a data folder without a supervisor: a postmaster in good order, then all the rest. */
async function endProcessesIn(folder: string): Promise<void> {
  const postmaster = findPostmasterPid(folder);
  const running = await listProcessesIn(folder);
  if (postmaster !== undefined && running.includes(postmaster)) {
    signalProcess(postmaster, "SIGINT");
    if (await waitUntil(async () => (await listProcessesIn(folder)).length === 0, fastStopMs)) return;
  }
  await killProcessesIn(folder);
}

async function killProcessesIn(folder: string): Promise<void> {
  await waitUntil(async () => {
    const pids = await listProcessesIn(folder);
    for (const pid of pids) signalProcess(pid, "SIGKILL");
    return pids.length === 0;
  }, fastStopMs);
}

function findPostmasterPid(folder: string): number | undefined {
  try {
    const pid = Number(readFileSync(path.join(folder, "postmaster.pid"), "utf8").split("\n")[0]);
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined; // Not running.
  }
}

class Supervisor implements EmbeddedPostgres {
  readonly #home: string;
  readonly #logger: Logger;
  readonly #settings: Readonly<Record<string, string>>;
  readonly #identity: PostgresIdentity;
  #access: PostgresAccess;
  #child: ChildProcess | undefined;
  #stopping: Promise<void> | undefined;
  #health: PostgresHealth = { status: "starting", since: new Date().toISOString(), reason: null };

  constructor(options: EmbeddedPostgresOptions, identity: PostgresIdentity, access: PostgresAccess) {
    this.#home = options.home;
    this.#logger = options.logger;
    this.#settings = { ...defaultSettings, ...options.settings };
    this.#identity = identity;
    this.#access = access;
  }

  get url(): string {
    return databaseUrl(this.#access, databaseName);
  }

  health(): PostgresHealth {
    return this.#health;
  }

  pid(): number | undefined {
    return this.#child?.pid;
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** Tries for 30 s. While nobody knows the address yet, another port is taken when this one is in use. */
  async startFirst(): Promise<void> {
    process.on("exit", this.#signalAtExit);
    const deadline = performance.now() + firstStartMs;
    for (let pauseMs = 100; !(await this.#tryStart()); pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      const said = this.#lastLogLines();
      if (performance.now() > deadline) {
        await this.stop();
        throw postgresErrors.create(
          "postgres_start_failed",
          `The database in ${dataFolder(this.#home)} did not start. Its last words:\n${said}`,
        );
      }
      if (said.includes("could not bind")) {
        this.#access = { ...this.#access, port: await findFreePort() };
        saveAccess(this.#home, this.#access);
      }
      await sleep(pauseMs);
    }
    await this.#ensureDatabase();
  }

  #setHealth(status: PostgresHealth["status"], reason: string | null = null): void {
    this.#health = { status, since: new Date().toISOString(), reason };
  }

  /** One start: `true` once queries are answered, `false` when the process ended before. */
  async #tryStart(): Promise<boolean> {
    await killProcessesIn(dataFolder(this.#home));
    if (this.#stopping) return false;
    const child = this.#spawnPostmaster();
    this.#child = child;
    const ended = () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
    while (!ended() && !this.#stopping) {
      if (await this.#answers()) {
        child.once("exit", (code, signal) => this.#onDeath(code, signal));
        if (ended()) return false;
        this.#setHealth("ready");
        return true;
      }
      await sleep(30);
    }
    if (ended()) this.#child = undefined;
    return false;
  }

  #spawnPostmaster(): ChildProcess {
    const identity = this.#identity;
    const settings = { ...this.#settings, port: String(this.#access.port) };
    const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const words = [...identity.prefix, identity.binaries.postgres, "-D", dataFolder(this.#home), ...flags];
    const [command = "", ...argumentList] = words;
    const log = this.#openLog();
    try {
      const child = spawn(command, argumentList, {
        ...identity.spawnAs,
        cwd: "/",
        env: postgresEnvironment(),
        stdio: ["ignore", log, log],
        detached: true, // Ctrl-C in the terminal is for us: the database ends last.
      });
      child.on("error", (error) => this.#logger.error({ error }, "The database program could not be run"));
      return child;
    } finally {
      closeSync(log);
    }
  }

  async #answers(): Promise<boolean> {
    const client = createClient({
      url: databaseUrl(this.#access, "postgres"),
      applicationName: "supervisor",
    });
    try {
      await client.connect();
      await client.query("SELECT 1");
      return true;
    } catch (error) {
      if (isInfrastructureError(error)) return false;
      throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async #ensureDatabase(): Promise<void> {
    const client = createClient({
      url: databaseUrl(this.#access, "postgres"),
      applicationName: "supervisor",
    });
    await client.connect();
    try {
      const found = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [databaseName]);
      if (found.rowCount === 0) await client.query(`CREATE DATABASE ${databaseName}`);
    } finally {
      await client.end();
    }
  }

  #onDeath(code: number | null, signal: NodeJS.Signals | null): void {
    this.#child = undefined;
    if (this.#stopping) return;
    const reason = signal === null ? `It ended with code ${code}` : `It was ended by ${signal}`;
    this.#setHealth("down", reason);
    this.#logger.error({ code, signal }, "The database went down and is being started again");
    void this.#restart();
  }

  async #restart(): Promise<void> {
    const startedAt = performance.now();
    for (let pauseMs = 100; !this.#stopping; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        if (await this.#tryStart()) {
          const downMs = Math.round(performance.now() - startedAt);
          this.#logger.info({ down_ms: downMs }, "The database is back");
          return;
        }
        this.#setHealth("down", this.#lastLogLines());
      } catch (error) {
        // Whatever stands in the way (a full disk, a missing file) may be put right: keep trying.
        this.#logger.error({ error }, "The database could not be started");
        this.#setHealth("down", error instanceof Error ? error.message : String(error));
      }
      await sleep(pauseMs);
    }
  }

  async #stop(): Promise<void> {
    const folder = dataFolder(this.#home);
    const child = this.#child;
    if (child?.pid !== undefined) {
      signalProcess(child.pid, "SIGINT");
      const gone = () => child.exitCode !== null || child.signalCode !== null;
      if (!(await waitUntil(gone, fastStopMs)))
        this.#logger.warn("The database did not stop in time and is ended");
    }
    await killProcessesIn(folder);
    this.#child = undefined;
    this.#setHealth("stopped");
    process.off("exit", this.#signalAtExit);
  }

  readonly #signalAtExit = (): void => {
    if (this.#child?.pid !== undefined) signalProcess(this.#child.pid, "SIGINT");
  };

  #openLog(): number {
    const file = path.join(this.#home, "postgres.log");
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size > largestLogBytes) renameSync(file, `${file}.1`);
    return openSync(file, "a", 0o600);
  }

  #lastLogLines(): string {
    const text = readFileSync(path.join(this.#home, "postgres.log"), "utf8");
    return text.trimEnd().split("\n").slice(-6).join("\n");
  }
}
