import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateImage, generateSpeech, generateText, Output, streamText } from "ai";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { unitMetadataSchema } from "./answer-schemas.ts";
import { startTestProvider, type TestProvider } from "./provider.ts";

const apiKey = "test-key";
let provider: TestProvider;

beforeEach(async () => {
  provider = await startTestProvider({ api_key: apiKey });
});

afterEach(async () => {
  await provider.close();
});

function openai() {
  return createOpenAI({ baseURL: provider.url, apiKey });
}

function compatible(supportsStructuredOutputs: boolean) {
  return createOpenAICompatible({
    name: "course",
    baseURL: provider.url,
    apiKey,
    includeUsage: true,
    supportsStructuredOutputs,
  });
}

const once = { maxRetries: 0 };

const Exercises = z.object({
  exercises: z.array(
    z.object({
      stem: z.string(),
      options: z
        .array(
          z.object({
            label: z.enum(["A", "B", "C", "D"]),
            text: z.string(),
            is_correct: z.boolean(),
            rationale: z.string(),
          }),
        )
        .length(4),
      learning_objective_id: z.string(),
      bloom_level: z.string(),
      difficulty: z.number().int().min(1).max(5),
      category: z.enum(["comprehension", "transfer"]),
      note: z.string().nullable(),
    }),
  ),
});

const unitPrompt = "Topic: Tides of the North Sea\nLessons: 5\nObjective ids: lo_1, lo_2, lo_3";

