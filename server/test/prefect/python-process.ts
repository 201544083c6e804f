import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../../..");
const python = path.join(root, ".cache/prefect-venv/bin/python");
const keptOutput = 20_000;

/** A Python program of the test, with all that it started. */
export interface PythonProcess {
  readonly pid: number;
  /** The end of what it wrote to both outputs. */
  output(): string;
  hasEnded(): boolean;
  /** Resolves with its exit code when it ends; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Asks it to end, and ends its whole process group when it has not after the grace. */
  stop(graceMs?: number): Promise<void>;
  /** Ends its whole process group at once, as a lost machine would. */
  kill(): Promise<void>;
}

/** Starts Python in a process group of its own, with Prefect's data in the given folder and nothing sent elsewhere. */
export function startPython(
  words: readonly string[],
  options: { home: string; cwd?: string; environment?: Readonly<Record<string, string>> },
): PythonProcess {
  const child = spawn(python, words, {
    cwd: options.cwd ?? options.home,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...cleanEnvironment(), PREFECT_HOME: options.home, ...quiet, ...options.environment },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-keptOutput);
    });
  }
  const ended = once(child, "exit").then(([code]) => (typeof code === "number" ? code : null));
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const kill = async () => {
    signalGroup(child, "SIGKILL");
    await ended;
  };
  const { pid } = child;
  if (pid === undefined) throw new Error(`${python} could not be started`);
  return {
    pid,
    output: () => output,
    hasEnded,
    ended,
    kill,
    async stop(graceMs = 15_000) {
      if (!hasEnded()) child.kill("SIGTERM");
      const timer = setTimeout(() => signalGroup(child, "SIGKILL"), graceMs);
      await ended;
      clearTimeout(timer);
      // What it started may outlive it.
      signalGroup(child, "SIGKILL");
    },
  };
}

const quiet = {
  DO_NOT_TRACK: "1",
  PREFECT_SERVER_ANALYTICS_ENABLED: "false",
  PYTHONDONTWRITEBYTECODE: "1",
  PYTHONUNBUFFERED: "1",
};

function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(PREFECT|COURSEWRIGHT)_/.test(name)),
  );
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch (error) {
    // Nobody is left in the group.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
