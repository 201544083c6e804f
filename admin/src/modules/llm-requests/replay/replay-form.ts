import type { KnownModel, LlmRequestDetail } from "../../../api/detail-rows.ts";
import { formatUsd } from "../../../ui/value/format.ts";
import { sentRequestOf } from "../curl-command.ts";
import type { ReplayEdits } from "./replay-api.ts";

/** What can be changed before a request is sent again, as typed. */
export type ReplayDraft = Record<ReplayField, string>;
/** One of the fields. */
export type ReplayField =
  | "model"
  | "system"
  | "prompt"
  | "temperature"
  | "max_output_tokens"
  | "text"
  | "voice";

type Sent = Pick<LlmRequestDetail, "kind" | "model" | "messages" | "parameters" | "request">;

const fieldsByKind: Record<string, readonly ReplayField[]> = {
  text: ["model", "system", "prompt", "temperature", "max_output_tokens"],
  object: ["model", "system", "prompt", "temperature", "max_output_tokens"],
  speech: ["model", "voice", "text"],
  image: ["model", "prompt"],
};

/** Fields that hold whole texts; the others are settings. */
export const replayTexts: readonly ReplayField[] = ["system", "prompt", "text"];

/** The fields that can be changed, in the order in which they are shown; texts only where the sent request came along. */
export function replayFieldsOf({ kind, request }: Pick<Sent, "kind" | "request">): readonly ReplayField[] {
  const fields = fieldsByKind[kind] ?? ["model"];
  const hasTexts = request !== null && request !== undefined;
  return hasTexts ? fields : fields.filter((field) => !replayTexts.includes(field));
}

/** What each field is called. */
export const replayFieldWords: Record<ReplayField, string> = {
  model: "Model",
  system: "System message",
  prompt: "Prompt",
  temperature: "Temperature",
  max_output_tokens: "Output limit in tokens",
  text: "Text to speak",
  voice: "Voice",
};

function firstGiven(...values: unknown[]): string {
  const given = values.find((value) => typeof value === "string" || typeof value === "number");
  return given === undefined ? "" : String(given);
}

const isSystem = (role: string) => role === "system" || role === "developer";

/** What was sent, field by field; empty where the request had no such field. */
export function draftOf(request: Sent): ReplayDraft {
  const sent = sentRequestOf(request.request)?.body;
  const body: Record<string, unknown> = typeof sent === "object" && sent !== null ? { ...sent } : {};
  const { parameters, messages, kind } = request;
  const conversation = kind === "text" || kind === "object";
  const system = messages.find(({ role }) => isSystem(role));
  const asked = messages.findLast(({ role }) => role === "user");
  return {
    model: request.model,
    system: conversation ? (system?.content ?? "") : "",
    prompt: conversation ? (asked?.content ?? "") : firstGiven(body.prompt, parameters.prompt),
    temperature: firstGiven(body.temperature, parameters.temperature),
    max_output_tokens: firstGiven(
      body.max_output_tokens,
      body.max_completion_tokens,
      body.max_tokens,
      parameters.max_output_tokens,
    ),
    text: kind === "speech" ? firstGiven(body.input) : "",
    voice: firstGiven(body.voice, parameters.voice),
  };
}

/** How many messages stand before the prompt and are sent as they were, the system message not counted. */
export function earlierMessagesOf(request: Pick<Sent, "messages">): number {
  const asked = request.messages.findLastIndex(({ role }) => role === "user");
  return request.messages.slice(0, Math.max(0, asked)).filter(({ role }) => !isSystem(role)).length;
}

const highestTemperature = 2;

/** What cannot be sent as typed, by field. */
export function problemsOf(
  original: ReplayDraft,
  draft: ReplayDraft,
  fields: readonly ReplayField[],
): Partial<Record<ReplayField, string>> {
  const problems: Partial<Record<ReplayField, string>> = {};
  const changed = (field: ReplayField) => fields.includes(field) && draft[field] !== original[field];
  for (const field of ["model", "prompt", "text", "voice"] as const) {
    if (changed(field) && draft[field].trim() === "") problems[field] = "It cannot be left empty.";
  }
  const temperature = Number(draft.temperature);
  if (changed("temperature") && draft.temperature.trim() !== "") {
    if (Number.isNaN(temperature) || temperature < 0 || temperature > highestTemperature) {
      problems.temperature = "A number from 0 to 2, or empty to leave it to the provider.";
    }
  }
  if (changed("max_output_tokens") && !/^[1-9]\d{0,6}$/.test(draft.max_output_tokens.trim())) {
    problems.max_output_tokens = "A whole number of tokens, 1 or more.";
  }
  return problems;
}

/** What differs from the original, as it is sent; an empty object repeats the request exactly. */
export function editsOf(
  original: ReplayDraft,
  draft: ReplayDraft,
  fields: readonly ReplayField[],
): ReplayEdits {
  const edits: ReplayEdits = {};
  for (const field of fields) {
    if (draft[field] === original[field]) continue;
    if (field === "temperature") {
      edits.temperature = draft.temperature.trim() === "" ? null : Number(draft.temperature);
    } else if (field === "max_output_tokens") {
      edits.max_output_tokens = Number(draft.max_output_tokens);
    } else {
      edits[field] = field === "model" || field === "voice" ? draft[field].trim() : draft[field];
    }
  }
  return edits;
}

type Priced = Pick<LlmRequestDetail, "cost_usd" | "model" | "status" | "cached">;

/** What a replay will cost, as far as it can be known; unknown is said and never shown as nothing. */
export function replayCostSentence(request: Priced, edits: ReplayEdits): string {
  const { cost_usd, model } = request;
  if (cost_usd === null) return "What it costs is unknown, as the cost of the original is.";
  if (request.status !== "completed" || request.cached) {
    const why = request.cached ? "came from the cache" : "brought no whole answer";
    return `What it costs is unknown: the original ${why}.`;
  }
  const price = formatUsd(cost_usd, true);
  if (edits.model !== undefined && edits.model !== model) {
    return `What it costs with ${edits.model} is unknown; the original cost ${price} with ${model}.`;
  }
  const sizes = ["system", "prompt", "text", "max_output_tokens"] as const;
  const resized = sizes.some((field) => edits[field] !== undefined);
  return `About ${price}, as the original cost${resized ? "; your changes move that a little" : ""}.`;
}

/** The models of a kind for the field's list: configured ones first, each once. */
export function modelChoicesOf(models: readonly KnownModel[], kind: string): KnownModel[] {
  const asked = kind === "object" ? "text" : kind;
  const fitting = models.filter((known) => (known.kind === "object" ? "text" : known.kind) === asked);
  const sorted = fitting.toSorted((left, right) => Number(right.is_configured) - Number(left.is_configured));
  const once = new Map<string, KnownModel>();
  for (const known of sorted) if (!once.has(known.model)) once.set(known.model, known);
  return [...once.values()];
}
