import { mediaErrors } from "../errors.ts";
import { looksLikeMp3, readMp3Layout } from "./mp3.ts";
import { joinWavParts, looksLikeWav, readWavLayout } from "./wav.ts";

/** Largest recording that is accepted: 100 MB. */
const maxAudioBytes = 100 * 1024 * 1024;

/** What bytes turned out to be, whatever their sender called them. */
export interface AudioFacts {
  readonly mime: "audio/mpeg" | "audio/wav";
  /** Length, counted from the samples. */
  readonly seconds: number;
}

/** A recording with its length. */
export interface Recording extends AudioFacts {
  readonly bytes: Uint8Array;
}

function refuseImpossibleSize(bytes: Uint8Array): void {
  if (bytes.length === 0) throw mediaErrors.create("media_invalid", "The audio is empty: 0 bytes.");
  if (bytes.length > maxAudioBytes) {
    throw mediaErrors.create(
      "media_invalid",
      `The audio has ${bytes.length} bytes; ${maxAudioBytes} is the limit.`,
    );
  }
}

/**
 * Proves that bytes are a whole MP3 or WAV recording and measures it.
 * @throws AppError `media_invalid` for anything else: empty, HTML, another format, damaged, cut off, over 100 MB
 */
export function probeAudio(bytes: Uint8Array): AudioFacts {
  refuseImpossibleSize(bytes);
  if (looksLikeWav(bytes)) return { mime: "audio/wav", seconds: readWavLayout(bytes).seconds };
  if (looksLikeMp3(bytes)) return { mime: "audio/mpeg", seconds: readMp3Layout(bytes).seconds };
  throw mediaErrors.create("media_invalid", "These bytes are neither MP3 nor WAV audio.");
}

/**
 * Joins recordings of the same format, sample rate and channels, in order. MP3 is joined frame by frame, without
 * tags and info frames, so nothing is encoded twice; WAV by its samples.
 * @throws AppError `media_invalid` when a part is no recording, or the parts differ in format
 */
export function joinAudio(parts: readonly Uint8Array[]): Recording {
  const [first, ...others] = parts;
  if (first === undefined) throw mediaErrors.create("media_invalid", "There is no audio to join.");
  const facts = probeAudio(first);
  if (others.length === 0) return { bytes: first, ...facts };
  const joined = facts.mime === "audio/wav" ? joinWav(parts) : joinMp3(parts);
  refuseImpossibleSize(joined.bytes);
  return joined;
}

function joinWav(parts: readonly Uint8Array[]): Recording {
  const layouts = parts.map((bytes) => ({ bytes, layout: readWavLayout(bytes) }));
  refuseMixedFormats(
    layouts.map(
      ({ layout }) =>
        `${layout.format_tag}/${layout.sample_rate}/${layout.channels}/${layout.bits_per_sample}`,
    ),
  );
  const seconds = layouts.reduce((sum, { layout }) => sum + layout.seconds, 0);
  return { bytes: joinWavParts(layouts), mime: "audio/wav", seconds };
}

function joinMp3(parts: readonly Uint8Array[]): Recording {
  const layouts = parts.map((bytes) => ({ bytes, layout: readMp3Layout(bytes) }));
  refuseMixedFormats(layouts.map(({ layout }) => `${layout.sample_rate}/${layout.channels}`));
  const runs = layouts.map(({ bytes, layout }) => bytes.subarray(layout.frames_start, layout.frames_end));
  const joined = new Uint8Array(runs.reduce((sum, run) => sum + run.length, 0));
  let offset = 0;
  for (const run of runs) {
    joined.set(run, offset);
    offset += run.length;
  }
  const seconds = layouts.reduce((sum, { layout }) => sum + layout.seconds, 0);
  return { bytes: joined, mime: "audio/mpeg", seconds };
}

function refuseMixedFormats(formats: readonly string[]): void {
  if (new Set(formats).size > 1) {
    throw mediaErrors.create(
      "media_invalid",
      `The parts have different formats (${formats.join(", ")}) and cannot be joined.`,
    );
  }
}
