import { createHash } from "node:crypto";
import { z } from "zod";
import { storable } from "../payload.ts";
import { parseJson } from "./classify.ts";
import type { Exchange, OutgoingRequest } from "./exchange.ts";

const keptRequestHeaders = ["accept", "content-type", "user-agent", "x-client-request-id"];
const keptResponseHeaders = [
  "content-type",
  "retry-after",
  "retry-after-ms",
  "x-request-id",
  "openai-processing-ms",
];
const keptResponsePrefix = "x-ratelimit-";

/** Media are stored by the media module; here stands only what identifies them. */
export function describeBytes(bytes: Uint8Array, mime: string | null) {
  return { bytes: bytes.length, mime, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** The request as it is stored: what was sent, without the headers that carry secrets. */
export function storedRequest({ method, url, headers, body }: OutgoingRequest) {
  const address = new URL(url);
  address.username = "";
  address.password = "";
  const kept = [...headers].filter(([name]) => keptRequestHeaders.includes(name));
  return { method, url: address.href, headers: Object.fromEntries(kept), body: parseJson(body) ?? body };
}

/** The response as it is stored: status, harmless headers, and the body without media bytes. */
export function storedResponse({ status, headers, bytes }: Exchange) {
  const kept = [...(headers ?? [])].filter(
    ([name]) => keptResponseHeaders.includes(name) || name.startsWith(keptResponsePrefix),
  );
  return {
    status,
    headers: Object.fromEntries(kept),
    body: storedBody(bytes, headers?.get("content-type") ?? null),
  };
}

function storedBody(bytes: Uint8Array, mime: string | null): unknown {
  if (bytes.length === 0) return null;
  if (mime !== null && /^(audio|image|video)\/|^application\/octet-stream/.test(mime)) {
    return describeBytes(bytes, mime);
  }
  const text = Buffer.from(bytes).toString("utf8");
  const value = isDeep(text) ? undefined : parseJson(text);
  return value === undefined ? text : withoutMedia(value);
}

const deepestKept = 100;

/** Whether brackets nest so deeply that the value is better kept as the text it came as: `jsonb` and we recurse. */
function isDeep(text: string): boolean {
  let depth = 0;
  for (const bracket of text.matchAll(/[[{\]}]/g)) {
    depth += bracket[0] === "[" || bracket[0] === "{" ? 1 : -1;
    if (depth > deepestKept) return true;
  }
  return false;
}

function withoutMedia(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMedia);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      name === "b64_json" && typeof part === "string"
        ? describeBytes(Buffer.from(part, "base64"), null)
        : withoutMedia(part),
    ]),
  );
}

const answerBody = z.object({ id: z.string() });

/** The id that the provider gave the response: of the body, else of the `x-request-id` header. */
export function responseIdOf({ bytes, headers }: Exchange): string | null {
  const body = answerBody.safeParse(parseJson(Buffer.from(bytes).toString("utf8")));
  return body.success ? storable(body.data.id) : (headers?.get("x-request-id") ?? null);
}

const refusalBody = z.union([
  z
    .object({
      choices: z.tuple([z.object({ message: z.object({ refusal: z.string().min(1) }) })], z.unknown()),
    })
    .transform((body) => body.choices[0].message.refusal),
  z
    .object({
      output: z.array(
        z.object({
          content: z.array(z.object({ type: z.string(), refusal: z.string().optional() })).optional(),
        }),
      ),
    })
    .transform((body) =>
      body.output.flatMap(({ content }) => content ?? []).find(({ type }) => type === "refusal"),
    )
    .transform((part) => part?.refusal ?? ""),
]);

/** What a model says when it declines (chat `message.refusal`, Responses content of type `refusal`); else null. */
export function refusalOf({ bytes }: Exchange): string | null {
  const parsed = refusalBody.safeParse(parseJson(Buffer.from(bytes).toString("utf8")));
  return parsed.success && parsed.data !== "" ? parsed.data : null;
}
