import { describe, expect, it } from "vitest";
import { AppError } from "../../../platform/errors.ts";
import { editBody, outputLimitOf } from "./edit-body.ts";

const chat = {
  model: "writer-1",
  max_tokens: 2000,
  temperature: 0.2,
  messages: [
    { role: "system", content: "You write lessons." },
    { role: "user", content: "Topic: Tides" },
    { role: "assistant", content: "{" },
    { role: "user", content: [{ type: "text", text: "Write it again." }] },
  ],
  response_format: { type: "json_schema", json_schema: { name: "cover", schema: {} } },
};
const responses = {
  model: "writer-1",
  input: [
    { role: "developer", content: "You write lessons." },
    { role: "user", content: [{ type: "input_text", text: "Topic: Tides" }] },
  ],
  max_output_tokens: 2000,
  store: false,
};
const ofChat = { kind: "object", api_variant: "chat_completions" } as const;
const ofResponses = { kind: "text", api_variant: "responses" } as const;

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error.code;
  }
  return "nothing was thrown";
}

describe("a body with edits", () => {
  it("is the very same text without any", () => {
    expect(JSON.stringify(editBody(ofChat, chat, {}))).toBe(JSON.stringify(chat));
    expect(JSON.stringify(editBody(ofResponses, responses, { model: undefined }))).toBe(
      JSON.stringify(responses),
    );
  });

  it("differs only where it was edited, whichever interface it was sent through", () => {
    expect(editBody(ofChat, chat, { model: "writer-2", prompt: "Shorter.", max_output_tokens: 9 })).toEqual({
      ...chat,
      model: "writer-2",
      max_tokens: 9,
      messages: chat.messages.with(3, { role: "user", content: [{ type: "text", text: "Shorter." }] }),
    });
    expect(editBody(ofResponses, responses, { prompt: "Shorter.", system: "Be brief." })).toEqual({
      ...responses,
      input: [
        { role: "developer", content: "Be brief." },
        { role: "user", content: [{ type: "input_text", text: "Shorter." }] },
      ],
    });
  });

  it("gets or loses a system message and a temperature", () => {
    const { temperature: _temperature, ...cooler } = chat;
    expect(editBody(ofChat, chat, { temperature: null, system: "" })).toEqual({
      ...cooler,
      messages: chat.messages.slice(1),
    });
    const plain = { ...chat, messages: chat.messages.slice(1) };
    expect(editBody(ofChat, plain, { system: "Be brief." }).messages).toEqual([
      { role: "system", content: "Be brief." },
      ...plain.messages,
    ]);
    expect(editBody(ofResponses, { ...responses, input: "Tides" }, { system: "Be brief." })).toEqual({
      ...responses,
      input: "Tides",
      instructions: "Be brief.",
    });
  });

  it("keeps the name that its limit of tokens had", () => {
    const { max_tokens: _former, ...rest } = chat;
    const newer = { ...rest, max_completion_tokens: 2000 };
    expect(editBody(ofChat, newer, { max_output_tokens: 5 })).toEqual({ ...newer, max_completion_tokens: 5 });
    expect([outputLimitOf(chat), outputLimitOf(newer), outputLimitOf(responses), outputLimitOf({})]).toEqual([
      2000,
      2000,
      2000,
      null,
    ]);
  });

  it("takes the words and the voice of speech, and the description of a picture", () => {
    const speech = { model: "voice-1", input: "Tides.", voice: "alloy", response_format: "mp3" };
    expect(
      editBody({ kind: "speech", api_variant: "audio_speech" }, speech, { text: "Ebb.", voice: "echo" }),
    ).toEqual({ ...speech, input: "Ebb.", voice: "echo" });
    const picture = { model: "painter-1", prompt: "A bay", size: "1024x1024" };
    expect(editBody({ kind: "image", api_variant: "images" }, picture, { prompt: "A cliff" })).toEqual({
      ...picture,
      prompt: "A cliff",
    });
  });

  it("refuses an edit that its kind has no place for", () => {
    expect(codeOf(() => editBody(ofChat, chat, { voice: "echo" }))).toBe("replay_edit_invalid");
    expect(codeOf(() => editBody({ kind: "speech", api_variant: "audio_speech" }, {}, { prompt: "x" }))).toBe(
      "replay_edit_invalid",
    );
    expect(codeOf(() => editBody(ofChat, { ...chat, messages: [] }, { prompt: "x" }))).toBe(
      "replay_edit_invalid",
    );
  });
});
