import { z } from "zod";
import { llmErrors } from "../errors.ts";
import type { LlmRequestKind, ReplayEdits } from "../public.ts";

type Body = Readonly<Record<string, unknown>>;

const editable: Readonly<Record<LlmRequestKind, readonly (keyof ReplayEdits)[]>> = {
  text: ["model", "system", "prompt", "temperature", "max_output_tokens"],
  object: ["model", "system", "prompt", "temperature", "max_output_tokens"],
  speech: ["model", "text", "voice"],
  image: ["model", "prompt"],
};

const wordsOf: Readonly<Record<keyof ReplayEdits, string>> = {
  model: "model",
  system: "system message",
  prompt: "prompt",
  temperature: "temperature",
  max_output_tokens: "limit of output tokens",
  text: "text to speak",
  voice: "voice",
};

/**
 * The body with the edits in it; everything else stays as it was sent, in its order. A prompt takes the place of the last
 * message of the user.
 * @throws AppError `replay_edit_invalid` for an edit that this kind of request has no place for
 */
export function editBody(
  request: { readonly kind: LlmRequestKind; readonly api_variant: string | null },
  sent: Body,
  edits: ReplayEdits,
): Body {
  const { kind, api_variant } = request;
  for (const [name, value] of Object.entries(edits)) {
    // Every name of an edit is one of `ReplayEdits`.
    if (value === undefined || editable[kind].includes(name as keyof ReplayEdits)) continue;
    const words = wordsOf[name as keyof ReplayEdits];
    throw llmErrors.create("replay_edit_invalid", `A request of kind ${kind} has no ${words} to edit.`, {
      details: { field: name },
    });
  }
  let body: Record<string, unknown> = { ...sent };
  if (edits.model !== undefined) body.model = edits.model;
  if (kind === "speech") {
    if (edits.text !== undefined) body.input = edits.text;
    if (edits.voice !== undefined) body.voice = edits.voice;
    return body;
  }
  if (kind === "image") {
    if (edits.prompt !== undefined) body.prompt = edits.prompt;
    return body;
  }
  const isResponses = api_variant === "responses";
  if (edits.system !== undefined) body = withSystem(body, edits.system, isResponses);
  if (edits.prompt !== undefined) body = withPrompt(body, edits.prompt, isResponses);
  if (edits.temperature !== undefined) body = withTemperature(body, edits.temperature);
  if (edits.max_output_tokens !== undefined) body[limitName(body, isResponses)] = edits.max_output_tokens;
  return body;
}

/** The most tokens that the body lets the model write; null when it sets no limit. */
export function outputLimitOf(body: Body): number | null {
  const limit = body.max_output_tokens ?? body.max_completion_tokens ?? body.max_tokens;
  return typeof limit === "number" && limit > 0 ? limit : null;
}

function limitName(body: Body, isResponses: boolean): string {
  if (isResponses) return "max_output_tokens";
  return "max_completion_tokens" in body ? "max_completion_tokens" : "max_tokens";
}

function withTemperature({ temperature: _former, ...rest }: Body, temperature: number | null) {
  return temperature === null ? rest : { ...rest, temperature };
}

const message = z.looseObject({ role: z.string(), content: z.unknown() });
type Message = z.infer<typeof message>;
const messages = z.array(message);

function readMessages(body: Body, isResponses: boolean): Message[] | null {
  const parsed = messages.safeParse(isResponses ? body.input : body.messages);
  return parsed.success ? parsed.data : null;
}

function withMessages(body: Body, list: readonly Message[], isResponses: boolean): Record<string, unknown> {
  return { ...body, [isResponses ? "input" : "messages"]: list };
}

function isSystem({ role }: Message): boolean {
  return role === "system" || role === "developer";
}

function withSystem(body: Body, text: string, isResponses: boolean): Record<string, unknown> {
  const list = readMessages(body, isResponses);
  if (list === null || typeof body.instructions === "string") return { ...body, instructions: text };
  const place = list.findIndex(isSystem);
  const found = list[place];
  const others = list.filter((_message, index) => index !== place);
  if (text === "") return withMessages(body, others, isResponses);
  if (found === undefined) {
    return withMessages(body, [{ role: "system", content: text }, ...list], isResponses);
  }
  return withMessages(body, list.with(place, withText(found, text)), isResponses);
}

function withPrompt(body: Body, text: string, isResponses: boolean): Record<string, unknown> {
  const list = readMessages(body, isResponses);
  if (list === null) return { ...body, input: text };
  const place = list.findLastIndex(({ role }) => role === "user");
  const found = list[place];
  if (found === undefined) {
    throw llmErrors.create("replay_edit_invalid", "This request has no message of a user to edit.", {
      details: { field: "prompt" },
    });
  }
  return withMessages(body, list.with(place, withText(found, text)), isResponses);
}

const parts = z.array(z.looseObject({ type: z.string() }));

/** The message with another text, in the form that its content had. */
function withText(former: Message, text: string): Message {
  const content = parts.safeParse(former.content);
  const first = content.success ? content.data[0] : undefined;
  return { ...former, content: first === undefined ? text : [{ ...first, text }] };
}
