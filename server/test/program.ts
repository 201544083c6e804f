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

/** A server that `runProgram` started, as its tests reach it. */
interface StartedServer {
  readonly home: string;
  /** Waits for the one-time link that it prints, which it does while no administrator can sign in otherwise. */
  signInLink(): Promise<string>;
}

// By origin.
const servers = new Map<string, StartedServer>();

/** The server that `runProgram` started and that said to be ready at this address. */
export function programAt(url: string): StartedServer {
  const found = servers.get(new URL(url).origin);
  if (found === undefined) throw new Error(`No server was started at ${url}.`);
  return found;
}

/** Lets a server be known by the address of a proxy before it, too. */
export function addAddress(url: string, alias: string): void {
  servers.set(new URL(alias).origin, programAt(url));
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
  const readLine = (line: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = line.exec(printed.stdout)?.[1];
        if (found !== undefined) resolve(found);
      };
      look();
      child.stdout.on("data", look);
      ended.then((code) => reject(new Error(`The program ended with ${code}:\n${printed.stderr}`)), reject);
    });
  const signInLink = () => readLine(/^Open (http\S+\/setup\/\S+) to sign in/m);
  return {
    child,
    stdout: () => printed.stdout,
    stderr: () => printed.stderr,
    ended: () => ended,
    async ready() {
      const address = await readLine(/ready at (http:\S+)\n/);
      const home = environment.COURSEWRIGHT_HOME;
      if (home !== undefined) servers.set(new URL(address).origin, { home, signInLink });
      return address;
    },
  };
}
