import { AppError } from "../../../platform/errors.ts";
import type { Redactor } from "../../../platform/redaction.ts";
import type { llmErrors } from "../errors.ts";
import { encodePayload, storable } from "../payload.ts";
import type { OfflineAnswer, OfflineCall } from "../public.ts";
import type { RequestEnd } from "../repo/requests.ts";
import { type AttemptDependencies, lockTask } from "./attempt.ts";
import type { Settlement } from "./ledger.ts";

/** The provider of all work that no model does. */
export const offlineProvider = "offline";

/** What work on this machine costs, and why. */
const free = { cost_usd: 0, price_source: "local" } as const;

/**
 * Runs an offline engine's work under the same life cycle as a provider's call: row first, result held for the
 * step's transaction. It uses no tokens, no budget and no rate limit.
 *
 * @throws what the work throws, after its row says so
 */
export async function runOffline<Result>(
  dependencies: AttemptDependencies,
  call: OfflineCall<Result>,
): Promise<OfflineAnswer<Result>> {
  const { database, ledger, redactor, requests } = dependencies;
  call.signal.throwIfAborted();
  const request_id = await database.transaction().execute(async (transaction) => {
    await lockTask(dependencies.fence, transaction, call.correlation);
    return await requests.insert(transaction, {
      ...call,
      provider: offlineProvider,
      api_variant: null,
      replay_of_request_id: null,
      attempt: 1,
      parameters: {},
      reserved_usd: null,
      payload: redactor.json({ input: call.input }),
    });
  });
  dependencies.changed();
  const startedMs = performance.now();
  const settle = (
    end: Pick<RequestEnd, "status" | "error_code" | "error_message" | "payload">,
  ): Settlement => ({
    end: {
      ...end,
      ...free,
      request_id,
      was_sent: true,
      first_byte_after_ms: null,
      completed_after_ms: performance.now() - startedMs,
      usage: {
        tokens_input: null,
        tokens_cached: null,
        tokens_reasoning: null,
        tokens_output: null,
        units: null,
      },
      provider_response_id: null,
      http_status: null,
      is_duplicate: false,
    },
    reservation: null,
    charged_usd: 0,
  });
  try {
    const result = await call.work(call.signal);
    const payload = redactor.json({ output: call.describe(result) });
    encodePayload(payload); // A description that JSON cannot hold fails the call here, not the step's transaction.
    ledger.hold(
      call.correlation.step_run_id,
      settle({ status: "completed", error_code: null, error_message: null, payload }),
    );
    return { request_id, provider: offlineProvider, model: call.model, result };
  } catch (error) {
    const status = call.signal.aborted ? "cancelled" : "failed";
    await ledger.commit(
      settle({ status, ...namedError(error, call.signal.aborted, redactor), payload: null }),
    );
    throw error;
  }
}

function namedError(
  error: unknown,
  aborted: boolean,
  redactor: Redactor,
): Pick<RequestEnd, "error_code" | "error_message"> {
  const message = storable(redactor.text(error instanceof Error ? error.message : String(error)));
  if (aborted) return { error_code: "call_cancelled", error_message: message };
  const failed: keyof typeof llmErrors.definitions = "offline_failed";
  return { error_code: error instanceof AppError ? error.code : failed, error_message: message };
}
