import { numberFor } from "./choice.ts";
import type { PromptFacts } from "./prompt-facts.ts";
import { type Prose, sentenceCase } from "./prose.ts";

interface TextPlace {
  facts: PromptFacts;
  prose: Prose;
  path: string;
  index: number;
}

const longFields = /(transcript|body|content|markdown|script|material|text_body|article|narration)$/;
const titleFields = /(title|heading|label|headline)$/;
const nameFields = /(name|term|topic|subject|keyword|tag|word)s?$/;
const idFields = /(^|_)(id|ids|key|slug)$/;

const patternCandidates = [
  "lo_1",
  "#3a7ca5",
  "A",
  "1",
  "en",
  "2026-01-15",
  "course-unit",
  "Course unit",
  "https://example.org/course",
];

/** A text for a string schema: the draft if it can be made to fit, else one chosen by format, pattern and field name. */
export function textFor(schema: Record<string, unknown>, draft: unknown, place: TextPlace): string {
  const least = Number(schema.minLength ?? 0);
  const most = Number(schema.maxLength ?? Number.POSITIVE_INFINITY);
  const fixed = typeof schema.format === "string" ? formatted(schema.format, place) : undefined;
  const given = draftText(draft);
  const pattern = typeof schema.pattern === "string" ? new RegExp(schema.pattern, "u") : undefined;
  if (pattern) {
    const candidates = [
      given,
      fixed,
      generated(place),
      ...patternCandidates,
      `${patternCandidates[0]}`.replace("1", `${place.index + 1}`),
    ];
    const fitting = candidates.find(
      (text) => text !== undefined && text.length >= least && pattern.test(text),
    );
    if (fitting !== undefined) return fitting;
  }
  if (fixed !== undefined) return fixed;
  return fitted(given ?? generated(place), least, most, place);
}

function draftText(draft: unknown): string | undefined {
  if (typeof draft === "string") return draft;
  if (typeof draft === "number") return String(draft);
  if (typeof draft !== "object" || draft === null) return undefined;
  for (const [name, value] of Object.entries(draft)) {
    if (["text", "title", "value", "name"].includes(name) && typeof value === "string") return value;
  }
  return undefined;
}

function formatted(format: string, place: TextPlace): string | undefined {
  const digits = numberFor(place.facts.seed + place.path)
    .toString(16)
    .padStart(12, "0");
  switch (format) {
    case "date-time":
      return "2026-01-15T09:30:00Z";
    case "date":
      return "2026-01-15";
    case "time":
      return "09:30:00Z";
    case "duration":
      return "PT15M";
    case "email":
      return "author@example.org";
    case "uri":
    case "url":
      return "https://example.org/course";
    case "hostname":
      return "example.org";
    case "ipv4":
      return "192.0.2.1";
    case "ipv6":
      return "2001:db8::1";
    case "uuid":
      return `0193a1b2-7c3d-7000-8000-${digits}`;
    default:
      return undefined;
  }
}

function generated(place: TextPlace): string {
  const { facts, prose, path, index } = place;
  const parts = path.split("/").filter((part) => part !== "");
  const field = (parts.findLast((part) => !/^\d+$/.test(part)) ?? "").toLowerCase();
  if (idFields.test(field)) {
    if (field.includes("objective") && facts.objectiveIds.length > 0) {
      return facts.objectiveIds[index % facts.objectiveIds.length] ?? "lo_1";
    }
    const owner = parts.findLast((part) => !/^\d+$/.test(part) && part !== field) ?? "item";
    return `${owner.replace(/s$/, "")}_${index + 1}`;
  }
  if (longFields.test(field)) return prose.paragraphs(facts.wordCount).join("\n\n");
  if (titleFields.test(field)) return sentenceCase(`${prose.term(index)} and ${prose.term(index + 1)}`);
  if (nameFields.test(field)) return prose.term(index).replace(/^the /, "");
  return prose.sentence(path);
}

function fitted(text: string, least: number, most: number, place: TextPlace): string {
  let value = text;
  for (let round = 0; value.length < least; round++) {
    value = `${value}${value === "" ? "" : " "}${place.prose.sentence(`${place.path}/more/${round}`)}`;
  }
  if (value.length <= most) return value;
  const cut = value.slice(0, most);
  const whole = cut.slice(0, Math.max(0, cut.lastIndexOf(" "))).replace(/[,;:]$/, "");
  return whole.length >= Math.max(least, most * 0.6) ? whole : cut;
}
