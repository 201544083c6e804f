import { readFileSync } from "node:fs";
import { z } from "zod";
import { CallKind } from "./call-kind.ts";
import type { ProviderCall } from "./provider-call.ts";

/** What a call asks for; `models` and `unknown` are free of charge. */

const milliseconds = z.number().int().min(0).max(3_600_000);

/** What a rule does with a call. Fields combine (`latency_ms` with any other); the first that ends the call wins. */
export const ScriptAction = z.strictObject({
  /** Replaces the latency of the kind. */
  latency_ms: milliseconds.optional(),
  status: z.number().int().min(200).max(599).optional(),
  /** Error code in the body, for example `insufficient_quota`. */
  error_code: z.string().optional(),
  /** A number is seconds; a text is sent as it is; `date_in_s` an HTTP date; `ms` the header `retry-after-ms`. */
  retry_after: z
    .union([
      z.number().min(0),
      z.string(),
      z.strictObject({ date_in_s: z.number() }),
      z.strictObject({ ms: z.number().min(0) }),
    ])
    .optional(),
  /** Never answers. */
  hang: z.boolean().optional(),
  /** Sends half of the answer, then nothing. */
  hang_mid_body: z.boolean().optional(),
  /** Destroys the connection `before_headers` or (true) after half of the body; `clean` ends there without an error. */
  cut: z.union([z.boolean(), z.enum(["before_headers", "clean"])]).optional(),
  /** Ends the text after half of it with the finish reason of a reached token limit. */
  truncate: z.boolean().optional(),
  /** `broken` (true): JSON with a missing end; `fenced`: in a code fence with a trailing comma. */
  invalid_json: z.union([z.boolean(), z.enum(["broken", "fenced"])]).optional(),
  /** Valid JSON that lacks what the schema requires. */
  wrong_schema: z.boolean().optional(),
  refusal: z.union([z.boolean(), z.string()]).optional(),
  /** A well-formed answer without content. */
  empty: z.boolean().optional(),
  /** Sent verbatim; a value that is not a text is sent as JSON. */
  body: z.json().optional(),
  content_type: z.string().optional(),
  /** Answers well, and puts these words into every text of the answer: a model that does what its sources say. */
  obey: z.string().optional(),
  /** Speech whose bytes are a web page. */
  html_as_audio: z.boolean().optional(),
});
export type ScriptAction = z.infer<typeof ScriptAction>;

const oneOrMore = <T extends z.ZodType>(one: T) => z.union([one, z.array(one)]);

const ScriptRule = z.strictObject({
  /** All given conditions must hold; none given: every call. `path` and `prompt` match a part, the rest exactly. */
  match: z
    .strictObject({
      kind: oneOrMore(CallKind).optional(),
      path: z.string().optional(),
      model: oneOrMore(z.string()).optional(),
      schema_name: oneOrMore(z.string()).optional(),
      prompt: z.string().optional(),
    })
    .default({}),
  /** That many matching calls pass first. */
  skip: z.number().int().min(0).default(0),
  /** Applies to at most that many calls. */
  times: z.number().int().min(0).optional(),
  action: ScriptAction,
});

/** How the provider behaves; everything has a default: answer well and at once. */
export const ProviderScript = z.strictObject({
  latency_ms: z.partialRecord(CallKind, milliseconds).default({}),
  /** Share of the prompt tokens reported as read from the cache, 0 to 1. */
  cached_share: z.number().min(0).max(1).default(0),
  /** Reported with each text and object answer, and part of its output tokens. */
  reasoning_tokens: z.number().int().min(0).default(0),
  words_per_minute: z.number().min(20).max(100_000).default(160),
  speech_max_characters: z.number().int().min(1).default(4096),
  /** Refuses a `strict` schema as OpenAI does: every property required, no additional ones. */
  check_strict_schemas: z.boolean().default(true),
  rules: z.array(ScriptRule).default([]),
});
export type ProviderScript = z.infer<typeof ProviderScript>;
export type ProviderScriptInput = z.input<typeof ProviderScript>;

/** @throws ZodError naming what is wrong; SyntaxError when the file is no JSON. */
export function readScriptFile(path: string): ProviderScript {
  return ProviderScript.parse(JSON.parse(readFileSync(path, "utf8")));
}

/** A script with its counters: `actionFor` counts the call and must be called once for each. */
export interface ScriptRunner {
  script: ProviderScript;
  actionFor(call: ProviderCall): ScriptAction;
}

export function runScript(script: ProviderScript): ScriptRunner {
  const counters = script.rules.map(() => ({ seen: 0, applied: 0 }));
  return {
    script,
    actionFor(call) {
      for (const [index, rule] of script.rules.entries()) {
        const counter = counters[index];
        if (!counter || !matches(rule.match, call)) continue;
        counter.seen++;
        if (counter.seen <= rule.skip || counter.applied >= (rule.times ?? Number.POSITIVE_INFINITY))
          continue;
        counter.applied++;
        return rule.action;
      }
      return {};
    },
  };
}

function matches(match: z.infer<typeof ScriptRule>["match"], call: ProviderCall): boolean {
  const among = (wanted: string | string[] | undefined, value: string | null) =>
    wanted === undefined || (value !== null && [wanted].flat().includes(value));
  return (
    among(match.kind, call.kind) &&
    among(match.model, call.model) &&
    among(match.schema_name, call.schemaName) &&
    (match.path === undefined || call.path.includes(match.path)) &&
    (match.prompt === undefined || call.prompt.includes(match.prompt))
  );
}

/** The name under which the log shows an action. */
export function nameOfAction(action: ScriptAction): string {
  const names = [
    ...["hang", "status", "cut", "hang_mid_body", "body", "html_as_audio", "refusal", "empty"],
    ...["invalid_json", "wrong_schema", "truncate", "obey"],
  ];
  const set = new Map(Object.entries(action).filter(([, value]) => value !== undefined && value !== false));
  return names.find((name) => set.has(name)) ?? "answer";
}
