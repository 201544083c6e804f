import { expect, test } from "vitest";
import {
  draftOf,
  earlierMessagesOf,
  editsOf,
  modelChoicesOf,
  problemsOf,
  replayCostSentence,
  replayFieldsOf,
} from "./replay-form.ts";

const conversation = {
  kind: "object",
  model: "m-1",
  messages: [
    { role: "system", content: "Be brief." },
    { role: "user", content: "First." },
    { role: "assistant", content: "{" },
    { role: "user", content: "Again." },
  ],
  parameters: { max_output_tokens: 6000 },
  request: { url: "https://models.example.org", body: { temperature: 0.4 } },
} as const;

type Sent = Parameters<typeof draftOf>[0];
// Literals above are readonly; the function only reads.
const sent = conversation as unknown as Sent;
const fields = replayFieldsOf(sent);
const original = draftOf(sent);

test("a conversation offers its system message, its last prompt and its settings", () => {
  expect(original).toEqual({
    model: "m-1",
    system: "Be brief.",
    prompt: "Again.",
    temperature: "0.4",
    max_output_tokens: "6000",
    text: "",
    voice: "",
  });
  expect(earlierMessagesOf(sent)).toBe(2);
});

test("speech offers its text and voice, an image its prompt", () => {
  const speech = { ...sent, kind: "speech", messages: [], parameters: {} } as Sent;
  const body = { input: "Say this", voice: "alloy" };
  expect(draftOf({ ...speech, request: { url: "https://x", body } })).toMatchObject({
    text: "Say this",
    voice: "alloy",
  });
  const image = {
    ...speech,
    kind: "image",
    request: { url: "https://x", body: { prompt: "Tiles" } },
  } as Sent;
  expect(draftOf(image).prompt).toBe("Tiles");
});

test("the texts of a request that is too big to come along are not offered as empty", () => {
  expect(replayFieldsOf({ ...sent, request: null })).toEqual(["model", "temperature", "max_output_tokens"]);
});

test("only what was changed is sent, and an emptied temperature is left to the provider", () => {
  expect(editsOf(original, original, fields)).toEqual({});
  expect(editsOf(original, { ...original, temperature: "", max_output_tokens: "200" }, fields)).toEqual({
    temperature: null,
    max_output_tokens: 200,
  });
});

test.each([
  ["temperature", "warm"],
  ["temperature", "3"],
  ["max_output_tokens", "0"],
  ["max_output_tokens", ""],
  ["model", " "],
  ["prompt", ""],
] as const)("the field %s refuses %j", (field, value) => {
  expect(Object.keys(problemsOf(original, { ...original, [field]: value }, fields))).toEqual([field]);
});

test("what the original left out may stay left out", () => {
  const bare = { ...original, max_output_tokens: "", temperature: "" };
  expect(problemsOf(bare, bare, fields)).toEqual({});
});

const priced = { cost_usd: 0.0042, model: "m-1", status: "completed", cached: false } as const;

test.each([
  [priced, {}, "About $0.0042, as the original cost."],
  [priced, { prompt: "x" }, "About $0.0042, as the original cost; your changes move that a little."],
  [priced, { model: "m-2" }, "What it costs with m-2 is unknown; the original cost $0.0042 with m-1."],
  [{ ...priced, cost_usd: null }, {}, "What it costs is unknown, as the cost of the original is."],
  [
    { ...priced, status: "failed" as const, cost_usd: 0 },
    {},
    "What it costs is unknown: the original brought no whole answer.",
  ],
])("the cost of a replay of %j with %j is told", (request, edits, sentence) => {
  expect(replayCostSentence(request, edits)).toBe(sentence);
});

test("models of the kind are offered once each, configured ones first", () => {
  const known = (kind: "text" | "object" | "image", model: string, is_configured: boolean) => ({
    kind,
    provider: "p",
    model,
    is_configured,
  });
  const models = [
    known("text", "old", false),
    known("object", "new", true),
    known("text", "new", true),
    known("image", "i", true),
  ];
  expect(modelChoicesOf(models, "object").map((each) => each.model)).toEqual(["new", "old"]);
});
