import { definitionsFor } from "../flow-engine/public.ts";
import type { LlmGateway } from "../llm/public.ts";
import type { MediaService } from "../media/public.ts";
import type { AuthorThread } from "./author-thread/author-thread.ts";
import type { KeepMedia } from "./keep-media.ts";

/** What the steps work with. */
export interface CreatorServices {
  readonly gateway: LlmGateway;
  readonly media: Pick<MediaService, "synthesizeSpeech" | "drawCover" | "storeAudio" | "storeImage">;
  readonly offlineAuthor: Pick<AuthorThread, "run">;
  readonly keepMedia: KeepMedia;
  /** The text of a source that was given with the unit. */
  readSource(unit_id: string, sha256: string): Promise<string>;
}

export const { defineStep, defineFlow } = definitionsFor<CreatorServices>();
