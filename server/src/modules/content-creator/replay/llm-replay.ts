import { AppError } from "../../../platform/errors.ts";
import { definitionsFor, type StepContext } from "../../flow-engine/public.ts";
import type { LlmReplayer, ReplayAnswer } from "../../llm/public.ts";
import type { MediaService } from "../../media/public.ts";
import type { KeepMedia } from "../keep-media.ts";
import { replayedSchema, replayInputSchema } from "./models.ts";

export interface ReplayServices {
  readonly replayer: LlmReplayer;
  readonly media: Pick<MediaService, "storeAudio" | "storeImage">;
  readonly keepMedia: KeepMedia;
}

const { defineStep, defineFlow } = definitionsFor<ReplayServices>();

/** No unit shows a replay's recording or picture, so they go after this time. */
const keepMediaDays = 30;

const replayRequest = defineStep({
  name: "replay_request",
  version: 1,
  input: replayInputSchema,
  output: replayedSchema,
  async run(context, { replay_of_request_id, edits }) {
    const answer = await context.services.replayer.replay({
      correlation: context.correlation,
      signal: context.signal,
      reportWaiting: (ms) => context.reportWaiting(ms),
      request_id: replay_of_request_id,
      edits,
    });
    const { kind, provider, model, finish_reason, fits_schema, schema_problem } = answer;
    return {
      llm_request_id: answer.request_id,
      ...{ kind, provider, model, finish_reason, fits_schema, schema_problem },
      ...(await keepAnswer(context, answer)),
    };
  },
});

/** A recording or picture is kept so that it can be played or seen; one of another format is only described. */
async function keepAnswer(
  { services, correlation }: StepContext<ReplayServices>,
  { kind, media, request_id }: ReplayAnswer,
): Promise<{ media_id: string | null; media_problem: string | null }> {
  if (media === null) return { media_id: null, media_problem: null };
  const store = () =>
    kind === "image" ? services.media.storeImage(media.bytes) : services.media.storeAudio([media.bytes]);
  try {
    const kept = await services.keepMedia(store, {
      made_by_llm_request_id: request_id,
      task_id: correlation.task_id,
      keep_days: keepMediaDays,
    });
    return { media_id: kept.id, media_problem: null };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "media_invalid") throw error;
    return { media_id: null, media_problem: error.message };
  }
}

/** One recorded request sent again, for comparison: a task of one step, which changes no content. */
export const llmReplay = defineFlow({
  name: "llm_replay",
  version: 1,
  input: replayInputSchema,
  output: replayedSchema,
  run(context, input) {
    context.expectSteps(1);
    return context.step(replayRequest, input);
  },
});
