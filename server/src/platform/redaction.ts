import { addressParts } from "./secret-address.ts";
import { formsOf } from "./secret-forms.ts";

/** Text that stands where a secret stood. */
export const redacted = "[redacted]";

/** A secret this short is none; replacing it would only damage what is stored. */
const shortestSecret = 6;

/** Replaces every loaded secret before anything is stored, logged or told. */
export interface Redactor {
  text(text: string): string;
  /** The same JSON value with all its strings, and the names of its properties, cleaned. */
  json(value: unknown): unknown;
  /** The same for JSON that is written out already; what is no JSON is cleaned as text. It stays JSON. */
  jsonText(text: string): string;
}

/** The secrets that a process has in its memory. They are never taken out again: what was valid is still nobody's business. */
export interface SecretRegistry extends Redactor {
  /** From now on it is replaced. An address counts with its password and the parts that are no words. */
  add(secret: string | undefined): void;
  /** How many secrets it knows. */
  readonly size: number;
}

/** Matches each secret exactly as it is and in each form that `formsOf` names; the time is linear in the text. */
export function createRedactor(secrets: readonly (string | undefined)[]): Redactor {
  const registry = createSecretRegistry();
  for (const secret of secrets) registry.add(secret);
  return registry;
}

/** An empty registry; the process's own is `loadedSecrets`. */
export function createSecretRegistry(): SecretRegistry {
  const known = new Set<string>();
  const forms = new Set<string>();
  let search: Search | null = null;

  function text(value: string): string {
    if (forms.size === 0) return value;
    search ??= prepare(forms);
    return replaceAll(value, search);
  }

  function json(value: unknown): unknown {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.map(json);
    if (isRecord(value)) {
      return Object.fromEntries(Object.entries(value).map(([name, part]) => [text(name), json(part)]));
    }
    return value;
  }

  return {
    text,
    json,
    jsonText(value) {
      const clean = text(value);
      if (clean === value || isJson(clean)) return clean;
      return isJson(value) ? JSON.stringify(json(JSON.parse(value))) : clean;
    },
    add(secret) {
      if (secret === undefined || known.has(secret)) return;
      known.add(secret);
      for (const part of addressParts(secret)) {
        if (part.length < shortestSecret) continue;
        for (const form of formsOf(part)) forms.add(form);
      }
      search = null;
    },
    get size() {
      return known.size;
    },
  };
}

/** What this process holds: settings, stored credentials that it decrypted, keys, the machine's token. */
export const loadedSecrets: SecretRegistry = createSecretRegistry();

/** Whether JSON writes its properties; a date becomes text, and of a map or set nothing is written. */
function isRecord(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  return !(value instanceof Date || value instanceof Map || value instanceof Set);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

// A block of three characters tells how far the next form can be (Wu and Manber, 1994).
const blockLength = 3;
const tableSize = 1 << 16;

interface Search {
  /** Length of the shortest form: each form is looked for by its first characters of that number. */
  readonly window: number;
  /** How far the window may move when it ends with the block. */
  readonly shifts: Uint8Array;
  /** The forms whose window ends with the block, the longest first. */
  readonly buckets: ReadonlyMap<number, readonly string[]>;
}

function blockAt(text: string, end: number): number {
  const [first, second, third] = [
    text.charCodeAt(end - 2),
    text.charCodeAt(end - 1),
    text.charCodeAt(end),
  ] as const;
  return ((first << 10) ^ (second << 5) ^ third) & (tableSize - 1);
}

function prepare(forms: ReadonlySet<string>): Search {
  const window = Math.min(255, ...[...forms].map((form) => form.length));
  const shifts = new Uint8Array(tableSize).fill(window - blockLength + 1);
  const buckets = new Map<number, string[]>();
  for (const form of [...forms].sort((left, right) => right.length - left.length)) {
    for (let end = blockLength - 1; end < window; end += 1) {
      const block = blockAt(form, end);
      shifts[block] = Math.min(shifts[block] ?? 0, window - 1 - end);
    }
    const last = blockAt(form, window - 1);
    const bucket = buckets.get(last);
    if (bucket === undefined) buckets.set(last, [form]);
    else bucket.push(form);
  }
  return { window, shifts, buckets };
}

function replaceAll(text: string, { window, shifts, buckets }: Search): string {
  let clean = "";
  let copied = 0;
  let end = window - 1;
  while (end < text.length) {
    const block = blockAt(text, end);
    const shift = shifts[block] ?? 1;
    if (shift > 0) {
      end += shift;
      continue;
    }
    const start = end - window + 1;
    const found = buckets.get(block)?.find((form) => text.startsWith(form, start));
    if (found === undefined) {
      end += 1;
      continue;
    }
    clean += text.slice(copied, start) + redacted;
    copied = start + found.length;
    end = copied + window - 1;
  }
  return copied === 0 ? text : clean + text.slice(copied);
}
