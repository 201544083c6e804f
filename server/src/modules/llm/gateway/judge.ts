import { jsonrepair } from "jsonrepair";
import { z } from "zod";
import { loadedSecrets } from "../../../platform/redaction.ts";
import type { LlmErrorCode } from "../errors.ts";
import type { Judgement, ProviderReply } from "./attempt.ts";
import { type CallFailure, type FailureCategory, parseJson } from "./classify.ts";
import type { Exchange } from "./exchange.ts";
import { refusalOf } from "./stored-exchange.ts";

interface WrittenReply {
  readonly text: string;
  readonly stored: Readonly<Record<string, unknown>>;
}

/** Judges plain text: it has to be there, whole, and not a refusal. */
export function judgeText(reply: ProviderReply | null, exchange: Exchange): Judgement<string> {
  const written = readWritten(reply, exchange);
  return "kind" in written ? written : { kind: "usable", value: written.text, stored: written.stored };
}

/**
 * Judges a structured answer against its schema. JSON that is broken but not cut off is mended first (fences,
 * trailing commas, missing quotes); the row keeps that it was.
 */
export function judgeObject<Result>(
  schema: z.ZodType<Result>,
  reply: ProviderReply | null,
  exchange: Exchange,
): Judgement<Result> {
  const written = readWritten(reply, exchange);
  if ("kind" in written) return written;
  const { text } = written;
  const exact = parseJson(text);
  const value = exact === undefined ? parseMended(text) : exact;
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const problem =
      value === undefined ? "is not JSON" : `does not fit its schema: ${listIssues(parsed.error)}`;
    return unusable("repairable", "answer_invalid", `The model's answer ${problem}.`, text, written.stored);
  }
  return {
    kind: "usable",
    value: parsed.data,
    stored: { ...written.stored, object: parsed.data, repaired: exact === undefined },
  };
}

/** Judges media: bytes have to be there and must not declare themselves as text. What they are is probed by the caller. */
export function judgeMedia(
  reply: ProviderReply | null,
  exchange: Exchange,
  textIsRubbish: boolean,
): Judgement<{ readonly bytes: Uint8Array; readonly mime: string }> {
  const refusal = refusalOf(exchange);
  if (refusal !== null) return refused(refusal, {});
  const declared = exchange.headers?.get("content-type") ?? "";
  if (textIsRubbish && /^(text\/|application\/json)/.test(declared)) {
    return unusable(
      "permanent",
      "answer_invalid",
      `The provider answered with ${declared} where media belong.`,
      null,
      {},
    );
  }
  if (reply === null || reply.media === null || reply.media.bytes.length === 0) {
    return unusable("permanent", "answer_invalid", "The provider's answer holds no media.", null, {});
  }
  return { kind: "usable", value: reply.media, stored: { mime: reply.media.mime } };
}

function readWritten(
  reply: ProviderReply | null,
  exchange: Exchange,
): WrittenReply | Extract<Judgement<never>, { kind: "unusable" }> {
  const refusal = refusalOf(exchange);
  const stored = { finish_reason: reply?.finish_reason ?? null, text: reply?.text ?? null };
  if (refusal !== null) return refused(refusal, stored);
  if (reply?.finish_reason === "content-filter")
    return refused("its content filter stopped the answer", stored);
  if (reply === null || reply.text === null) {
    return unusable("repairable", "answer_invalid", "The provider's answer could not be read.", null, stored);
  }
  if (reply.finish_reason === "length") {
    const message = "The answer reached the limit of output tokens and was cut off.";
    return unusable("truncated", "answer_truncated", message, reply.text, stored);
  }
  if (reply.text.trim() === "") {
    return unusable("repairable", "answer_invalid", "The model's answer is empty.", null, stored);
  }
  return { text: reply.text, stored };
}

export function refused(reason: string, stored: Readonly<Record<string, unknown>>) {
  return unusable("permanent", "provider_refused", `The model refused: ${clip(reason, 500)}`, null, stored);
}

export function unusable(
  category: FailureCategory,
  code: LlmErrorCode,
  message: string,
  text: string | null,
  stored: Readonly<Record<string, unknown>>,
): Extract<Judgement<never>, { kind: "unusable" }> {
  const failure: CallFailure = { category, code, message, retry_after_ms: null, billing: "used" };
  return { kind: "unusable", failure, text, stored };
}

export function parseMended(text: string): unknown {
  try {
    return JSON.parse(jsonrepair(text));
  } catch {
    return undefined;
  }
}

const mostIssues = 20;

export function listIssues(error: z.ZodError): string {
  const lines = error.issues.slice(0, mostIssues).map(({ path, message }) => {
    return path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`;
  });
  const more = error.issues.length - lines.length;
  return clip(lines.join("; "), 2_000) + (more > 0 ? ` (and ${more} more)` : "");
}

/** A secret must not be cut before it is recognised. */
function clip(message: string, most: number): string {
  const text = loadedSecrets.text(message);
  return text.length > most ? `${text.slice(0, most)} …` : text;
}

const longestQuotedAnswer = 100_000;

/** What the model is told about an answer that could not be used, with the schema that it has to fit. */
export function repairInstruction(problem: string, schema: z.ZodType): string {
  return [
    "Your answer cannot be used.",
    problem,
    "Write the whole answer again so that it fits this JSON schema. Answer with the JSON value only.",
    JSON.stringify(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" })),
  ].join("\n\n");
}

/** The unusable answer as it is shown to the model again. */
export function quoteAnswer(text: string): string {
  return clip(text, longestQuotedAnswer);
}
