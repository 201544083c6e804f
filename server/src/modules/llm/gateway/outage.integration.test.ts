import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { insertRunningStep } from "../../../../test/builders/running-step.ts";
import { createTestDatabase, type TestDatabase } from "../../../../test/database.ts";
import { startTestProvider, type TestProvider } from "../../../../test/provider/provider.ts";
import { startTcpProxy, type TcpProxy } from "../../../../test/tcp-proxy.ts";
import { createDatabase, type DatabaseConnection } from "../../../platform/database.ts";
import { createLogger, createSilentLogger } from "../../../platform/logger.ts";
import { fenceTask } from "../../task-queue/repo/ownership.ts";
import { createLlmModule } from "../module.ts";

let test: TestDatabase;
let proxy: TcpProxy;
let connection: DatabaseConnection;
let provider: TestProvider;

beforeEach(async () => {
  test = await createTestDatabase();
  proxy = await startTcpProxy(test.url);
  const logger = createSilentLogger();
  connection = createDatabase({ url: proxy.url, max: 5, applicationName: "test", logger });
  provider = await startTestProvider();
});
afterEach(async () => {
  await provider.close();
  await connection.close();
  await proxy.close();
  await test.close();
});

describe("an outage of the database", () => {
  it("delays what an attempt brought and loses none of it", async () => {
    provider.setScript({
      rules: [{ times: 1, action: { status: 500, latency_ms: 200 } }, { action: { latency_ms: 200 } }],
    });
    const destination = new PassThrough({ encoding: "utf8" });
    let logged = "";
    destination.on("data", (text: string) => {
      logged += text;
    });
    const llm = createLlmModule({
      database: connection.database,
      config: {
        llm: { baseUrl: provider.url, textModel: "writer-1" },
        budget: { usdPerDay: undefined, usdPerUnit: undefined },
      },
      logger: createLogger({ level: "warn", format: "json", destination }),
      fence: fenceTask,
      continuePaused: async () => [],
      timing: { backoffBaseMs: 10 },
    });
    const step = await insertRunningStep(test.database);
    const answering = llm.gateway.text({
      correlation: step,
      signal: new AbortController().signal,
      ...{
        prompt_name: "p",
        prompt_hash: "h",
        system: "s",
        prompt: "Topic: Tides",
        max_output_tokens: 2_000,
      },
    });
    await expect.poll(() => provider.log().length).toBe(1);
    proxy.cut();
    await expect.poll(() => logged).toContain("waits for the database");
    expect(provider.log()).toHaveLength(1);
    proxy.restore();
    await expect.poll(() => provider.log().length).toBe(2);
    proxy.cut();
    const { request_id } = await answering;
    proxy.restore();
    await test.database
      .transaction()
      .execute((transaction) => llm.settleCalls(transaction, step.step_run_id, { duplicate: false }));
    const { rows } = await llm.service.listRequests({}, { limit: 10 });
    expect(rows).toMatchObject([
      { id: request_id, status: "completed", attempt: 2 },
      { status: "failed", error_code: "provider_unavailable", attempt: 1 },
    ]);
  });
});
