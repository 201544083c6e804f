import { z } from "zod";
import { courseWriters } from "./course-writers.ts";
import { fillSchema, isRecord, type JsonSchema } from "./fill-schema.ts";
import { readPromptFacts } from "./prompt-facts.ts";
import { proseFor, sentenceCase } from "./prose.ts";
import type { ProviderCall } from "./provider-call.ts";
import type { ProviderScript, ScriptAction } from "./provider-script.ts";

/** What a language model would have said, before it takes the form of an endpoint. */
export interface TextAnswer {
  content: string;
  refusal: string | null;
  finish: "stop" | "length";
  usage: { input: number; cached: number; output: number; reasoning: number };
}

/** Tokens of a text by the usual rule of thumb, four characters each. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}

/**
 * Writes the answer to a text or object call and applies the action's faults to it.
 * @throws Error when the content does not fit the schema: a gap in `fillSchema`, to be mended there.
 */
export function answerText(call: ProviderCall, action: ScriptAction, script: ProviderScript): TextAnswer {
  const refusal = refusalOf(action);
  const written = refusal !== null || action.empty === true ? "" : contentFor(call, action);
  const whole = action.obey === undefined ? written : withWords(call, written, action.obey);
  const limit =
    call.maxTokens === null ? Number.POSITIVE_INFINITY : (call.maxTokens - script.reasoning_tokens) * 4;
  const allowed = action.truncate === true ? Math.min(limit, Math.floor(whole.length / 2)) : limit;
  const content = whole.length > allowed ? whole.slice(0, Math.max(0, allowed)) : whole;
  const input = tokensOf(call.prompt) + (call.schema === null ? 0 : tokensOf(JSON.stringify(call.schema)));
  return {
    content,
    refusal,
    finish: content.length < whole.length ? "length" : "stop",
    usage: {
      input,
      cached: Math.floor(input * script.cached_share),
      output: tokensOf(content + (refusal ?? "")) + script.reasoning_tokens,
      reasoning: script.reasoning_tokens,
    },
  };
}

function refusalOf(action: ScriptAction): string | null {
  if (typeof action.refusal === "string") return action.refusal;
  return action.refusal === true ? "I'm sorry, but I can't help with that request." : null;
}

function contentFor(call: ProviderCall, action: ScriptAction): string {
  const facts = readPromptFacts(call.prompt);
  const prose = proseFor(facts);
  if (call.kind === "text") {
    return [`# ${sentenceCase(facts.lessonTitle ?? facts.topic)}`, ...prose.paragraphs(facts.wordCount)].join(
      "\n\n",
    );
  }
  const written = courseWriters[call.schemaName ?? ""]?.(facts, prose);
  const draft = written?.fields ?? { title: sentenceCase(facts.topic), summary: prose.sentence("summary") };
  const value = call.schema
    ? fillSchema(call.schema, written?.fields, { facts, prose, ...(written ? { list: written.list } : {}) })
    : draft;
  if (call.schema) assertFits(call.schema, value);
  return action.wrong_schema === true ? misfit(call.schema, value) : damaged(JSON.stringify(value), action);
}

/** Fields of the schemas that are words for people. */
const wordFields = new Set(["title", "description", "objective", "text", "stem", "rationale", "alt_text"]);

function withWords(call: ProviderCall, content: string, words: string): string {
  if (call.kind === "text") return `${content}\n\n${words}`;
  return JSON.stringify(JSON.parse(content), (name, value: unknown) =>
    typeof value === "string" && wordFields.has(name) ? `${value} ${words}` : value,
  );
}

function assertFits(schema: JsonSchema, value: unknown): void {
  let check: z.ZodType;
  try {
    check = z.fromJSONSchema(schema);
  } catch {
    // zod knows fewer keywords than JSON Schema; without a checker the value stands as generated.
    return;
  }
  const result = check.safeParse(value);
  if (!result.success)
    throw new Error(`The made-up answer does not fit its schema: ${z.prettifyError(result.error)}`);
}

/** Valid JSON that cannot fit: the first required property is gone, or the top has another type. */
function misfit(schema: JsonSchema | null, value: unknown): string {
  const required: unknown[] = Array.isArray(schema?.required) ? schema.required : [];
  const missing = String(required[0]);
  if (!isRecord(value) || required.length === 0) return JSON.stringify(["unexpected"]);
  const { [missing]: removed, ...rest } = value;
  return JSON.stringify({ ...rest, [`${missing}_value`]: removed });
}

function damaged(json: string, action: ScriptAction): string {
  if (action.invalid_json === undefined || action.invalid_json === false) return json;
  if (action.invalid_json === "fenced") return `\`\`\`json\n${json.replace(/([}\]])$/, ",$1")}\n\`\`\``;
  return json.slice(0, Math.max(1, Math.floor(json.length * 0.6)));
}
