import { expect } from "vitest";
import { z } from "zod";
import type { LlmRequestDetails } from "../src/modules/llm/models.ts";
import { createLlmModule, type GatewayTiming, type LlmModule } from "../src/modules/llm/module.ts";
import type { ObjectCall, TextCall } from "../src/modules/llm/public.ts";
import { fenceTask } from "../src/modules/task-queue/repo/ownership.ts";
import { AppError } from "../src/platform/errors.ts";
import { createSilentLogger } from "../src/platform/logger.ts";
import { insertRunningStep, type RunningStep } from "./builders/running-step.ts";
import { createTestDatabase } from "./database.ts";
import { startTestProvider, type TestProvider } from "./provider/provider.ts";

/** The key that the provider demands; it has characters that every encoding changes. */
export const apiKey = "sk-secret/+key=1234";

/** What `objectCall` asks for. */
export const coverSchema = z.object({
  title: z.string().min(1),
  count: z.number().int(),
  note: z.string().nullable(),
});

type Cover = z.infer<typeof coverSchema>;

/** A gateway between a real database and the test provider, with a running step to call for. */
export async function startGatewayHarness() {
  const test = await createTestDatabase({ max: 20 });
  const { database } = test;
  let provider: TestProvider;
  let llm: LlmModule;
  let step: RunningStep;

  function useModule(
    options: {
      readonly timing?: Partial<GatewayTiming>;
      readonly languageApi?: "responses" | "chat_completions";
    } = {},
  ): void {
    llm = createLlmModule({
      database,
      config: {
        llm: {
          ...{
            baseUrl: provider.url,
            apiKey,
            textModel: "writer-1",
            speechModel: "voice-1",
            imageModel: "painter-1",
          },
          languageApi: options.languageApi ?? "chat_completions",
        },
        budget: { usdPerDay: undefined, usdPerUnit: undefined },
      },
      logger: createSilentLogger(),
      fence: fenceTask,
      continuePaused: async () => [],
      timing: { backoffBaseMs: 20, ...options.timing },
    });
  }

  function textCall(overrides: Partial<TextCall> = {}): TextCall {
    return {
      correlation: step,
      signal: new AbortController().signal,
      prompt_name: "generate-lesson-transcript",
      prompt_hash: "abc",
      system: "You write lessons.",
      prompt: "Topic: Tides",
      max_output_tokens: 2000,
      ...overrides,
    };
  }

  return {
    database,
    textCall,
    useModule,
    get provider() {
      return provider;
    },
    get llm() {
      return llm;
    },
    get step() {
      return step;
    },
    /** A provider, a module and a step of their own for the next test. */
    async renew(): Promise<void> {
      provider = await startTestProvider({ api_key: apiKey });
      useModule();
      step = await insertRunningStep(database);
    },
    endTest: () => provider.close(),
    close: () => test.close(),
    objectCall(overrides: Partial<ObjectCall<Cover>> = {}): ObjectCall<Cover> {
      return { ...textCall(), schema: coverSchema, schema_name: "cover", ...overrides };
    },
    /** The step's requests with all their details, oldest first. */
    async requestsOfStep(): Promise<LlmRequestDetails[]> {
      const page = await llm.service.listRequests({ step_run_id: step.step_run_id }, { limit: 50 });
      return await Promise.all(page.rows.toReversed().map(({ id }) => llm.service.getRequest(id)));
    },
    /** Ends the step as far as its calls are concerned. */
    settle(duplicate = false) {
      return database
        .transaction()
        .execute((transaction) => llm.settleCalls(transaction, step.step_run_id, { duplicate }));
    },
  };
}

export type GatewayHarness = Awaited<ReturnType<typeof startGatewayHarness>>;

/** The code of the AppError that the work fails with. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error("It did not fail"),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  return error instanceof AppError ? error.code : "";
}
