import { numberFor } from "./choice.ts";
import { makeMp3, makePcm, makePng, makeWav, readSize, speechSeconds } from "./media-answers.ts";
import { type ProviderCall, strictSchemaFault } from "./provider-call.ts";
import type { ProviderScript, ScriptAction } from "./provider-script.ts";
import { answerText, tokensOf } from "./text-answer.ts";
import { chatBody, chatEvents, responsesBody, responsesEvents } from "./text-wire.ts";

/** What goes over the wire. More than one part means a stream, whose parts are paced over the latency. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  parts: (string | Buffer)[];
  streamed: boolean;
}

const models = ["test-text", "test-speech", "test-image"];
const webPage =
  "<!doctype html><html><head><title>Sign in</title></head><body><p>Please sign in to go on.</p></body></html>";

/** An error in the form of the API. */
export function errorReply(
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): Reply {
  const type = status === 429 ? "rate_limit_error" : status >= 500 ? "server_error" : "invalid_request_error";
  return jsonReply({ error: { message, type, param: null, code } }, status, headers);
}

/** A call that no provider would accept, or null: checked before the script is asked. */
export function rejectionOf(call: ProviderCall, script: ProviderScript): Reply | null {
  if (call.problem) return errorReply(call.problem.status, call.problem.code, call.problem.message);
  const fault = call.strict && script.check_strict_schemas ? strictSchemaFault(call.schema) : null;
  if (fault !== null) {
    return errorReply(
      400,
      "invalid_json_schema",
      `Invalid schema for response_format '${call.schemaName}': ${fault}`,
    );
  }
  if (call.kind === "speech" && call.prompt.length > script.speech_max_characters) {
    const most = script.speech_max_characters;
    return errorReply(
      400,
      "string_above_max_length",
      `'input' has ${call.prompt.length} characters; at most ${most} are allowed.`,
    );
  }
  if (call.kind === "speech" && !["mp3", "wav", "pcm"].includes(call.responseFormat ?? "mp3")) {
    return errorReply(
      400,
      "invalid_value",
      `This provider makes mp3, wav and pcm, not '${call.responseFormat}'.`,
    );
  }
  if (call.kind === "image" && readSize(call.size) === null) {
    return errorReply(400, "invalid_value", `'${call.size}' is no size that this provider makes.`);
  }
  return null;
}

/** The reply to a call under an action, without its timing. */
export async function replyTo(
  call: ProviderCall,
  action: ScriptAction,
  script: ProviderScript,
): Promise<Reply> {
  const scripted = scriptedReply(action);
  if (scripted) return scripted;
  switch (call.kind) {
    case "text":
    case "object":
      return textReply(call, action, script);
    case "speech":
      return speechReply(call, action, script);
    case "image":
      return imageReply(call, action);
    default:
      return jsonReply({
        object: "list",
        data: models.map((id) => ({ id, object: "model", created: 1_767_225_600, owned_by: "test" })),
      });
  }
}

function jsonReply(value: unknown, status = 200, headers: Record<string, string> = {}): Reply {
  return {
    status,
    headers: { "content-type": "application/json", ...headers },
    parts: [JSON.stringify(value)],
    streamed: false,
  };
}

function scriptedReply(action: ScriptAction): Reply | null {
  const status = action.status ?? 200;
  const headers = retryHeaders(action);
  const type = action.content_type;
  if (action.body !== undefined) {
    const body = typeof action.body === "string" ? action.body : JSON.stringify(action.body);
    return {
      status,
      headers: { "content-type": type ?? "application/json", ...headers },
      parts: [body],
      streamed: false,
    };
  }
  if (action.html_as_audio === true) {
    return {
      status,
      headers: { "content-type": type ?? "audio/mpeg", ...headers },
      parts: [webPage],
      streamed: false,
    };
  }
  if (status === 200) return null;
  const code =
    action.error_code ?? usualCodes[status] ?? (status >= 500 ? "server_error" : "invalid_request");
  return errorReply(status, code, `The script answers this call with ${status}.`, headers);
}

