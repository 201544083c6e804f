import type { ProviderCall } from "./provider-call.ts";
import type { TextAnswer } from "./text-answer.ts";

/** The body of `POST /responses` without streaming. */
export function responsesBody(call: ProviderCall, answer: TextAnswer, id: string): object {
  return {
    ...responseHead(call, id),
    status: answer.finish === "length" ? "incomplete" : "completed",
    incomplete_details: answer.finish === "length" ? { reason: "max_output_tokens" } : null,
    output: [responsesItem(answer, id)],
    usage: responsesUsage(answer),
  };
}

/** The server-sent events of a streamed `POST /responses`, in order. */
export function responsesEvents(call: ProviderCall, answer: TextAnswer, id: string): string[] {
  const item = { id: `msg_${id}`, type: "message", role: "assistant", status: "in_progress", content: [] };
  const place = { item_id: item.id, output_index: 0, content_index: 0 };
  const isRefusal = answer.refusal !== null;
  const delta = isRefusal ? "response.refusal.delta" : "response.output_text.delta";
  const text = answer.refusal ?? answer.content;
  const part = responsesItem(answer, id).content[0];
  const emptyPart = isRefusal
    ? { type: "refusal", refusal: "" }
    : { type: "output_text", text: "", annotations: [] };
  const head = { ...responseHead(call, id), status: "in_progress", output: [], usage: null };
  const events: { type: string; [field: string]: unknown }[] = [
    { type: "response.created", response: head },
    { type: "response.in_progress", response: head },
    { type: "response.output_item.added", output_index: 0, item },
    { type: "response.content_part.added", ...place, part: emptyPart },
    ...pieces(text).map((piece) => ({ type: delta, ...place, delta: piece })),
    isRefusal
      ? { type: "response.refusal.done", ...place, refusal: text }
      : { type: "response.output_text.done", ...place, text },
    { type: "response.content_part.done", ...place, part },
    { type: "response.output_item.done", output_index: 0, item: responsesItem(answer, id) },
    {
      type: answer.finish === "length" ? "response.incomplete" : "response.completed",
      response: responsesBody(call, answer, id),
    },
  ];
  return events.map(
    (event, index) =>
      `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: index })}\n\n`,
  );
}

function responseHead(call: ProviderCall, id: string) {
  return {
    id: `resp_${id}`,
    object: "response",
    created_at: Math.floor(Date.now() / 1000),
    model: call.model,
    error: null,
    incomplete_details: null,
  };
}

function responsesItem(answer: TextAnswer, id: string) {
  const part =
    answer.refusal === null
      ? { type: "output_text", text: answer.content, annotations: [] }
      : { type: "refusal", refusal: answer.refusal };
  const status = answer.finish === "length" ? "incomplete" : "completed";
  return { id: `msg_${id}`, type: "message", role: "assistant", status, content: [part] };
}

function responsesUsage({ usage }: TextAnswer): object {
  return {
    input_tokens: usage.input,
    input_tokens_details: { cached_tokens: usage.cached },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: usage.input + usage.output,
  };
}

/** The body of `POST /chat/completions` without streaming. */
export function chatBody(call: ProviderCall, answer: TextAnswer, id: string): object {
  const message = {
    role: "assistant",
    content: answer.refusal === null ? answer.content : null,
    refusal: answer.refusal,
  };
  return {
    ...chatHead(call, id, "chat.completion"),
    choices: [{ index: 0, message, logprobs: null, finish_reason: answer.finish }],
    usage: chatUsage(answer),
  };
}

/** The server-sent events of a streamed `POST /chat/completions`; usage comes last and only when asked for. */
export function chatEvents(call: ProviderCall, answer: TextAnswer, id: string): string[] {
  const head = chatHead(call, id, "chat.completion.chunk");
  const chunk = (delta: object, finish: string | null) => ({
    ...head,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    ...(call.includeUsage ? { usage: null } : {}),
  });
  const field = answer.refusal === null ? "content" : "refusal";
  const chunks: object[] = [
    chunk({ role: "assistant", [field]: "" }, null),
    ...pieces(answer.refusal ?? answer.content).map((piece) => chunk({ [field]: piece }, null)),
    chunk({}, answer.finish),
    ...(call.includeUsage ? [{ ...head, choices: [], usage: chatUsage(answer) }] : []),
  ];
  return [...chunks.map((part) => `data: ${JSON.stringify(part)}\n\n`), "data: [DONE]\n\n"];
}

function chatHead(call: ProviderCall, id: string, object: string) {
  return { id: `chatcmpl-${id}`, object, created: Math.floor(Date.now() / 1000), model: call.model };
}

function chatUsage({ usage }: TextAnswer): object {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cached },
    completion_tokens_details: { reasoning_tokens: usage.reasoning },
  };
}

const mostPieces = 64;

function pieces(text: string): string[] {
  const length = Math.max(24, Math.ceil(text.length / mostPieces));
  return Array.from({ length: Math.ceil(text.length / length) }, (_, index) =>
    text.slice(index * length, (index + 1) * length),
  );
}
