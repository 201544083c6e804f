import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { binariesBelow, type PostgresBinaries } from "./binaries.ts";
import { postgresErrors } from "./errors.ts";

/** As whom PostgreSQL runs. It refuses to run as root. */
export interface PostgresIdentity {
  readonly binaries: PostgresBinaries;
  /** Owner that the data folder must have, or `undefined` to leave it with us. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  /** For `spawn`. */
  readonly spawnAs: { readonly uid?: number; readonly gid?: number };
  /** Words put before the command. */
  readonly prefix: readonly string[];
}

const sharedBinaries = "/var/lib/coursewright";
const unprivilegedUid = 65_534;

/**
 * Chooses as whom PostgreSQL runs. As an ordinary user: as ourselves. As root: as the owner of existing data,
 * else as the system user `postgres` (made when missing) where that user can reach programs and data, else as
 * an unprivileged user of a user namespace (below folders such as /root that only root may enter), else as
 * the system user with a copy of the programs.
 *
 * @throws AppError `postgres_folder_unreachable` when none of this is possible.
 */
export function choosePostgresIdentity(binaries: PostgresBinaries, home: string): PostgresIdentity {
  if (process.getuid?.() !== 0) return { binaries, owner: undefined, spawnAs: {}, prefix: [] };
  const owner = dataOwner(home) ?? findUser("postgres");
  const probe = owner ?? { uid: unprivilegedUid, gid: unprivilegedUid };
  const reachesHome = canEnter(home, probe);
  if (reachesHome && canRun(binaries, probe)) {
    const user = owner ?? createPostgresUser();
    if (user) return asUser(binaries, home, user);
  }
  const prefix = namespacePrefix(binaries);
  if (prefix) return { binaries, owner: { uid: 0, gid: 0 }, spawnAs: {}, prefix };
  if (reachesHome) {
    const user = owner ?? createPostgresUser();
    if (user) return asUser(copyBinaries(binaries), home, user);
  }
  throw postgresErrors.create(
    "postgres_folder_unreachable",
    `PostgreSQL does not run as root, and other users cannot enter ${home}. Start Coursewright as an ordinary ` +
      "user, set COURSEWRIGHT_HOME to a folder that other users may enter, or set DATABASE_URL.",
  );
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

function asUser(binaries: PostgresBinaries, home: string, user: User): PostgresIdentity {
  // The database user must be able to pass through; what lies in it is protected file by file.
  chmodSync(home, statSync(home).mode | 0o011);
  return { binaries, owner: user, spawnAs: user, prefix: [] };
}

function dataOwner(home: string): User | undefined {
  const data = statSync(path.join(home, "postgres"), { throwIfNoEntry: false });
  return data && data.uid !== 0 ? { uid: data.uid, gid: data.gid } : undefined;
}

function findUser(name: string): User | undefined {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  return uid !== undefined && gid !== undefined ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

function createPostgresUser(): User | undefined {
  spawnSync("useradd", [
    "--system",
    "--user-group",
    "--no-create-home",
    "--shell",
    "/usr/sbin/nologin",
    "postgres",
  ]);
  return findUser("postgres");
}

// The folder itself is opened for passing through once a user is chosen, so its parent is what counts.
function canEnter(folder: string, user: User): boolean {
  const answer = spawnSync("/bin/sh", ["-c", 'cd "$1"', "sh", path.dirname(folder)], { ...user, cwd: "/" });
  return answer.status === 0;
}

function canRun(binaries: PostgresBinaries, user: User): boolean {
  return spawnSync(binaries.postgres, ["--version"], { ...user, cwd: "/" }).status === 0;
}

function namespacePrefix(binaries: PostgresBinaries): string[] | undefined {
  const prefix = [
    "unshare",
    "--user",
    `--map-user=${unprivilegedUid}`,
    `--map-group=${unprivilegedUid}`,
    "--",
  ];
  const [command = "", ...rest] = prefix;
  const answer = spawnSync(command, [...rest, binaries.postgres, "--version"], { cwd: "/" });
  return answer.status === 0 ? prefix : undefined;
}

function copyBinaries(binaries: PostgresBinaries): PostgresBinaries {
  const version = spawnSync(binaries.postgres, ["--version"], { encoding: "utf8" }).stdout.trim();
  const target = path.join(sharedBinaries, version.replace(/[^\w.]+/g, "-"));
  if (!statSync(target, { throwIfNoEntry: false })) {
    mkdirSync(sharedBinaries, { recursive: true, mode: 0o755 });
    chmodSync(sharedBinaries, 0o755); // The umask may have kept others out.
    const draft = `${target}.${process.pid}`;
    rmSync(draft, { recursive: true, force: true });
    cpSync(binaries.root, draft, { recursive: true, verbatimSymlinks: true });
    renameSync(draft, target);
  }
  return binariesBelow(target);
}
