import { createHash } from "node:crypto";
import type { AttemptPlan } from "../gateway/attempt.ts";
import { judgeMedia } from "../gateway/judge.ts";
import type { ProviderModels } from "../gateway/providers.ts";
import { askImageModel, askLanguageModel, askSpeechModel, charactersOf } from "../gateway/sdk-calls.ts";
import { type TurnDependencies, takeTurn, turnError, withReadableAbort } from "../gateway/turn.ts";
import type { LlmReplayer, ReplayAnswer, ReplayCall, ReplayEdits } from "../public.ts";
import { outputLimitOf } from "./edit-body.ts";
import { judgeReplayedText, schemaOf } from "./judge-replay.ts";
import type { ReplaySource, ReplaySources } from "./replay-source.ts";

export interface ReplayerDependencies extends TurnDependencies {
  readonly models: ProviderModels;
  readonly sources: ReplaySources;
}

type SharedPlan = Omit<AttemptPlan<never>, "attempt" | "send" | "judge">;

/** Sends recorded requests again; see `LlmReplayer` for what it promises. */
export function createReplayer(dependencies: ReplayerDependencies): LlmReplayer {
  return {
    replay: (call) =>
      withReadableAbort(call.signal, async () => {
        const source = await dependencies.sources.read(call.request_id, call.edits);
        const { kind } = source.original;
        return kind === "speech" || kind === "image"
          ? replayMedia(dependencies, call, source, kind)
          : replayText(dependencies, call, source, kind);
      }),
  };
}

function planOf(call: ReplayCall, { original, route, body }: ReplaySource): SharedPlan {
  const { correlation, signal, reportWaiting, edits } = call;
  const written = JSON.stringify(body);
  const edited = Object.keys(edits);
  const isPromptEdited = edits.system !== undefined || edits.prompt !== undefined || edits.text !== undefined;
  return {
    kind: original.kind,
    route,
    ...{ correlation, signal, reportWaiting },
    prompt_name: original.prompt_name ?? "replay",
    prompt_hash:
      original.prompt_hash === null || isPromptEdited
        ? createHash("sha256").update(written).digest("hex")
        : original.prompt_hash,
    parameters: { ...original.parameters, ...storedEdits(edits), ...(edited.length > 0 ? { edited } : {}) },
    max_output_tokens: outputLimitOf(body) ?? 0,
    characters: typeof body.input === "string" ? charactersOf(body.input) : 0,
    replay: { of_request_id: original.id, body: written },
  };
}

/** Edited prompts stand in the request itself. */
function storedEdits({ temperature, max_output_tokens, voice }: ReplayEdits) {
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(max_output_tokens === undefined ? {} : { max_output_tokens }),
    ...(voice === undefined ? {} : { voice }),
  };
}

async function replayText(
  dependencies: ReplayerDependencies,
  call: ReplayCall,
  source: ReplaySource,
  kind: "text" | "object",
): Promise<ReplayAnswer> {
  const { route, body } = source;
  const schema = schemaOf(body);
  const result = await takeTurn(
    dependencies,
    { made: 0 },
    {
      ...planOf(call, source),
      // What the library makes of these words is replaced by the recorded body; it only has to read the answer.
      send: () =>
        askLanguageModel(dependencies.models, {
          model: route.model,
          api: route.api_variant,
          system: "",
          messages: [{ role: "user", content: "replay" }],
          max_output_tokens: outputLimitOf(body) ?? 1,
          temperature: undefined,
          format: null,
          signal: call.signal,
        }),
      judge: (reply, exchange) => judgeReplayedText(schema, reply, exchange),
    },
  );
  if (result.kind === "failed") throw turnError(result);
  return { request_id: result.request_id, ...route, kind, ...result.value, media: null };
}

async function replayMedia(
  dependencies: ReplayerDependencies,
  call: ReplayCall,
  source: ReplaySource,
  kind: "speech" | "image",
): Promise<ReplayAnswer> {
  const { models } = dependencies;
  const { route, body } = source;
  const textOf = (value: unknown) => (typeof value === "string" ? value : "");
  const { model } = route;
  const { signal } = call;
  const result = await takeTurn(
    dependencies,
    { made: 0 },
    {
      ...planOf(call, source),
      send: () =>
        kind === "speech"
          ? askSpeechModel(models, { model, signal, text: textOf(body.input), voice: textOf(body.voice) })
          : askImageModel(models, { model, signal, prompt: textOf(body.prompt), size: "1024x1024" }),
      judge: (reply, exchange) => judgeMedia(reply, exchange, kind === "speech"),
    },
  );
  if (result.kind === "failed") throw turnError(result);
  const noText = { text: null, finish_reason: null, fits_schema: null, schema_problem: null };
  return { request_id: result.request_id, ...route, kind, ...noText, media: result.value };
}
