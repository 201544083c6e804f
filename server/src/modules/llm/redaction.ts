/** Text that stands where a secret stood. */
export const redacted = "[redacted]";

/** A key this short is no secret; replacing it would only damage what is stored. */
const shortestSecret = 4;

/** Replaces every loaded secret before anything is stored or logged. */
export interface Redactor {
  text(text: string): string;
  /** The same JSON value with all its strings, and the names of its properties, cleaned. */
  json(value: unknown): unknown;
}

/** Matches each secret exactly as it is, URL-encoded and in base64 (also at the three offsets it can have inside more). */
export function createRedactor(secrets: readonly (string | undefined)[]): Redactor {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret === undefined || secret.length < shortestSecret) continue;
    for (const form of formsOf(secret)) forms.add(form);
  }
  const longestFirst = [...forms].sort((left, right) => right.length - left.length);

  function text(value: string): string {
    let clean = value;
    for (const form of longestFirst) clean = clean.replaceAll(form, redacted);
    return clean;
  }

  function json(value: unknown): unknown {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.map(json);
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, part]) => [text(name), json(part)]));
    }
    return value;
  }

  return { text, json };
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, "utf8");
  const inside = [0, 1, 2].flatMap((offset) => {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes]);
    // The first and the last group also hold bits of the neighbours: only what lies between is certain.
    const certainStart = offset === 0 ? 0 : offset + 1;
    const certainLength = Math.floor((shifted.length * 8) / 6) - certainStart;
    const certain = shifted.toString("base64").slice(certainStart, certainStart + certainLength);
    return certain.length >= shortestSecret * 2
      ? [certain, certain.replaceAll("+", "-").replaceAll("/", "_")]
      : [];
  });
  return [
    secret,
    encodeURIComponent(secret),
    bytes.toString("base64"),
    bytes.toString("base64url"),
    ...inside,
  ];
}
