import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { PrefectClient } from "../../src/modules/prefect/client/client.ts";
import type { PrefectDeployment, PrefectFlowRun } from "../../src/modules/prefect/client/wire.ts";
import { authString } from "./prefect-server.ts";
import { type PythonProcess, startPython } from "./python-process.ts";
import { waitFor } from "./wait-for.ts";

const examples = path.resolve(import.meta.dirname, "../../../examples/prefect");

/** The server that takes the flow's lessons, and a token for it. */
export interface LessonTarget {
  readonly url: string;
  /** Without one the flow looks into Prefect. */
  readonly token?: string;
}

/** Runs the example flow, as its guide says: `serve …` or `run …`. */
export function startCourseFlow(
  apiUrl: string,
  words: readonly string[],
  target?: LessonTarget,
): PythonProcess {
  const home = mkdtempSync(path.join(os.tmpdir(), "coursewright-flow-"));
  const started = startPython(["course_flow.py", ...words], {
    home,
    cwd: examples,
    environment: {
      PREFECT_API_URL: apiUrl,
      PREFECT_API_AUTH_STRING: authString,
      PREFECT_RUNNER_POLL_FREQUENCY: "1",
      PREFECT_FLOWS_HEARTBEAT_FREQUENCY: "30",
      PREFECT_LOGGING_TO_API_BATCH_INTERVAL: "0.2",
      ...(target === undefined ? {} : { COURSEWRIGHT_URL: target.url }),
      ...(target?.token === undefined ? {} : { COURSEWRIGHT_TOKEN: target.token }),
    },
  });
  void started.ended.then(() => rmSync(home, { recursive: true, force: true }));
  return started;
}

/** Serves the flow as a deployment of this name and resolves when Prefect knows it. */
export async function serveCourseFlow(
  client: PrefectClient,
  apiUrl: string,
  name: string,
  target?: LessonTarget,
): Promise<{ process: PythonProcess; deployment: PrefectDeployment }> {
  const served = startCourseFlow(apiUrl, ["serve", "--name", name], target);
  const deployment = await waitFor(`the deployment ${name}`, async () => {
    if (served.hasEnded()) throw new Error(`The flow is not served:\n${served.output()}`);
    return (await client.listDeployments({ limit: 200 })).find((each) => each.name === name);
  });
  return { process: served, deployment };
}

/** Waits until the run is in one of these state types and returns it. */
export function waitForState(
  client: PrefectClient,
  id: string,
  types: readonly string[],
): Promise<PrefectFlowRun> {
  return waitFor(`run ${id} in ${types.join(" or ")}`, async () => {
    const run = await client.findFlowRun(id);
    return run !== null && types.includes(run.state_type ?? "") ? run : undefined;
  });
}

const run = promisify(execFile);

/** Kills the processes in which a served flow's runs are carried out; the one that serves it lives on. */
export async function killFlows(served: PythonProcess): Promise<void> {
  const { stdout } = await run("pgrep", ["-P", String(served.pid), "-f", "multiprocessing.spawn"]);
  for (const pid of stdout.trim().split("\n")) process.kill(Number(pid), "SIGKILL");
}
