import type { Context, MiddlewareHandler } from "hono";
import type { HttpEnvironment } from "./environment.ts";
import { deepestJson, findJsonExcess } from "./json-bounds.ts";
import { matchedRouteName } from "./matched-route.ts";
import { requestErrors } from "./router.ts";

const kilobyte = 1024;
const megabyte = 1024 * kilobyte;

/** Largest bodies where 1 MB is not right. 10 MB of text may need as much again for the escapes of JSON. */
const largestBodies: Readonly<Record<string, number>> = {
  "POST /api/v1/content-creator/units": 20 * megabyte,
  "PUT /api/v1/content/units/:id/lessons/:position": 2 * megabyte,
  "PATCH /api/v1/content/lessons/:id": 2 * megabyte,
};
const accountRoutes = /^[A-Z]+ \/api\/v1\/auth\//;

function largestBody(routeName: string): number {
  return largestBodies[routeName] ?? (accountRoutes.test(routeName) ? 16 * kilobyte : megabyte);
}

/**
 * Reads the body before the handler does: counts what really comes, up to the limit of the route, and takes JSON only, neither compressed
 * nor nested without bound. Mount it behind the check of who may call: nobody else's body is read.
 */
export function readBodies(): MiddlewareHandler<HttpEnvironment> {
  return async (context, next) => {
    const { method, raw } = context.req;
    const routeName = matchedRouteName(context);
    if (method === "GET" || method === "HEAD" || routeName === undefined) return next();
    refuseEncodings(context.req.header("content-encoding"));
    const type = context.req.header("content-type");
    if (type !== undefined) refuseOtherTypes(type);
    const most = largestBody(routeName);
    // The announced size only saves the reading; the count below holds whatever was announced.
    if (Number(context.req.header("content-length") ?? 0) > most) throw refuseLargeBody(most);
    if (raw.body !== null) await readInto(context, raw.body, most, type);
    await next();
  };
}

async function readInto(
  context: Context<HttpEnvironment>,
  body: ReadableStream<Uint8Array>,
  most: number,
  type: string | undefined,
): Promise<void> {
  const bytes = await readUpTo(body, most);
  if (bytes.length > 0 && type === undefined) throw unsupportedType();
  const excess = findJsonExcess(bytes);
  if (excess !== null) {
    throw requestErrors.create(
      "request_invalid",
      excess === "depth"
        ? `The body is nested deeper than ${deepestJson} levels. Nothing here asks for that.`
        : "The body holds more values than anything here asks for.",
    );
  }
  // The stream is used up: handlers find its text where the framework keeps what was read once, which is a promise, although its
  // types name what that brings.
  const text: unknown = Promise.resolve(new TextDecoder().decode(bytes));
  context.req.bodyCache.text = text as string;
}

async function readUpTo(body: ReadableStream<Uint8Array>, most: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(parts);
    size += value.length;
    if (size > most) {
      await reader.cancel();
      throw refuseLargeBody(most);
    }
    parts.push(value);
  }
}

function refuseLargeBody(most: number) {
  const size = most >= megabyte ? `${most / megabyte} MB` : `${most / kilobyte} KB`;
  return requestErrors.create(
    "body_too_large",
    `The body is larger than this address takes. Send at most ${size}.`,
  );
}

function refuseEncodings(encoding: string | undefined): void {
  if (encoding === undefined || encoding.trim().toLowerCase() === "identity") return;
  throw requestErrors.create(
    "media_type_unsupported",
    "Send the body as it is: compressed bodies (Content-Encoding) are not taken.",
  );
}

function refuseOtherTypes(type: string): void {
  if (type.split(";")[0]?.trim().toLowerCase() !== "application/json") throw unsupportedType();
}

function unsupportedType() {
  return requestErrors.create(
    "media_type_unsupported",
    "Send the body as JSON with the header Content-Type: application/json.",
  );
}
