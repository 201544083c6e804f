import { llmErrors } from "../errors.ts";
import type {
  BytesAnswer,
  ImageCall,
  LlmGateway,
  LlmRequestKind,
  ObjectAnswer,
  ObjectCall,
  SpeechCall,
  TextAnswer,
  TextCall,
} from "../public.ts";
import type { AttemptPlan } from "./attempt.ts";
import { converse } from "./converse.ts";
import { judgeMedia, judgeObject, judgeText } from "./judge.ts";
import { runOffline } from "./offline.ts";
import type { ModelRoute, ProviderModels } from "./providers.ts";
import { askImageModel, askSpeechModel, charactersOf } from "./sdk-calls.ts";
import { type TurnDependencies, takeTurn, turnError, withReadableAbort } from "./turn.ts";

/** What OpenAI-compatible servers call their first voice. */
const defaultVoice = "alloy";

export interface GatewayDependencies extends TurnDependencies {
  readonly models: ProviderModels;
}

/** Builds the gateway; see `LlmGateway` for what it promises. */
export function createLlmGateway(dependencies: GatewayDependencies): LlmGateway {
  const { models } = dependencies;
  return {
    hasProvider: (kind) => models.routeFor(kind) !== null,
    modelFor: (kind) => models.modelFor(kind),
    text: (call) => withReadableAbort(call.signal, () => callText(dependencies, call)),
    object: (call) => withReadableAbort(call.signal, () => callObject(dependencies, call)),
    speech: (call) => withReadableAbort(call.signal, () => callSpeech(dependencies, call)),
    image: (call) => withReadableAbort(call.signal, () => callImage(dependencies, call)),
    offline: (call) => withReadableAbort(call.signal, () => runOffline(dependencies, call)),
  };
}

async function callText(dependencies: GatewayDependencies, call: TextCall): Promise<TextAnswer> {
  const route = routeOf(dependencies.models, "text");
  const conversation = { kind: "text" as const, call, route, format: null, judge: judgeText };
  const { request_id, value } = await converse(dependencies, dependencies.models, conversation);
  return { request_id, provider: route.provider, model: route.model, text: value };
}

async function callObject<Result>(
  dependencies: GatewayDependencies,
  call: ObjectCall<Result>,
): Promise<ObjectAnswer<Result>> {
  const route = routeOf(dependencies.models, "object");
  const { request_id, value } = await converse<Result>(dependencies, dependencies.models, {
    kind: "object",
    call,
    route,
    format: { schema: call.schema, name: call.schema_name },
    judge: (reply, exchange) => judgeObject(call.schema, reply, exchange),
  });
  return { request_id, provider: route.provider, model: route.model, object: value };
}

function callSpeech(dependencies: GatewayDependencies, call: SpeechCall): Promise<BytesAnswer> {
  const { models } = dependencies;
  const route = routeOf(models, "speech");
  const voice = call.voice ?? defaultVoice;
  return callMedia(dependencies, {
    ...planOf("speech", route, call),
    characters: charactersOf(call.text),
    parameters: { voice, format: "mp3" },
    send: () => askSpeechModel(models, { model: route.model, text: call.text, voice, signal: call.signal }),
    judge: (reply, exchange) => judgeMedia(reply, exchange, true),
  });
}

function callImage(dependencies: GatewayDependencies, call: ImageCall): Promise<BytesAnswer> {
  const { models } = dependencies;
  const route = routeOf(models, "image");
  const { prompt, size, signal } = call;
  return callMedia(dependencies, {
    ...planOf("image", route, call),
    characters: 0,
    parameters: { size },
    send: () => askImageModel(models, { model: route.model, prompt, size, signal }),
    judge: (reply, exchange) => judgeMedia(reply, exchange, false),
  });
}

async function callMedia(
  dependencies: GatewayDependencies,
  plan: Omit<AttemptPlan<{ readonly bytes: Uint8Array; readonly mime: string }>, "attempt">,
): Promise<BytesAnswer> {
  const result = await takeTurn(dependencies, { made: 0 }, plan);
  if (result.kind === "failed") throw turnError(result);
  const { provider, model } = plan.route;
  return { request_id: result.request_id, provider, model, ...result.value };
}

function planOf(kind: LlmRequestKind, route: ModelRoute, call: SpeechCall | ImageCall) {
  const { correlation, signal, prompt_name, prompt_hash, reportWaiting } = call;
  return { kind, route, correlation, signal, prompt_name, prompt_hash, reportWaiting, max_output_tokens: 0 };
}

function routeOf(models: ProviderModels, kind: LlmRequestKind): ModelRoute {
  const route = models.routeFor(kind);
  if (route !== null) return route;
  throw llmErrors.create(
    "provider_not_configured",
    `No provider is set for ${kind} calls. Set COURSEWRIGHT_LLM_BASE_URL and the model of this kind.`,
  );
}
