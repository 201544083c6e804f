import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { probeAudio } from "../audio/audio.ts";
import { createSpeechEngine, type SpeechEngine } from "./speech-engine.ts";

const lesson = [
  "Printing with movable type changed the price of knowledge in fifteenth century Europe.",
  "Before the invention, scribes copied every manuscript by hand, and a single book could cost",
  "as much as a small house. A printing workshop in Mainz produced one hundred and eighty copies of the Bible",
  "in the time that a scribe needed for one. Prices fell quickly, and universities, merchants and craftsmen",
  "became regular customers. Printers also settled the spelling of words and put numbers on the pages, because",
  "readers compared one edition of a work with the next. Some people understood what this meant earlier than others:",
  "a small pamphlet went from one city to the next faster than any official order that forbade it.",
  "Within fifty years, several million books were on sale across the continent.",
].join(" ");

// Speaking takes seconds of CPU, and more on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

let folder: string;
let engine: SpeechEngine;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "speech-test-"));
  engine = createSpeechEngine({ temporaryFolder: folder });
});

afterEach(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

describe("speech engine", () => {
  it("speaks about 160 words a minute as MP3", async () => {
    const words = lesson.split(/\s+/).length;
    const recording = await engine.synthesize(lesson);
    expect(words).toBeGreaterThanOrEqual(115);
    expect(recording.mime).toBe("audio/mpeg");
    expect(recording.seconds).toBeGreaterThan((words / 160) * 60 * 0.85);
    expect(recording.seconds).toBeLessThan((words / 160) * 60 * 1.15);
    expect(probeAudio(recording.bytes).seconds).toBe(recording.seconds);
    expect(recording.bytes.length / recording.seconds).toBeCloseTo(64_000 / 8, -2);
  });

  it("gives the same bytes for the same text, whichever thread speaks it", async () => {
    const [first, second] = await Promise.all([engine.synthesize(lesson), engine.synthesize(lesson)]);
    expect(Buffer.compare(first.bytes, second.bytes)).toBe(0);
  });

  it("joins the pieces of a long text without loss", async () => {
    const once = await engine.synthesize(lesson);
    const fourTimes = await engine.synthesize(Array(4).fill(lesson).join(" "));
    expect(fourTimes.seconds / once.seconds).toBeGreaterThan(3.8);
    expect(fourTimes.seconds / once.seconds).toBeLessThan(4.2);
  });

  it("refuses a text without words before a thread starts", async () => {
    await expect(engine.synthesize(" \u0000 ... ")).rejects.toMatchObject({ code: "speech_text_empty" });
    expect(readdirSync(folder)).toEqual([]);
  });

  it("rejects at once when aborted, and the thread goes on with the next text", async () => {
    engine = createSpeechEngine({ temporaryFolder: folder, threads: 1 });
    const controller = new AbortController();
    const long = engine.synthesize(Array(60).fill(lesson).join(" "), { signal: controller.signal });
    const queued = engine.synthesize(lesson, { signal: controller.signal });
    const next = engine.synthesize("Good morning.");
    controller.abort(new Error("no longer wanted"));
    await expect(long).rejects.toThrow("no longer wanted");
    await expect(queued).rejects.toThrow("no longer wanted");
    expect((await next).seconds).toBeLessThan(3);
  });

  it("does not start when the signal is aborted already", async () => {
    await expect(engine.synthesize(lesson, { signal: AbortSignal.abort() })).rejects.toThrow(/aborted/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("ends idle threads, removes their folders, and starts again when asked", async () => {
    engine = createSpeechEngine({ temporaryFolder: folder, idleMs: 0 });
    await engine.synthesize("Good morning.");
    await vi.waitFor(() => expect(readdirSync(folder)).toEqual([]), { timeout: 5_000 });
    expect((await engine.synthesize("Good evening.")).seconds).toBeGreaterThan(0.5);
  });

  it("fails what is still being spoken when it is closed", async () => {
    const long = engine.synthesize(Array(60).fill(lesson).join(" "));
    const refused = expect(long).rejects.toMatchObject({ code: "speech_failed", retryable: true });
    await engine.close();
    await refused;
    await expect(engine.synthesize("Good morning.")).rejects.toMatchObject({ code: "speech_failed" });
    expect(readdirSync(folder)).toEqual([]);
  });
});
