import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { ImageModel, LanguageModel, SpeechModel } from "ai";
import { providerNameOf } from "../pricing/prices.ts";
import type { LlmRequestKind } from "../public.ts";
import { createRecordingFetch } from "./exchange.ts";

/** Which server answers and which models it is asked for; `Config.llm` is one. */
export interface ProviderSettings {
  readonly baseUrl?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly textModel?: string | undefined;
  readonly speechModel?: string | undefined;
  readonly imageModel?: string | undefined;
  /** How text and objects are asked for. Default: Responses at OpenAI itself, chat completions everywhere else. */
  readonly languageApi?: "responses" | "chat_completions";
}

/** How a model is reached, as the request's row names it. */
export interface ModelRoute {
  readonly provider: string;
  readonly model: string;
  readonly api_variant: "responses" | "chat_completions" | "audio_speech" | "images";
}

/** The configured models as AI SDK objects, all behind the recording fetch. */
export interface ProviderModels {
  /** The configured server, as request rows name it; null when there is none. */
  readonly provider: string | null;
  modelFor(kind: LlmRequestKind): string | null;
  /** Null when no provider is configured for the kind. */
  routeFor(kind: LlmRequestKind): ModelRoute | null;
  /** `api` is the configured one unless a replay names that of its original. */
  language(model: string, api?: ModelRoute["api_variant"]): LanguageModel;
  speech(model: string): SpeechModel;
  image(model: string): ImageModel;
}

// The SDK prints its warnings to the console; what it would say stands in the stored request and response.
globalThis.AI_SDK_LOG_WARNINGS = false;

/** Only OpenAI itself is certain to offer the Responses API; its reasoning models refuse what chat clients send. */
const responsesHost = "api.openai.com";

/** Builds the clients. SDK retries stay off: every call passes `maxRetries: 0`. */
export function createProviderModels(settings: ProviderSettings): ProviderModels {
  const { baseUrl, apiKey } = settings;
  const models: Readonly<Record<LlmRequestKind, string | undefined>> = {
    text: settings.textModel,
    object: settings.textModel,
    speech: settings.speechModel,
    image: settings.imageModel,
  };
  const modelFor = (kind: LlmRequestKind) => (baseUrl === undefined ? null : (models[kind] ?? null));
  if (baseUrl === undefined) return unconfigured();
  const provider = providerNameOf(baseUrl);
  const defaultApi = new URL(baseUrl).hostname === responsesHost ? "responses" : "chat_completions";
  const languageApi = settings.languageApi ?? defaultApi;
  const recordingFetch = createRecordingFetch({ baseUrl, removesAuthorization: apiKey === undefined });
  // This client insists on a key; without one the fetch takes the header off again.
  const openai = createOpenAI({
    baseURL: baseUrl,
    apiKey: apiKey ?? "none",
    fetch: recordingFetch,
  });
  const compatible = createOpenAICompatible({
    name: "provider",
    baseURL: baseUrl,
    ...(apiKey === undefined ? {} : { apiKey }),
    supportsStructuredOutputs: true,
    fetch: recordingFetch,
  });
  return {
    provider,
    modelFor,
    routeFor(kind) {
      const model = modelFor(kind);
      return model === null ? null : { provider, model, api_variant: variantOf(kind, languageApi) };
    },
    language: (model, api = languageApi) =>
      api === "responses" ? openai.responses(model) : compatible.chatModel(model),
    speech: (model) => openai.speech(model),
    image: (model) => openai.image(model),
  };
}

function unconfigured(): ProviderModels {
  const refuse = (): never => {
    throw new Error("No provider is configured");
  };
  return {
    provider: null,
    modelFor: () => null,
    routeFor: () => null,
    language: refuse,
    speech: refuse,
    image: refuse,
  };
}

function variantOf(
  kind: LlmRequestKind,
  languageApi: "responses" | "chat_completions",
): ModelRoute["api_variant"] {
  if (kind === "speech") return "audio_speech";
  return kind === "image" ? "images" : languageApi;
}
