import {
  generateImage,
  generateSpeech,
  generateText,
  type LanguageModelUsage,
  type ModelMessage,
  Output,
} from "ai";
import type { z } from "zod";
import type { Usage } from "../pricing/prices.ts";
import type { ProviderReply } from "./attempt.ts";
import type { ModelRoute, ProviderModels } from "./providers.ts";

/** One HTTP attempt each: the SDK's own retries are off, ours need a row for every attempt. */
const once = { maxRetries: 0 } as const;

export interface LanguageRequest {
  readonly model: string;
  readonly api?: ModelRoute["api_variant"];
  readonly system: string;
  readonly messages: ModelMessage[];
  readonly max_output_tokens: number;
  readonly temperature: number | undefined;
  readonly format: { readonly schema: z.ZodType; readonly name: string } | null;
  readonly signal: AbortSignal;
}

/** Asks a language model; for an object the schema is sent in strict mode and the answer comes back as text. */
export async function askLanguageModel(
  models: ProviderModels,
  request: LanguageRequest,
): Promise<ProviderReply> {
  const { format } = request;
  const result = await generateText({
    ...once,
    model: models.language(request.model, request.api),
    instructions: request.system,
    messages: request.messages,
    maxOutputTokens: request.max_output_tokens,
    abortSignal: request.signal,
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
    // The gateway parses by itself, because it mends what the SDK would only refuse.
    ...(format === null
      ? {}
      : {
          output: {
            ...Output.object(format),
            parseCompleteOutput: async ({ text }: { text: string }) => text,
          },
        }),
    // Read by the Responses API only: the provider keeps no copy of the courses.
    providerOptions: { openai: { store: false } },
  });
  return {
    text: result.text,
    finish_reason: result.finishReason,
    media: null,
    usage: languageUsage(result.usage),
  };
}

function languageUsage(usage: LanguageModelUsage): Usage {
  return {
    tokens_input: wholeOrNull(usage.inputTokens),
    tokens_cached: wholeOrNull(usage.inputTokenDetails.cacheReadTokens),
    tokens_reasoning: wholeOrNull(usage.outputTokenDetails.reasoningTokens),
    tokens_output: wholeOrNull(usage.outputTokens),
    units: null,
  };
}

/** Counts that no provider can mean are as good as none. */
function wholeOrNull(count: number | undefined): number | null {
  return count !== undefined && Number.isSafeInteger(count) && count >= 0 ? count : null;
}

/** Has a text spoken, as MP3. Providers report no usage for speech: it is billed by characters. */
export async function askSpeechModel(
  models: ProviderModels,
  request: {
    readonly model: string;
    readonly text: string;
    readonly voice: string;
    readonly signal: AbortSignal;
  },
): Promise<ProviderReply> {
  const { audio } = await generateSpeech({
    ...once,
    model: models.speech(request.model),
    text: request.text,
    voice: request.voice,
    outputFormat: "mp3",
    abortSignal: request.signal,
  });
  return {
    text: null,
    finish_reason: null,
    media: { bytes: audio.uint8Array, mime: audio.mediaType },
    usage: {
      tokens_input: null,
      tokens_cached: null,
      tokens_reasoning: null,
      tokens_output: null,
      units: charactersOf(request.text),
    },
  };
}

/** What speech is billed by: Unicode characters, not UTF-16 units. */
export function charactersOf(text: string): number {
  return [...text].length;
}

/** Has one picture drawn. */
export async function askImageModel(
  models: ProviderModels,
  request: {
    readonly model: string;
    readonly prompt: string;
    readonly size: "1024x1024";
    readonly signal: AbortSignal;
  },
): Promise<ProviderReply> {
  const { image, usage } = await generateImage({
    ...once,
    model: models.image(request.model),
    prompt: request.prompt,
    size: request.size,
    n: 1,
    abortSignal: request.signal,
  });
  return {
    text: null,
    finish_reason: null,
    media: { bytes: image.uint8Array, mime: image.mediaType },
    usage: {
      tokens_input: wholeOrNull(usage.inputTokens),
      tokens_cached: null,
      tokens_reasoning: null,
      tokens_output: wholeOrNull(usage.outputTokens),
      units: 1,
    },
  };
}
