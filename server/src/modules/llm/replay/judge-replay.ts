import { z } from "zod";
import type { Judgement, ProviderReply } from "../gateway/attempt.ts";
import { parseJson } from "../gateway/classify.ts";
import type { Exchange } from "../gateway/exchange.ts";
import { listIssues, parseMended, refused, unusable } from "../gateway/judge.ts";
import { refusalOf } from "../gateway/stored-exchange.ts";

/** What a replayed text or object request brought. */
export interface ReplayedText {
  readonly text: string;
  readonly finish_reason: string | null;
  /** Null when no schema was asked for, or it cannot be judged by. */
  readonly fits_schema: boolean | null;
  /** What does not fit, in words. */
  readonly schema_problem: string | null;
}

/** A replay is there to be looked at: whatever the model wrote is used, and told whether it fits the schema. */
export function judgeReplayedText(
  schema: unknown,
  reply: ProviderReply | null,
  exchange: Exchange,
): Judgement<ReplayedText> {
  const refusal = refusalOf(exchange);
  const stored = { finish_reason: reply?.finish_reason ?? null, text: reply?.text ?? null };
  if (refusal !== null) return refused(refusal, stored);
  if (reply === null || reply.text === null) {
    return unusable("permanent", "answer_invalid", "The provider's answer could not be read.", null, stored);
  }
  const { text, finish_reason } = reply;
  if (schema === null) {
    return {
      kind: "usable",
      value: { text, finish_reason, fits_schema: null, schema_problem: null },
      stored,
    };
  }
  const exact = parseJson(text);
  const object = exact === undefined ? parseMended(text) : exact;
  const fit = judgeFit(schema, object);
  return {
    kind: "usable",
    value: { text, finish_reason, ...fit },
    stored: { ...stored, ...(object === undefined ? {} : { object, repaired: exact === undefined }), ...fit },
  };
}

function judgeFit(schema: unknown, object: unknown): Pick<ReplayedText, "fits_schema" | "schema_problem"> {
  if (object === undefined) return { fits_schema: false, schema_problem: "The answer is not JSON." };
  const judge = readSchema(schema);
  if (judge === null) {
    return {
      fits_schema: null,
      schema_problem: "The schema is one that answers cannot be checked against here.",
    };
  }
  const parsed = judge.safeParse(object);
  if (parsed.success) return { fits_schema: true, schema_problem: null };
  return { fits_schema: false, schema_problem: listIssues(parsed.error) };
}

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];

function readSchema(schema: unknown): z.ZodType | null {
  try {
    // It throws for what is no schema or uses what it does not know.
    return z.fromJSONSchema(schema as JsonSchema);
  } catch {
    return null;
  }
}

const chatFormat = z.object({
  response_format: z.object({ json_schema: z.object({ schema: z.unknown() }) }),
});
const responsesFormat = z.object({ text: z.object({ format: z.object({ schema: z.unknown() }) }) });

/** The JSON schema that a body demands of the answer; null when it demands none. */
export function schemaOf(body: unknown): unknown {
  const chat = chatFormat.safeParse(body);
  if (chat.success) return chat.data.response_format.json_schema.schema ?? null;
  const responses = responsesFormat.safeParse(body);
  return responses.success ? (responses.data.text.format.schema ?? null) : null;
}
