import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

/** The program as a child process. */
export interface RunningProgram {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  stdout(): string;
  stderr(): string;
  /** Waits for the line with the address and answers the address; throws when the process ends before. */
  ready(): Promise<string>;
  /** Waits for the end of the process and answers the exit code, `null` when a signal ended it. */
  ended(): Promise<number | null>;
}

const mainFile = path.resolve(import.meta.dirname, "../src/main.ts");

/** Runs the real program, such as `runProgram(["start"], { COURSEWRIGHT_HOME: … })`, with nothing else set. */
export function runProgram(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): RunningProgram {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(COURSEWRIGHT_|DATABASE_URL|LOG_)/.test(name),
  );
  const child = spawn(process.execPath, [mainFile, ...words], {
    env: { ...Object.fromEntries(inherited), LOG_FORMAT: "json", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (chunk: string) => {
      printed[stream] += chunk;
    });
  }
  const ended = once(child, "close").then(([code]) => (typeof code === "number" ? code : null));
  const findAddress = () => /ready at (http:\S+)\n/.exec(printed.stdout)?.[1];
  return {
    child,
    stdout: () => printed.stdout,
    stderr: () => printed.stderr,
    ended: () => ended,
    ready: () =>
      new Promise((resolve, reject) => {
        const look = () => {
          const address = findAddress();
          if (address !== undefined) resolve(address);
        };
        look();
        child.stdout.on("data", look);
        ended.then((code) => reject(new Error(`The program ended with ${code}:\n${printed.stderr}`)), reject);
      }),
  };
}
