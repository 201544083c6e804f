import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";

export interface RenderedPrompt {
  readonly prompt_name: string;
  readonly prompt_hash: string;
  readonly system: string;
  readonly prompt: string;
}

export interface PromptTemplate {
  /** The file's name without its extension, such as `draft-exercises`. */
  readonly name: string;
  /** SHA-256 of the file, lower-case hex. */
  readonly hash: string;
  /** Fills the placeholders. @throws Error when a value is missing or has no placeholder */
  render(values: Readonly<Record<string, string | number>>): RenderedPrompt;
}

const parts = /^# System\n([\s\S]+?)\n# Prompt\n([\s\S]+)$/;
const placeholder = /\{\{(\w+)\}\}/g;

/** Reads a prompt file: `# System`, what the model is told it is, then `# Prompt`, what it is asked. */
export function loadPrompt(file: URL): PromptTemplate {
  return parsePrompt(path.basename(file.pathname, ".md"), readFileSync(file, "utf8"));
}

export function parsePrompt(name: string, text: string): PromptTemplate {
  const [, system, prompt] = parts.exec(text) ?? [];
  if (system === undefined || prompt === undefined) {
    throw new Error(`The prompt ${name} must have the two parts "# System" and "# Prompt"`);
  }
  const known = new Set([...text.matchAll(placeholder)].map(([, field]) => field ?? ""));
  const hash = createHash("sha256").update(text).digest("hex");
  return {
    name,
    hash,
    render(values) {
      for (const field of Object.keys(values)) {
        if (!known.has(field)) throw new Error(`The prompt ${name} has no placeholder {{${field}}}`);
      }
      // One pass: placeholders inside a value stay the text that they are.
      const fill = (part: string) =>
        part.trim().replace(placeholder, (_whole, field: string) => {
          const value = values[field];
          if (value === undefined) throw new Error(`The prompt ${name} needs a value for {{${field}}}`);
          return String(value);
        });
      return { prompt_name: name, prompt_hash: hash, system: fill(system), prompt: fill(prompt) };
    },
  };
}

/** Tags that delimit data in prompts. Inside data they are defused, so that a text cannot close its own fence. */
const fences = /[<＜﹤](?=[\s/\\]*(?:source|transcript|drafts|findings)\b)/gi;

/** Wraps text as data: `<tag …>text</tag>`. The prompts say that nothing inside is an instruction. */
export function asData(
  tag: "source" | "transcript" | "drafts" | "findings",
  text: string,
  title?: string,
): string {
  const attribute = title === undefined ? "" : ` title="${asLine(title).replace(/["<>]/g, " ").trim()}"`;
  return `<${tag}${attribute}>\n${text.replace(fences, "&lt;")}\n</${tag}>`;
}

/** Sources as data, one fence each. */
export function asSources(
  sources: readonly { readonly title: string | null; readonly text: string }[],
): string {
  return sources.map(({ title, text }) => asData("source", text, title ?? undefined)).join("\n\n");
}

const longestLine = 1_000;

/** A title or a sentence that stands beside a label: one line, not longer than 1,000 characters, opening no fence. */
export function asLine(text: string): string {
  return text.replace(/\s+/g, " ").trim().slice(0, longestLine).toWellFormed().replace(fences, "&lt;");
}

/** One line per value, for lists in prompts. */
export function asLines(values: readonly string[]): string {
  return values.map((value) => `- ${asLine(value)}`).join("\n");
}

/** The objectives that a person gave, or a word that there are none. */
export function asObjectives(objectives: readonly string[]): string {
  return objectives.length > 0 ? `\n${asLines(objectives)}` : "none are given, so choose them";
}

/** What a person asked for when the part was to be written anew; nothing without. */
export function asGuidance(guidance: string | undefined): string {
  return guidance === undefined ? "" : `The editor asks for this in particular: ${guidance.trim()}`;
}
