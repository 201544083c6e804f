import { mediaErrors } from "../errors.ts";

/** The run of whole audio frames inside an MP3 file, without tags and without the encoder's info frame. */
export interface Mp3Layout {
  readonly sample_rate: number;
  readonly channels: number;
  readonly frames_start: number;
  readonly frames_end: number;
  readonly seconds: number;
}

interface FrameHeader {
  readonly length: number;
  readonly sampleRate: number;
  readonly samples: number;
  readonly channels: number;
  readonly mpeg1: boolean;
  readonly protectedByCrc: boolean;
}

// ISO/IEC 11172-3 and 13818-3, table of Layer III bit rates (kbit/s) by header index 1..14.
const bitratesMpeg1 = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const bitratesMpeg2 = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const sampleRatesMpeg1 = [44_100, 48_000, 32_000];
/** Some encoders pad after the ID3 tag; further than this the first frame is not looked for. */
const maxPaddingBytes = 65_536;

function invalid(reason: string) {
  return mediaErrors.create("media_invalid", `This is not a playable MP3 file: ${reason}.`);
}

function tagAt(bytes: Uint8Array, offset: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + length));
}

export function looksLikeMp3(bytes: Uint8Array): boolean {
  return tagAt(bytes, 0, 3) === "ID3" || frameHeaderAt(bytes, 0) !== null;
}

/**
 * Walks every frame of an MP3 (MPEG 1, 2 or 2.5, Layer III) and counts its length from the samples, since
 * provider files often carry no length or a wrong one.
 * @throws AppError `media_invalid` when a frame is damaged, the file is cut inside a frame, or there is none
 */
export function readMp3Layout(bytes: Uint8Array): Mp3Layout {
  let offset = endOfId3(bytes);
  for (const limit = offset + maxPaddingBytes; bytes[offset] === 0 && offset < limit; ) offset += 1;
  const first = frameHeaderAt(bytes, offset);
  if (first === null) throw invalid("no audio frame follows its beginning");
  if (isInfoFrame(bytes, offset, first)) offset += first.length;

  const framesStart = offset;
  let samples = 0;
  while (offset < bytes.length && !isTrailer(bytes, offset)) {
    const frame = frameHeaderAt(bytes, offset);
    if (frame === null) throw invalid(`byte ${offset} does not begin an audio frame`);
    if (frame.sampleRate !== first.sampleRate) throw invalid("its sample rate changes on the way");
    if (offset + frame.length > bytes.length) throw invalid("it was cut off inside a frame");
    samples += frame.samples;
    offset += frame.length;
  }
  if (samples === 0) throw invalid("it holds no audio");
  return {
    sample_rate: first.sampleRate,
    channels: first.channels,
    frames_start: framesStart,
    frames_end: offset,
    seconds: samples / first.sampleRate,
  };
}

function frameHeaderAt(bytes: Uint8Array, offset: number): FrameHeader | null {
  const [sync = 0, flags = 0, rates = 0, mode = 0] = bytes.subarray(offset, offset + 4);
  if (sync !== 0xff || (flags & 0xe0) !== 0xe0) return null;
  const version = (flags >> 3) & 3;
  const layer = (flags >> 1) & 3;
  if (version === 1 || layer !== 1) return null;
  const mpeg1 = version === 3;
  const bitrate = (mpeg1 ? bitratesMpeg1 : bitratesMpeg2)[(rates >> 4) - 1];
  const baseRate = sampleRatesMpeg1[(rates >> 2) & 3];
  if (bitrate === undefined || baseRate === undefined) return null;
  const sampleRate = mpeg1 ? baseRate : version === 2 ? baseRate / 2 : baseRate / 4;
  const samples = mpeg1 ? 1_152 : 576;
  const padding = (rates >> 1) & 1;
  return {
    length: Math.floor(((samples / 8) * bitrate * 1_000) / sampleRate) + padding,
    sampleRate,
    samples,
    channels: mode >> 6 === 3 ? 1 : 2,
    mpeg1,
    protectedByCrc: (flags & 1) === 0,
  };
}

/** The first frame may hold no sound but the encoder's notes on length and seeking. */
function isInfoFrame(bytes: Uint8Array, offset: number, frame: FrameHeader): boolean {
  const sideBytes = frame.mpeg1 ? (frame.channels === 1 ? 17 : 32) : frame.channels === 1 ? 9 : 17;
  const note = tagAt(bytes, offset + 4 + sideBytes + (frame.protectedByCrc ? 2 : 0), 4);
  return note === "Xing" || note === "Info" || tagAt(bytes, offset + 36, 4) === "VBRI";
}

function endOfId3(bytes: Uint8Array): number {
  let offset = 0;
  while (tagAt(bytes, offset, 3) === "ID3" && offset + 10 <= bytes.length) {
    const size = bytes.subarray(offset + 6, offset + 10).reduce((sum, part) => sum * 128 + (part & 0x7f), 0);
    const footer = ((bytes[offset + 5] ?? 0) & 0x10) === 0 ? 0 : 10;
    offset += 10 + size + footer;
  }
  return offset;
}

function isTrailer(bytes: Uint8Array, offset: number): boolean {
  if (tagAt(bytes, offset, 3) === "TAG" && bytes.length - offset <= 128) return true;
  if (["APETAGEX", "LYRICSBE"].includes(tagAt(bytes, offset, 8))) return true;
  return bytes[offset] === 0 && bytes.subarray(offset).every((byte) => byte === 0);
}
