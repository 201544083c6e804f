import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { mayCall } from "../../http/access.ts";
import type { HttpEnvironment } from "../../http/environment.ts";
import { idParameter } from "../../http/pagination.ts";
import { problemAnswer, problemResponses } from "../../http/problems.ts";
import { createRouter } from "../../http/router.ts";
import { parseByteRange } from "./byte-range.ts";
import { mediaErrors, noSuchMedia } from "./errors.ts";
import { type Media, mediaMimes } from "./models.ts";
import type { MediaService } from "./service.ts";

const anyMedia = Object.fromEntries(
  mediaMimes.map((mime) => [mime, { schema: z.string().openapi({ format: "binary" }) }]),
);

const readMediaRoute = createRoute({
  method: "get",
  path: "/media/{id}",
  tags: ["content"],
  summary: "The bytes of a recording or picture",
  description:
    "They never change. Whoever is signed in may keep them, and has to ask with `If-None-Match` before they are shown again: 304 only for " +
    "whoever may still see them. `Range` is obeyed. Whoever is no viewer gets what published units show, and 404 for the rest.",
  request: { params: idParameter },
  responses: {
    200: { description: "The whole file.", content: anyMedia },
    206: { description: "The range that was asked for.", content: anyMedia },
    304: { description: "The caller has it already." },
    ...problemResponses(404, 416, 422),
  },
});

/** Whether a published unit shows the media, itself or in an approved lesson. */
export type IsPublished = (media_id: string) => Promise<boolean>;

/** Route `/media/{id}`, to be mounted below the API's prefix. */
export function createMediaRoutes(service: MediaService, isPublished: IsPublished) {
  return createRouter().openapi(readMediaRoute, async (context) => {
    const { id } = context.req.valid("param");
    if (!seesAll(context) && !(await isPublished(id))) throw noSuchMedia();
    const media = await service.getMedia(id);
    const headers = headersFor(media, context.get("caller") === null);
    const etag = `"${media.sha256}"`;
    if (matchesAny(context.req.header("if-none-match"), etag)) {
      return new Response(null, { status: 304, headers });
    }
    const condition = context.req.header("if-range");
    const wanted = condition === undefined || condition === etag ? context.req.header("range") : undefined;
    const range = parseByteRange(wanted, media.bytes);
    if (range === "unsatisfiable") return refuseRange(media, context.get("request_id"));
    headers.set("content-type", media.mime);
    if (range === null) {
      headers.set("content-length", String(media.bytes));
      return new Response(service.read(media), { status: 200, headers });
    }
    headers.set("content-length", String(range.end - range.start + 1));
    headers.set("content-range", `bytes ${range.start}-${range.end}/${media.bytes}`);
    return new Response(service.read(media, range), { status: 206, headers });
  });
}

/** Viewers see what is being written; learners, and whoever is not signed in, what was published. */
function seesAll(context: Context<HttpEnvironment>): boolean {
  const caller = context.get("caller");
  if (caller === null || caller.owes_second_factor) return false;
  return mayCall(caller, "GET /api/v1/media/:id", "viewer");
}

/** What anybody may have a proxy may keep, for an hour: the unit may be withdrawn. */
const publicCache = "public, max-age=3600";
/** Asked for again each time: whoever may no longer see it is not shown what their browser has kept. */
const privateCache = "private, no-cache";

function headersFor(media: Media, isPublic: boolean): Headers {
  return new Headers({
    etag: `"${media.sha256}"`,
    "accept-ranges": "bytes",
    "cache-control": isPublic ? publicCache : privateCache,
    vary: "cookie, authorization",
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
  });
}

/** Weak comparison, as If-None-Match asks for. */
function matchesAny(header: string | undefined, etag: string): boolean {
  const candidates = (header ?? "").split(",").map((candidate) => candidate.trim().replace(/^W\//, ""));
  return candidates.includes(etag) || candidates.includes("*");
}

/** Answered here and not by the error mapper, because a 416 names the file's size in a header. */
function refuseRange(media: Media, requestId: string): Response {
  const { status, title, retryable } = mediaErrors.definitions.media_range_invalid;
  const answer = problemAnswer({
    type: "/docs/errors#media_range_invalid",
    title,
    status,
    code: "media_range_invalid",
    detail: `The file has ${media.bytes} bytes. Ask for a range inside of it.`,
    retryable,
    request_id: requestId,
  });
  answer.headers.set("content-range", `bytes */${media.bytes}`);
  return answer;
}
