type SentRequest = { method: string; url: string; headers: Record<string, string>; body: unknown };

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** What was sent over HTTP; null for the offline author, whose work has no address, and once the payload expired. */
export function sentRequestOf(request: unknown): SentRequest | null {
  const { method, url, headers, body } = recordOf(request);
  if (typeof url !== "string") return null;
  const texts = Object.entries(recordOf(headers)).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  return {
    method: typeof method === "string" ? method : "POST",
    url,
    headers: Object.fromEntries(texts),
    body,
  };
}

// The key is never stored; headers that carry one, or that only this client sends, are left to the reader.
const leftOut = new Set(["authorization", "api-key", "x-api-key", "user-agent", "content-length", "host"]);

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The request as a shell command that reads the key from `$API_KEY`; null when it was no HTTP request. */
export function curlCommandOf(request: unknown): string | null {
  const sent = sentRequestOf(request);
  if (sent === null) return null;
  const lines = [`curl ${quoted(sent.url)}`, `-X ${sent.method}`, `-H "Authorization: Bearer $API_KEY"`];
  for (const [name, value] of Object.entries(sent.headers)) {
    if (!leftOut.has(name.toLowerCase())) lines.push(`-H ${quoted(`${name}: ${value}`)}`);
  }
  if (sent.body !== undefined && sent.body !== null) {
    lines.push(`--data-raw ${quoted(typeof sent.body === "string" ? sent.body : JSON.stringify(sent.body))}`);
  }
  return lines.join(" \\\n  ");
}

/** The JSON Schema that the answer had to fit, wherever the provider's wire format puts it; null when none was sent. */
export function answerSchemaOf(request: unknown): unknown {
  const body = recordOf(sentRequestOf(request)?.body);
  const chat = recordOf(recordOf(body.response_format).json_schema).schema;
  const responses = recordOf(recordOf(body.text).format).schema;
  return chat ?? responses ?? null;
}
