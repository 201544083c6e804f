import { describe, expect, it } from "vitest";
import { createMp3Encoder } from "wasm-media-encoders";
import { joinAudio, probeAudio } from "./audio.ts";

function tone(seconds: number, sampleRate: number): Float32Array {
  return Float32Array.from(
    { length: Math.round(seconds * sampleRate) },
    (_, index) => Math.sin(index / 9) / 2,
  );
}

async function mp3(seconds: number, sampleRate = 24_000, channels: 1 | 2 = 1): Promise<Buffer> {
  const encoder = await createMp3Encoder();
  encoder.configure({ channels, sampleRate, bitrate: 64 });
  const samples = tone(seconds, sampleRate);
  const body = encoder.encode(channels === 1 ? [samples] : [samples, samples]).slice();
  return Buffer.concat([body, encoder.finalize().slice()]);
}

function wav(seconds: number, sampleRate = 16_000): Buffer {
  const samples = tone(seconds, sampleRate);
  const file = Buffer.alloc(44 + samples.length * 2);
  file.write("RIFF\0\0\0\0WAVEfmt ", 0, "latin1");
  file.writeUInt32LE(file.length - 8, 4);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(sampleRate, 24);
  file.writeUInt32LE(sampleRate * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write("data", 36, "latin1");
  file.writeUInt32LE(samples.length * 2, 40);
  samples.forEach((sample, index) => {
    file.writeInt16LE(Math.round(sample * 32_767), 44 + index * 2);
  });
  return file;
}

function withId3(audio: Buffer): Buffer {
  const tag = Buffer.alloc(10 + 300);
  tag.write("ID3\x04\0\0\0\0\x02\x2c", 0, "latin1");
  return Buffer.concat([tag, audio]);
}

function withTrailer(audio: Buffer): Buffer {
  const trailer = Buffer.alloc(128);
  trailer.write("TAGA title", 0, "latin1");
  return Buffer.concat([audio, trailer]);
}

/** An info frame is a whole frame of zeros with a note behind the header and 9 bytes of side information. */
function withInfoFrame(audio: Buffer): Buffer {
  const frame = Buffer.alloc(frameLength);
  frame.set(audio.subarray(0, 4));
  frame.write("Info", 13, "latin1");
  return Buffer.concat([frame, audio]);
}

const frameLength = 192;

describe("probeAudio", () => {
  it.each([8_000, 16_000, 22_050, 24_000, 44_100, 48_000])("measures an MP3 of %i Hz", async (sampleRate) => {
    const facts = probeAudio(await mp3(3, sampleRate));
    expect(facts.mime).toBe("audio/mpeg");
    expect(facts.seconds).toBeGreaterThanOrEqual(3);
    expect(facts.seconds).toBeLessThan(3.3);
  });

  it("measures a stereo MP3", async () => {
    const { seconds } = probeAudio(await mp3(2, 44_100, 2));
    expect(seconds).toBeGreaterThanOrEqual(2);
    expect(seconds).toBeLessThan(2.2);
  });

  it("measures a WAV exactly", () => {
    expect(probeAudio(wav(1.5))).toEqual({ mime: "audio/wav", seconds: 1.5 });
  });

  it("measures a streamed WAV that does not know its own length", () => {
    const file = wav(1);
    file.writeUInt32LE(0xffff_ffff, 40);
    expect(probeAudio(file).seconds).toBe(1);
  });

  it("does not count tags and the info frame as sound", async () => {
    const plain = await mp3(1);
    expect(probeAudio(withTrailer(withId3(withInfoFrame(plain))))).toEqual(probeAudio(plain));
  });

  it.each([
    ["no bytes", () => Buffer.alloc(0)],
    ["an HTML page that calls itself audio/mpeg", () => Buffer.from("<html><body>Bad gateway</body></html>")],
    ["a JSON error", () => Buffer.from('{"error":{"message":"quota"}}')],
    ["an ID3 tag with no audio behind it", () => withId3(Buffer.alloc(0))],
    [
      "random bytes behind a frame header",
      () => Buffer.from([0xff, 0xf3, 0x84, 0xc4, ...Array(400).fill(7)]),
    ],
    ["a WAV cut off before its end", () => wav(1).subarray(0, 2_000)],
    ["a WAV header with no samples", () => wav(1).subarray(0, 44)],
    ["a compressed WAV", () => Buffer.from(wav(1).fill(0x55, 20, 21))],
    ["an Ogg file", () => Buffer.concat([Buffer.from("OggS"), Buffer.alloc(200)])],
  ])("refuses %s", (_name, make) => {
    expect(() => probeAudio(make())).toThrow(expect.objectContaining({ code: "media_invalid" }));
  });

  it("refuses an MP3 that was cut inside a frame", async () => {
    const whole = await mp3(1);
    expect(() => probeAudio(whole.subarray(0, -5))).toThrow(/cut off/);
  });
});

describe("joinAudio", () => {
  it("adds the lengths of several MP3 parts and drops their tags", async () => {
    const parts = [withId3(await mp3(1)), withInfoFrame(await mp3(2)), withTrailer(await mp3(0.5))];
    const joined = joinAudio(parts);
    const sum = parts.reduce((seconds, part) => seconds + probeAudio(part).seconds, 0);
    expect(joined.mime).toBe("audio/mpeg");
    expect(joined.seconds).toBeCloseTo(sum, 6);
    expect(probeAudio(joined.bytes).seconds).toBeCloseTo(sum, 6);
    expect(Buffer.from(joined.bytes).indexOf("ID3")).toBe(-1);
  });

  it("adds the samples of several WAV parts", () => {
    const joined = joinAudio([wav(1), wav(0.25)]);
    expect(probeAudio(joined.bytes)).toEqual({ mime: "audio/wav", seconds: 1.25 });
    expect(Buffer.from(joined.bytes).subarray(44)).toEqual(
      Buffer.concat([wav(1).subarray(44), wav(0.25).subarray(44)]),
    );
  });

  it("gives a single part back unchanged", async () => {
    const part = withId3(await mp3(1));
    expect(joinAudio([part]).bytes).toBe(part);
  });

  it("refuses parts of different sample rates", async () => {
    const parts = [await mp3(1, 24_000), await mp3(1, 16_000)];
    expect(() => joinAudio(parts)).toThrow(/different formats/);
  });

  it("refuses an MP3 beside a WAV, and nothing at all", async () => {
    const part = await mp3(1);
    expect(() => joinAudio([part, wav(1)])).toThrow(expect.objectContaining({ code: "media_invalid" }));
    expect(() => joinAudio([])).toThrow(expect.objectContaining({ code: "media_invalid" }));
  });
});
