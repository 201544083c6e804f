import type { StepContext } from "../flow-engine/public.ts";
import { splitAtSentences } from "../media/public.ts";
import type { CreatorServices } from "./definitions.ts";
import type { Author } from "./models.ts";
import { callOf, offlinePrompt } from "./steps/step-calls.ts";

/** Most characters that speech APIs take in one call. */
export const maxSpeechCharacters = 4_096;
/** Name of the built-in voice in request rows: flite, voice slt. */
const builtInVoice = "flite-slt";

/** Speaks the text and stores the recording; long texts are several calls whose audio is joined. */
export async function recordSpeech(
  context: StepContext<CreatorServices>,
  speech: { readonly author: Author; readonly text: string },
): Promise<{ media_id: string; seconds: number; llm_request_id: string }> {
  const { media, keepMedia } = context.services;
  const spoken =
    speech.author === "offline"
      ? await speakOffline(context, speech.text)
      : await speakByModel(context, speech.text);
  const { llm_request_id } = spoken;
  const { id, seconds } = await keepMedia(() => media.storeAudio(spoken.parts), {
    made_by_llm_request_id: llm_request_id,
    task_id: context.correlation.task_id,
  });
  context.log("info", `Recorded ${Math.round(seconds ?? 0)} s of speech`, {
    characters: speech.text.length,
    parts: spoken.parts.length,
  });
  return { media_id: id, seconds: seconds ?? 0, llm_request_id };
}

interface Spoken {
  readonly parts: readonly Uint8Array[];
  /** The first of the calls. */
  readonly llm_request_id: string;
}

async function speakOffline(context: StepContext<CreatorServices>, text: string): Promise<Spoken> {
  const answer = await context.services.gateway.offline({
    ...callOf(context),
    ...offlinePrompt("synthesizeSpeech"),
    kind: "speech",
    model: builtInVoice,
    input: { text },
    work: (signal) => context.services.media.synthesizeSpeech(text, signal),
    describe: ({ bytes, mime, seconds }) => ({ bytes: bytes.length, mime, seconds }),
  });
  return { parts: [answer.result.bytes], llm_request_id: answer.request_id };
}

async function speakByModel(context: StepContext<CreatorServices>, text: string): Promise<Spoken> {
  const chunks = splitAtSentences(text, maxSpeechCharacters);
  const calls = chunks.map((chunk) =>
    context.services.gateway.speech({ ...callOf(context), ...speechPrompt, text: chunk }),
  );
  // Every call is waited for: what was paid must be booked, also when another one failed.
  const results = await Promise.allSettled(calls);
  const answers = results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
  return { parts: answers.map(({ bytes }) => bytes), llm_request_id: answers[0]?.request_id ?? "" };
}

const speechPrompt = (() => {
  const { prompt_hash } = offlinePrompt("speech");
  return { prompt_name: "speech", prompt_hash };
})();
