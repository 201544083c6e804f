export type { Media, StoredMedia } from "./models.ts";
export type { MediaOrigin, MediaService } from "./service.ts";
export { splitAtSentences } from "./speech/split-text.ts";