describe("answers through the SDK", () => {
  it("writes unit metadata with the asked number of lessons through the responses API", async () => {
    const result = await generateText({
      model: openai()("gpt-test"),
      output: Output.object({ schema: unitMetadataSchema, name: "unit_metadata" }),
      system: "You plan courses.",
      prompt: unitPrompt,
      ...once,
    });
    expect(result.output.title).toBe("Tides of the North Sea");
    expect(result.output.lessons).toHaveLength(5);
    const ids = result.output.learning_objectives.map(({ id }) => id);
    expect(ids).toEqual(["lo_1", "lo_2", "lo_3"]);
    expect(
      result.output.lessons
        .flatMap((lesson) => lesson.learning_objective_ids)
        .every((id) => ids.includes(id)),
    ).toBe(true);
    expect(new Set(result.output.lessons.map(({ title }) => title)).size).toBe(5);
    expect(result.usage.inputTokens).toBeGreaterThan(20);
    expect(provider.calls()).toMatchObject([
      {
        n: 1,
        path: "/v1/responses",
        kind: "object",
        schema_name: "unit_metadata",
        model: "gpt-test",
        action: "answer",
        status: 200,
      },
    ]);
  });

  it("writes exercises with four different options, one key and known objectives through chat completions", async () => {
    const result = await generateText({
      model: openai().chat("gpt-test"),
      output: Output.object({ schema: Exercises, name: "exercises" }),
      prompt: "Lesson title: Why tides differ\nExercises: 8\nObjective ids: lo_4, lo_5\n",
      ...once,
    });
    const { exercises } = result.output;
    expect(exercises).toHaveLength(8);
    expect(new Set(exercises.map(({ stem }) => stem)).size).toBe(8);
    expect(new Set(exercises.map(({ category }) => category))).toEqual(
      new Set(["comprehension", "transfer"]),
    );
    for (const exercise of exercises) {
      expect(new Set(exercise.options.map(({ text }) => text)).size).toBe(4);
      expect(exercise.options.filter((option) => option.is_correct)).toHaveLength(1);
      expect(exercise.options.map(({ label }) => label)).toEqual(["A", "B", "C", "D"]);
      expect(["lo_4", "lo_5"]).toContain(exercise.learning_objective_id);
    }
    expect(
      new Set(exercises.map(({ options }) => options.findIndex((option) => option.is_correct))).size,
    ).toBeGreaterThan(1);
    expect(provider.calls({ path: "/v1/chat/completions" })).toHaveLength(1);
  });

  it("structures the drafts that the prompt holds instead of writing other questions", async () => {
    const draft = {
      stem: "What raises the tide?",
      options: ["The wind alone", "The pull of the Moon", "The heat of the day", "The salt in the sea"],
      answer: "B",
      category: "transfer",
      learning_objective_id: "lo_9",
    };
    const result = await generateText({
      model: openai()("gpt-test"),
      output: Output.object({ schema: Exercises, name: "exercises" }),
      prompt: `Exercises: 8\nDrafts:\n${JSON.stringify([draft, { ...draft, stem: "And again?", answer: "D" }])}`,
      ...once,
    });
    const [first, second, ...others] = result.output.exercises;
    expect(others).toEqual([]);
    expect(first).toMatchObject({ stem: draft.stem, category: "transfer", learning_objective_id: "lo_9" });
    expect(first?.options.map(({ text, is_correct }) => [text, is_correct])).toEqual(
      draft.options.map((text, place) => [text, place === 1]),
    );
    expect(second?.options.map(({ is_correct }) => is_correct)).toEqual([false, false, false, true]);
  });

  it("gives the same answer to the same prompt and another one to another prompt", async () => {
    const ask = async (prompt: string) =>
      (await generateText({ model: openai()("gpt-test"), prompt, ...once })).text;
    const first = await ask("Topic: Glaciers\nWords: 400");
    expect(await ask("Topic: Glaciers\nWords: 400")).toBe(first);
    expect(await ask("Topic: Volcanoes\nWords: 400")).not.toBe(first);
    const words = first.split(/\s+/).length;
    expect(words).toBeGreaterThan(300);
    expect(words).toBeLessThan(560);
    expect(first).toContain("Glaciers");
  });

  it("answers a compatible client that sends its schema and one that writes it into the prompt", async () => {
    const schema = z.object({
      description: z.string(),
      alt_text: z.string(),
      palette: z.array(z.string().regex(/^#[0-9a-f]{6}$/)).length(5),
    });
    const output = Output.object({ schema, name: "cover_description" });
    const strict = await generateText({
      model: compatible(true)("m"),
      output,
      prompt: "Topic: Rivers",
      ...once,
    });
    expect(strict.output.palette).toHaveLength(5);
    const written = JSON.stringify({ ...z.toJSONSchema(schema), title: "cover_description" });
    const loose = await generateText({
      model: compatible(false)("m"),
      output,
      prompt: `Topic: Rivers {not json}\nJSON schema:\n${written}`,
      ...once,
    });
    expect(loose.output.alt_text).toContain("Rivers");
    expect(provider.calls({ schema_name: "cover_description" })).toHaveLength(2);
  });

  it("streams text with usage through both APIs", async () => {
    for (const model of [openai()("m"), openai().chat("m"), compatible(true)("m")]) {
      const result = streamText({ model, prompt: "Topic: Clouds", ...once });
      let parts = 0;
      for await (const _part of result.textStream) parts++;
      expect(parts).toBeGreaterThan(5);
      expect((await result.usage).outputTokens).toBeGreaterThan(100);
      expect(await result.finishReason).toBe("stop");
    }
  });

  it("streams an object that fits its schema", async () => {
    const result = streamText({
      model: openai()("m"),
      output: Output.object({ schema: unitMetadataSchema, name: "unit_metadata" }),
      prompt: unitPrompt,
      ...once,
    });
    expect((await result.output).lessons).toHaveLength(5);
  });

  it("speaks MP3 frames and WAV samples whose length follows the text", async () => {
    const text = "word ".repeat(80).trim();
    const mp3 = await generateSpeech({ model: openai().speech("tts"), text, ...once });
    expect(mp3.audio.mediaType).toBe("audio/mpeg");
    expect(mp3SecondsOf(mp3.audio.uint8Array)).toBeCloseTo(30, 0);
    const wav = await generateSpeech({ model: openai().speech("tts"), text, outputFormat: "wav", ...once });
    const bytes = Buffer.from(wav.audio.uint8Array);
    expect(bytes.subarray(0, 4).toString()).toBe("RIFF");
    expect((bytes.length - 44) / 32_000).toBeCloseTo(30, 1);
    expect(provider.calls({ kind: "speech" })).toHaveLength(2);
  });

  it("draws a PNG of the asked size and reports its tokens", async () => {
    for (const model of [openai().image("gpt-image-1"), compatible(true).imageModel("any")]) {
      const result = await generateImage({ model, prompt: "A calm sea", size: "256x256", ...once });
      const png = Buffer.from(result.image.uint8Array);
      expect(png.subarray(1, 4).toString()).toBe("PNG");
      expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([256, 256]);
      expect(result.usage.outputTokens).toBe(272);
    }
  });

  it("lists models with and without the version prefix", async () => {
    const headers = { authorization: `Bearer ${apiKey}` };
    for (const url of [`${provider.url}/models`, `${provider.origin}/models`]) {
      const list = z
        .object({ data: z.array(z.object({ id: z.string() })) })
        .parse(await (await fetch(url, { headers })).json());
      expect(list.data.length).toBeGreaterThan(0);
    }
  });
});

/** Walks the frames of a 16 kHz MPEG-2 layer III file; each lasts 36 ms. */
function mp3SecondsOf(bytes: Uint8Array): number {
  let frames = 0;
  for (let offset = 0; offset < bytes.length; offset += 144) {
    expect([bytes[offset], (bytes[offset + 1] ?? 0) & 0xf6]).toEqual([0xff, 0xf2]);
    frames++;
  }
  return frames * 0.036;
}
