import { z } from "zod";
import type { CallKind } from "./call-kind.ts";
import { isRecord, type JsonSchema } from "./fill-schema.ts";
import { objectsIn } from "./json-in-text.ts";

/** The endpoint that a call reached. */
type Endpoint = "responses" | "chat" | "speech" | "images" | "models";

/** One call as received, in one form for all endpoints. */
export interface ProviderCall {
  endpoint: Endpoint | null;
  kind: CallKind;
  path: string;
  model: string | null;
  /** All texts of the call, in order, joined by blank lines. */
  prompt: string;
  schemaName: string | null;
  /** The schema to answer with; for a `json_object` call the one written in the prompt, if any. */
  schema: JsonSchema | null;
  strict: boolean;
  stream: boolean;
  includeUsage: boolean;
  maxTokens: number | null;
  responseFormat: string | null;
  size: string | null;
  count: number;
  /** Why the call cannot be answered, in the words of an API error. */
  problem: { status: number; code: string; message: string } | null;
}

const endpoints: Readonly<Record<string, { endpoint: Endpoint; method: string; kind: CallKind }>> = {
  "/responses": { endpoint: "responses", method: "POST", kind: "text" },
  "/chat/completions": { endpoint: "chat", method: "POST", kind: "text" },
  "/audio/speech": { endpoint: "speech", method: "POST", kind: "speech" },
  "/images/generations": { endpoint: "images", method: "POST", kind: "image" },
  "/models": { endpoint: "models", method: "GET", kind: "models" },
};

const format = z.looseObject({
  type: z.string(),
  name: z.string().optional(),
  schema: z.record(z.string(), z.unknown()).optional(),
  strict: z.boolean().nullish(),
});

const CallBody = z.looseObject({
  model: z.string().min(1),
  input: z.unknown().optional(),
  instructions: z.string().nullish(),
  messages: z.array(z.unknown()).optional(),
  prompt: z.string().optional(),
  text: z.looseObject({ format: format.nullish() }).nullish(),
  response_format: z
    .union([
      z.string(),
      z.looseObject({ type: z.string(), json_schema: z.looseObject({ name: z.string() }).nullish() }),
    ])
    .nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_output_tokens: z.number().nullish(),
  max_completion_tokens: z.number().nullish(),
  max_tokens: z.number().nullish(),
  size: z.string().nullish(),
  n: z.number().int().min(1).max(10).nullish(),
});
type CallBody = z.infer<typeof CallBody>;

/** Reads a call. Never throws: what is wrong with it stands in `problem`. */
export function readCall(method: string, path: string, body: Buffer): ProviderCall {
  const call = blankCall(path);
  const route = endpoints[path.replace(/^\/v1(?=\/)/, "").replace(/\/$/, "")];
  if (!route) return withProblem(call, 404, "unknown_url", `Unknown request URL: ${method} ${path}.`);
  call.endpoint = route.endpoint;
  call.kind = route.kind;
  if (method !== route.method)
    return withProblem(call, 405, "method_not_allowed", `Use ${route.method} for ${path}.`);
  if (route.endpoint === "models") return call;
  let received: unknown;
  try {
    received = JSON.parse(body.toString("utf8"));
  } catch {
    return withProblem(call, 400, "invalid_json", "The body of the request is not JSON.");
  }
  const parsed = CallBody.safeParse(received);
  if (!parsed.success) {
    const model = isRecord(received) && typeof received.model === "string" ? received.model : null;
    return withProblem({ ...call, model }, 400, "invalid_request", z.prettifyError(parsed.error));
  }
  const complete = { ...call, ...factsOf(route.endpoint, parsed.data) };
  if (complete.schema !== null || complete.responseFormat === "json_object") complete.kind = "object";
  return complete.prompt === ""
    ? withProblem(complete, 400, "missing_required_parameter", "The request holds no text to answer.")
    : complete;
}

