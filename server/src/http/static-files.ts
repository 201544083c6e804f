import { readFile } from "node:fs/promises";
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
    const accepted = context.req.header("accept-encoding") ?? "";
    const file = await findFile(directory, requested, accepted);
    if (file !== null) return fileAnswer(file, requested.startsWith("/assets/"));
    if (path.extname(requested) !== "" && !requested.endsWith(".html")) return next();
    for (const name of pageNames(requested)) {
      const page = await findFile(directory, name, accepted);
      if (page !== null) return fileAnswer(page, false, absentPages.test(requested) ? 404 : 200);
    }
    return next();
  };
}

/** The build writes a file for each page, which names its scripts; `index.html` is any page without such help. */
function pageNames(requested: string): string[] {
  const parts = requested.split("/").filter((part) => part !== "");
  const [first = "index"] = parts;
  return [`/pages/${parts.join("/")}.html`, `/pages/${first}/$id.html`, "/index.html"];
}

interface FoundFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
  /** As the build compressed it, or null. */
  readonly encoding: string | null;
}

const encodings = [
  { name: "br", ending: ".br" },
  { name: "gzip", ending: ".gz" },
] as const;

async function findFile(directory: string, requested: string, accepted: string): Promise<FoundFile | null> {
  const decoded = safeDecode(requested);
  if (decoded === null || decoded.includes("\0")) return null;
  const file = path.join(directory, path.normalize(decoded));
  if (!file.startsWith(directory + path.sep)) return null;
  const type = types[path.extname(file)];
  if (type === undefined) return null;
  for (const { name, ending } of encodings) {
    if (!accepted.split(/[\s,;]+/).includes(name)) continue;
    const bytes = await read(file + ending);
    if (bytes !== null) return { bytes, type, encoding: name };
  }
  const bytes = await read(file);
  return bytes === null ? null : { bytes, type, encoding: null };
}

const noFile = new Set(["ENOENT", "EISDIR", "ENOTDIR", "ENAMETOOLONG"]);

async function read(file: string): Promise<Uint8Array<ArrayBuffer> | null> {
  return readFile(file).then(
    (bytes) => new Uint8Array(bytes),
    (error: NodeJS.ErrnoException) => {
      if (noFile.has(error.code ?? "")) return null;
      throw error;
    },
  );
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
      vary: "accept-encoding",
      ...(file.encoding === null ? {} : { "content-encoding": file.encoding }),
    },
  });
}
