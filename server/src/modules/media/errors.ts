import { defineErrors } from "../../platform/errors.ts";

/** Every code that the media module answers with. */
export const mediaErrors = defineErrors({
  media_invalid: { status: 422, retryable: false, title: "These bytes are not the media they claim to be" },
  media_not_found: { status: 404, retryable: false, title: "No such media" },
  media_file_missing: { status: 500, retryable: false, title: "The file of this media is gone" },
  media_range_invalid: { status: 416, retryable: false, title: "The range lies outside the file" },
  speech_text_empty: { status: 422, retryable: false, title: "There is nothing to say" },
  speech_text_unspeakable: {
    status: 422,
    retryable: false,
    title: "The built-in voice cannot say this text",
  },
  speech_text_too_long: { status: 422, retryable: false, title: "The text is too long for one recording" },
  speech_failed: { status: 500, retryable: true, title: "The speech engine stopped" },
  cover_palette_invalid: { status: 422, retryable: false, title: "The palette is not usable" },
});

/** The same for media that do not exist and for media that are not shown to whoever asks. */
export function noSuchMedia() {
  return mediaErrors.create("media_not_found", "There is no recording or picture with this id.");
}
