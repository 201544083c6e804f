import { Resvg } from "@resvg/resvg-js";
import { createMp3Encoder } from "wasm-media-encoders";
import { at, numberFor } from "./choice.ts";
import { countWords } from "./prose.ts";

const sampleRate = 16_000;
const bitRateKbps = 32;
const samplesPerFrame = 576;
const secondsPerUnit = 5;

let mp3Unit: Promise<Uint8Array[]> | undefined;

/** Seconds that a text takes to read aloud at that pace; at least half a second. */
export function speechSeconds(text: string, wordsPerMinute: number): number {
  return Math.max(0.5, (countWords(text) / wordsPerMinute) * 60);
}

/**
 * A valid MP3 (16 kHz, mono, 32 kbit/s) of that length. Five seconds of tones are encoded once for a process and
 * repeated: each repetition starts a stream of its own, so a long text costs no more than its bytes.
 */
export async function makeMp3(seconds: number): Promise<Buffer> {
  mp3Unit ??= encodeUnit();
  const frames = await mp3Unit;
  const count = Math.max(1, Math.round((seconds * sampleRate) / samplesPerFrame));
  return Buffer.concat(Array.from({ length: count }, (_, index) => at(frames, index)));
}

async function encodeUnit(): Promise<Uint8Array[]> {
  const encoder = await createMp3Encoder();
  encoder.configure({ sampleRate, channels: 1, bitrate: bitRateKbps });
  const parts = [
    Buffer.from(encoder.encode([tones(secondsPerUnit, sampleRate)])),
    Buffer.from(encoder.finalize()),
  ];
  const bytes = Buffer.concat(parts);
  // MPEG-2 layer III: 72 × bit rate ÷ sample rate bytes, the same for each frame at a constant bit rate.
  const frameBytes = (72 * bitRateKbps * 1000) / sampleRate;
  const frames: Uint8Array[] = [];
  for (let offset = 0; offset + frameBytes <= bytes.length; offset += frameBytes) {
    if (bytes[offset] !== 0xff || ((bytes[offset + 1] ?? 0) & 0xe0) !== 0xe0) {
      throw new Error(`The MP3 encoder left no frame at byte ${offset}.`);
    }
    frames.push(bytes.subarray(offset, offset + frameBytes));
  }
  return frames;
}

/** 16-bit mono PCM in a WAV container. */
export function makeWav(seconds: number): Buffer {
  const data = makePcm(seconds, sampleRate);
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36);
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}

/** 16-bit little-endian mono samples without a container. */
export function makePcm(seconds: number, rate = 24_000): Buffer {
  const samples = tones(seconds, rate);
  const data = Buffer.alloc(samples.length * 2);
  for (let index = 0; index < samples.length; index++) {
    data.writeInt16LE(Math.round((samples[index] ?? 0) * 32_767), index * 2);
  }
  return data;
}

/** Soft tones with pauses at the pace of syllables, so that the wave has the energy of speech. */
function tones(seconds: number, rate: number): Float32Array {
  const samples = new Float32Array(Math.max(1, Math.round(seconds * rate)));
  const notes = [196, 220, 247, 262, 294];
  for (let index = 0; index < samples.length; index++) {
    const time = index / rate;
    const syllable = Math.floor(time * 4);
    const within = time * 4 - syllable;
    const volume = syllable % 9 === 8 ? 0 : 0.25 * Math.sin(Math.PI * within);
    samples[index] = volume * Math.sin(2 * Math.PI * at(notes, numberFor(String(syllable % 20))) * time);
  }
  return samples;
}

const smallestSide = 16;
const largestSide = 2048;

/** Width and height from `1024x1024`; `auto` and nothing mean 1024 × 1024. Null when the text is no size. */
export function readSize(size: string | null): { width: number; height: number } | null {
  if (size === null || size === "auto") return { width: 1024, height: 1024 };
  const match = /^(\d{2,4})x(\d{2,4})$/.exec(size);
  const [width, height] = [Number(match?.[1]), Number(match?.[2])];
  const fits = (side: number) => side >= smallestSide && side <= largestSide;
  return fits(width) && fits(height) ? { width, height } : null;
}

/** A landscape of coloured shapes as PNG; the prompt decides colours and places, and no text is drawn. */
export function makePng(prompt: string, width: number, height: number): Buffer {
  const seed = numberFor(prompt);
  const hue = seed % 360;
  const colour = (shift: number, light: number) => `hsl(${(hue + shift) % 360} 45% ${light}%)`;
  const hills = [0, 1, 2, 3].map((layer) => {
    const top = 45 + layer * 13 - ((seed >>> (layer * 3)) % 8);
    const bend = top - 12 + ((seed >>> (layer * 4 + 2)) % 24);
    return `<path d="M0 ${top} Q ${25 + layer * 8} ${bend} 50 ${top} T 100 ${top} V 100 H 0 Z" fill="${colour(layer * 18, 62 - layer * 13)}"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 100 100" preserveAspectRatio="none">
<rect width="100" height="100" fill="${colour(200, 88)}"/><circle cx="${20 + (seed % 60)}" cy="${18 + ((seed >>> 8) % 14)}" r="${8 + ((seed >>> 5) % 6)}" fill="${colour(40, 70)}"/>${hills.join("")}</svg>`;
  return new Resvg(svg, { font: { loadSystemFonts: false } }).render().asPng();
}
