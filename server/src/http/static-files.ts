import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { MiddlewareHandler } from "hono";
import type { HttpEnvironment } from "./environment.ts";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".json": "application/json",
  ".map": "application/json",
  ".webmanifest": "application/manifest+json",
};

const reserved = /^\/(api|healthz|readyz|metrics|openapi\.json|docs)(\/|$)/;
/** There never were such pages: they answer 404 instead of the dashboard. */
const absentPages = /^\/(queue|workers|lessons)(\/|$)/;

/** Serves the built dashboard; every path that is no file and no reserved name is a page of it. */
export function staticFiles(directory: string): MiddlewareHandler<HttpEnvironment> {
  return async (context, next) => {
    const requested = context.req.path;
    if (!["GET", "HEAD"].includes(context.req.method) || reserved.test(requested)) return next();
    const file = await findFile(directory, requested);
    if (file !== null) return fileAnswer(file, requested.startsWith("/assets/"));
    if (path.extname(requested) !== "" && !requested.endsWith(".html")) return next();
    const page = await findFile(directory, "/index.html");
    if (page === null) return next();
    return fileAnswer(page, false, absentPages.test(requested) ? 404 : 200);
  };
}

interface FoundFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
}

async function findFile(directory: string, requested: string): Promise<FoundFile | null> {
  const decoded = safeDecode(requested);
  if (decoded === null || decoded.includes("\0")) return null;
  const file = path.join(directory, path.normalize(decoded));
  if (!file.startsWith(directory + path.sep)) return null;
  const type = types[path.extname(file)];
  if (type === undefined) return null;
  const found = await stat(file).catch(() => null);
  if (found === null || !found.isFile()) return null;
  return { bytes: new Uint8Array(await readFile(file)), type };
}

function safeDecode(requested: string): string | null {
  try {
    return decodeURIComponent(requested);
  } catch {
    // A malformed escape names no file.
    return null;
  }
}

function fileAnswer(file: FoundFile, immutable: boolean, status = 200): Response {
  return new Response(file.bytes, {
    status,
    headers: {
      "content-type": file.type,
      "cache-control": immutable ? "public, max-age=31536000, immutable" : "no-cache",
    },
  });
}
