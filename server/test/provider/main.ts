import { parseArgs } from "node:util";
import { startTestProvider } from "./provider.ts";
import { readScriptFile } from "./provider-script.ts";

const usage = `Usage: node server/test/provider/main.ts [--port 4477] [--host 127.0.0.1] [--log FILE] [--script FILE] [--api-key KEY]
An OpenAI-compatible server for tests and benchmarks. It answers with made-up courses and costs nothing.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "4477" },
      host: { type: "string", default: "127.0.0.1" },
      log: { type: "string" },
      script: { type: "string" },
      "api-key": { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new RangeError(`--port ${values.port} is no port.`);
  const provider = await startTestProvider({
    port,
    host: values.host,
    ...(values.log === undefined ? {} : { log_file: values.log }),
    ...(values.script === undefined ? {} : { script: readScriptFile(values.script) }),
    ...(values["api-key"] === undefined ? {} : { api_key: values["api-key"] }),
  });
  console.log(`Test provider listening on ${provider.url}`);
  const stop = () => void provider.close().then(() => process.exit(0));
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  console.error(usage);
  process.exit(2);
});
