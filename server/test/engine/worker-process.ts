import { createDatabase } from "../../src/platform/database.ts";
import { createSilentLogger } from "../../src/platform/logger.ts";
import { chain } from "./chain-flow.ts";
import { createEngineHarness } from "./harness.ts";

/** A worker in a process of its own, for tests that kill or freeze it. Arguments: database url, calls file, gate file. */
const [url, callsFile, gateFile] = process.argv.slice(2);
if (url === undefined || callsFile === undefined || gateFile === undefined)
  throw new Error("Three arguments are needed");
const { database, pool } = createDatabase({
  url,
  max: 5,
  applicationName: "test worker",
  logger: createSilentLogger(),
});
const harness = createEngineHarness({ database, pool, url });
harness.serve(chain, { callsFile, gateFile });
await harness.startWorker();
process.stdout.write("ready\n");
