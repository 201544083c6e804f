import type { ModelMessage } from "ai";
import type { z } from "zod";
import type { LlmRequestKind, TextCall } from "../public.ts";
import type { AttemptResult, Judgement, ProviderReply } from "./attempt.ts";
import type { Exchange } from "./exchange.ts";
import { quoteAnswer, repairInstruction } from "./judge.ts";
import type { ModelRoute, ProviderModels } from "./providers.ts";
import { askLanguageModel } from "./sdk-calls.ts";
import { type AttemptCounter, type TurnDependencies, takeTurn, turnError } from "./turn.ts";

/** A text or object call, with what decides whether its answer will do. */
export interface Conversation<Value> {
  readonly kind: Extract<LlmRequestKind, "text" | "object">;
  readonly call: TextCall;
  readonly route: ModelRoute;
  readonly format: { readonly schema: z.ZodType; readonly name: string } | null;
  judge(reply: ProviderReply | null, exchange: Exchange): Judgement<Value>;
}

interface NextTurn {
  readonly purpose: "answer" | "longer_answer" | "repair";
  readonly messages: ModelMessage[];
  readonly max_output_tokens: number;
}

/**
 * Asks until the answer will do: a cut-off answer is asked for once more with twice the room, an unusable one once
 * more with what is wrong with it. Each turn has attempts of its own.
 *
 * @throws AppError `provider_*`, `answer_invalid`, `answer_truncated`
 */
export async function converse<Value>(
  dependencies: TurnDependencies,
  models: ProviderModels,
  conversation: Conversation<Value>,
): Promise<{ readonly request_id: string; readonly value: Value }> {
  const { call } = conversation;
  const counter: AttemptCounter = { made: 0 };
  const purposes = new Set<NextTurn["purpose"]>();
  let turn: NextTurn = {
    purpose: "answer",
    messages: [{ role: "user", content: call.prompt }],
    max_output_tokens: call.max_output_tokens,
  };
  for (;;) {
    purposes.add(turn.purpose);
    const result = await takeTurn(dependencies, counter, planOf(models, conversation, turn));
    if (result.kind === "answered") return result;
    const next = nextTurn(conversation, turn, result);
    if (next === null || purposes.has(next.purpose)) throw turnError(result);
    turn = next;
  }
}

function nextTurn(
  { call, format }: Conversation<unknown>,
  last: NextTurn,
  { failure, text }: Extract<AttemptResult<unknown>, { kind: "failed" }>,
): NextTurn | null {
  if (failure.category === "truncated") {
    return { ...last, purpose: "longer_answer", max_output_tokens: last.max_output_tokens * 2 };
  }
  if (failure.category !== "repairable") return null;
  const asked: ModelMessage = { role: "user", content: call.prompt };
  if (text === null || format === null) return { ...last, purpose: "repair", messages: [asked] };
  return {
    ...last,
    purpose: "repair",
    messages: [
      asked,
      { role: "assistant", content: quoteAnswer(text) },
      { role: "user", content: repairInstruction(failure.message, format.schema) },
    ],
  };
}

function planOf<Value>(models: ProviderModels, conversation: Conversation<Value>, turn: NextTurn) {
  const { kind, call, route, format, judge } = conversation;
  const { messages, max_output_tokens, purpose } = turn;
  const { correlation, signal, prompt_name, prompt_hash, reportWaiting, system, temperature } = call;
  return {
    kind,
    route,
    correlation,
    signal,
    prompt_name,
    prompt_hash,
    reportWaiting,
    max_output_tokens,
    characters: 0,
    judge,
    parameters: {
      purpose,
      max_output_tokens,
      ...(temperature === undefined ? {} : { temperature }),
      ...(format === null ? {} : { schema_name: format.name }),
    },
    send: () =>
      askLanguageModel(models, {
        model: route.model,
        system,
        messages,
        max_output_tokens,
        temperature,
        format,
        signal,
      }),
  };
}