function blankCall(path: string): ProviderCall {
  return {
    ...{
      endpoint: null,
      kind: "unknown" as const,
      path,
      model: null,
      prompt: "",
      schemaName: null,
      schema: null,
    },
    ...{
      strict: false,
      stream: false,
      includeUsage: false,
      maxTokens: null,
      responseFormat: null,
      size: null,
    },
    ...{ count: 1, problem: null },
  };
}

function withProblem(call: ProviderCall, status: number, code: string, message: string): ProviderCall {
  return { ...call, problem: { status, code, message } };
}

function factsOf(endpoint: Endpoint, body: CallBody): Partial<ProviderCall> {
  const prompt = promptOf(endpoint, body);
  const asked = endpoint === "responses" || endpoint === "chat" ? formatOf(endpoint, body) : null;
  const inPrompt = asked?.type === "json_object" ? schemaInPrompt(prompt) : null;
  const title = inPrompt?.title;
  const named = asked?.name ?? /^\s*schema name\s*:\s*([\w-]+)/im.exec(prompt)?.[1];
  return {
    model: body.model,
    prompt,
    schema: asked?.schema ?? inPrompt,
    schemaName: named ?? (typeof title === "string" ? title : null),
    strict: asked?.strict === true,
    stream: body.stream === true,
    includeUsage: body.stream_options?.include_usage === true,
    maxTokens: body.max_output_tokens ?? body.max_completion_tokens ?? body.max_tokens ?? null,
    responseFormat: asked?.type ?? (typeof body.response_format === "string" ? body.response_format : null),
    size: body.size ?? null,
    count: body.n ?? 1,
  };
}

function formatOf(endpoint: Endpoint, body: CallBody): z.infer<typeof format> | null {
  if (endpoint === "responses") return body.text?.format ?? null;
  const asked = body.response_format;
  if (asked === null || asked === undefined || typeof asked === "string") return null;
  const parsed = format.safeParse({ ...asked.json_schema, type: asked.type });
  return parsed.success ? parsed.data : null;
}

function promptOf(endpoint: Endpoint, body: CallBody): string {
  if (endpoint === "images") return body.prompt ?? "";
  if (endpoint === "speech") return typeof body.input === "string" ? body.input : "";
  return [...textsIn(body.instructions), ...textsIn(endpoint === "chat" ? body.messages : body.input)].join(
    "\n\n",
  );
}

/** The texts in a list of messages, whose content is a text or a list of parts. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (!isRecord(value)) return [];
  return textsIn(value.content ?? value.text);
}

function schemaInPrompt(prompt: string): JsonSchema | null {
  return objectsIn(prompt).find((value) => isRecord(value.properties) || value.type === "object") ?? null;
}

/** The first place where a schema breaks the rules of OpenAI's strict mode, or null. */
export function strictSchemaFault(schema: unknown, path = "schema"): string | null {
  if (Array.isArray(schema)) {
    return schema.reduce<string | null>(
      (found, part, index) => found ?? strictSchemaFault(part, `${path}[${index}]`),
      null,
    );
  }
  if (!isRecord(schema)) return null;
  if (isRecord(schema.properties) && (schema.type === "object" || schema.type === undefined)) {
    const required: unknown[] = Array.isArray(schema.required) ? schema.required : [];
    const missing = Object.keys(schema.properties).find((name) => !required.includes(name));
    if (missing !== undefined)
      return `${path}: 'required' must name every property; '${missing}' is missing.`;
    if (schema.additionalProperties !== false) return `${path}: 'additionalProperties' must be false.`;
  }
  for (const [name, part] of Object.entries(schema)) {
    const parts =
      ["properties", "$defs", "definitions"].includes(name) && isRecord(part)
        ? Object.entries(part)
        : [["", part]];
    for (const [key, inner] of parts) {
      const fault =
        name === "enum" || name === "const" || name === "default"
          ? null
          : strictSchemaFault(inner, [path, name, key].filter(Boolean).join("."));
      if (fault !== null) return fault;
    }
  }
  return null;
}