const usualCodes: Readonly<Record<number, string>> = {
  401: "invalid_api_key",
  403: "permission_denied",
  404: "model_not_found",
  408: "request_timeout",
  409: "conflict",
  429: "rate_limit_exceeded",
};

function retryHeaders({ retry_after: after }: ScriptAction): Record<string, string> {
  if (after === undefined) return {};
  if (typeof after !== "object") return { "retry-after": String(after) };
  if ("ms" in after) return { "retry-after-ms": String(after.ms) };
  return { "retry-after": new Date(Date.now() + after.date_in_s * 1000).toUTCString() };
}

function textReply(call: ProviderCall, action: ScriptAction, script: ProviderScript): Reply {
  const answer = answerText(call, action, script);
  const id = numberFor(call.prompt).toString(16).padStart(8, "0") + Date.now().toString(16);
  const isChat = call.endpoint === "chat";
  if (call.stream) {
    const events = isChat ? chatEvents(call, answer, id) : responsesEvents(call, answer, id);
    const broken = call.kind === "text" && breaksJson(action) ? Math.floor(events.length / 2) : -1;
    const parts = events.map((event, index) =>
      index === broken ? `${event.slice(0, event.length / 2).trimEnd()}\n\n` : event,
    );
    return { status: 200, headers: { "content-type": "text/event-stream" }, parts, streamed: true };
  }
  const reply = jsonReply(isChat ? chatBody(call, answer, id) : responsesBody(call, answer, id));
  return call.kind === "text" && breaksJson(action) ? halved(reply) : reply;
}

function breaksJson(action: ScriptAction): boolean {
  return action.invalid_json !== undefined && action.invalid_json !== false;
}

function halved(reply: Reply): Reply {
  return { ...reply, parts: reply.parts.map((part) => part.slice(0, Math.floor(part.length / 2))) };
}

function isRefused(action: ScriptAction): boolean {
  return action.refusal !== undefined && action.refusal !== false;
}

async function speechReply(call: ProviderCall, action: ScriptAction, script: ProviderScript): Promise<Reply> {
  if (isRefused(action)) return errorReply(400, "content_policy_violation", "This text is not allowed.");
  const form = call.responseFormat ?? "mp3";
  const seconds = speechSeconds(call.prompt, script.words_per_minute);
  const audio =
    form === "wav" ? makeWav(seconds) : form === "pcm" ? makePcm(seconds) : await makeMp3(seconds);
  const whole = action.empty === true ? Buffer.alloc(0) : audio;
  const bytes = action.truncate === true ? whole.subarray(0, Math.floor(whole.length / 2)) : whole;
  const type = { mp3: "audio/mpeg", wav: "audio/wav", pcm: "audio/pcm" }[form] ?? "audio/mpeg";
  return { status: 200, headers: { "content-type": type }, parts: [bytes], streamed: false };
}

const tokensPerLargeImage = 1056;
const tokensPerSmallImage = 272;

function imageReply(call: ProviderCall, action: ScriptAction): Reply {
  if (isRefused(action))
    return errorReply(400, "moderation_blocked", "This prompt was rejected by the safety system.");
  const size = readSize(call.size) ?? { width: 1024, height: 1024 };
  const count = action.empty === true ? 0 : call.count;
  const data = Array.from({ length: count }, (_, index) => {
    const png = makePng(index === 0 ? call.prompt : `${call.prompt}/${index}`, size.width, size.height);
    return {
      b64_json: (action.truncate === true ? png.subarray(0, png.length / 2) : png).toString("base64"),
    };
  });
  const textTokens = tokensOf(call.prompt);
  const output = count * (size.width * size.height > 512 * 512 ? tokensPerLargeImage : tokensPerSmallImage);
  const reply = jsonReply({
    created: Math.floor(Date.now() / 1000),
    size: `${size.width}x${size.height}`,
    output_format: "png",
    data,
    usage: {
      input_tokens: textTokens,
      input_tokens_details: { text_tokens: textTokens, image_tokens: 0 },
      output_tokens: output,
      total_tokens: textTokens + output,
    },
  });
  return breaksJson(action) ? halved(reply) : reply;
}
