import { mediaErrors } from "../errors.ts";

/** Where the samples of a WAV file lie and how they are written. */
export interface WavLayout {
  readonly sample_rate: number;
  readonly channels: number;
  readonly bits_per_sample: number;
  /** Bytes of one sample of all channels. */
  readonly block_bytes: number;
  readonly format_tag: number;
  readonly data_start: number;
  readonly data_bytes: number;
  readonly seconds: number;
}

const headerBytes = 44;
/** Written by servers that stream a WAV before they know its length. */
const unknownLength = 0xffff_ffff;
const pcm = 1;
const float = 3;
const extensible = 0xfffe;

function invalid(reason: string) {
  return mediaErrors.create("media_invalid", `This is not a playable WAV file: ${reason}.`);
}

function tagAt(bytes: Uint8Array, offset: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + 4));
}

export function looksLikeWav(bytes: Uint8Array): boolean {
  return tagAt(bytes, 0) === "RIFF" && tagAt(bytes, 8) === "WAVE";
}

/**
 * Reads the header of an uncompressed WAV file (RIFF; integer or float samples).
 * @throws AppError `media_invalid` for another format, nonsense numbers, no samples, or a file cut short
 */
export function readWavLayout(bytes: Uint8Array): WavLayout {
  if (!looksLikeWav(bytes)) throw invalid("it does not begin with a RIFF header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let format: WavFormat | null = null;
  for (let offset = 12; offset + 8 <= bytes.length; ) {
    const name = tagAt(bytes, offset);
    const length = view.getUint32(offset + 4, true);
    const body = offset + 8;
    if (name === "fmt ") format = readFormat(view, body, length);
    if (name === "data") {
      if (format === null) throw invalid("its format block is missing");
      const dataBytes = length === unknownLength ? bytes.length - body : length;
      if (body + dataBytes > bytes.length) throw invalid("it was cut off");
      return layoutOf(format, body, dataBytes);
    }
    offset = body + length + (length % 2);
  }
  throw invalid("it holds no samples");
}

type WavFormat = Omit<WavLayout, "data_start" | "data_bytes" | "seconds">;

function readFormat(view: DataView, offset: number, length: number): WavFormat {
  if (length < 16 || offset + length > view.byteLength) throw invalid("its format block is damaged");
  const written = view.getUint16(offset, true);
  const formatTag = written === extensible && length >= 26 ? view.getUint16(offset + 24, true) : written;
  const format = {
    format_tag: formatTag,
    channels: view.getUint16(offset + 2, true),
    sample_rate: view.getUint32(offset + 4, true),
    block_bytes: view.getUint16(offset + 12, true),
    bits_per_sample: view.getUint16(offset + 14, true),
  };
  if (formatTag !== pcm && formatTag !== float) throw invalid("its samples are compressed");
  const plausible =
    format.channels >= 1 &&
    format.channels <= 8 &&
    format.sample_rate >= 4_000 &&
    format.sample_rate <= 384_000 &&
    [8, 16, 24, 32, 64].includes(format.bits_per_sample) &&
    format.block_bytes === (format.channels * format.bits_per_sample) / 8;
  if (!plausible) throw invalid("its format block contradicts itself");
  return format;
}

function layoutOf(format: WavFormat, dataStart: number, dataBytes: number): WavLayout {
  const blocks = Math.floor(dataBytes / format.block_bytes);
  if (blocks === 0) throw invalid("it holds no samples");
  return {
    ...format,
    data_start: dataStart,
    data_bytes: blocks * format.block_bytes,
    seconds: blocks / format.sample_rate,
  };
}

/** Writes one WAV file from the samples of several of the same format. */
export function joinWavParts(parts: ReadonlyArray<{ bytes: Uint8Array; layout: WavLayout }>): Uint8Array {
  const first = parts[0]?.layout;
  if (first === undefined) throw invalid("there are no parts to join");
  const dataBytes = parts.reduce((sum, part) => sum + part.layout.data_bytes, 0);
  const joined = new Uint8Array(headerBytes + dataBytes);
  writeHeader(joined, first, dataBytes);
  let offset = headerBytes;
  for (const { bytes, layout } of parts) {
    joined.set(bytes.subarray(layout.data_start, layout.data_start + layout.data_bytes), offset);
    offset += layout.data_bytes;
  }
  return joined;
}

function writeHeader(target: Uint8Array, format: WavFormat, dataBytes: number): void {
  const view = new DataView(target.buffer, target.byteOffset);
  target.set(new TextEncoder().encode("RIFF\0\0\0\0WAVEfmt "));
  view.setUint32(4, headerBytes - 8 + dataBytes, true);
  view.setUint32(16, 16, true);
  view.setUint16(20, format.format_tag, true);
  view.setUint16(22, format.channels, true);
  view.setUint32(24, format.sample_rate, true);
  view.setUint32(28, format.sample_rate * format.block_bytes, true);
  view.setUint16(32, format.block_bytes, true);
  view.setUint16(34, format.bits_per_sample, true);
  target.set(new TextEncoder().encode("data"), 36);
  view.setUint32(40, dataBytes, true);
}
