import { randomUUID } from "node:crypto";
import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import type { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { type AppError, defineErrors } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";
import { authorize, type Identify } from "./authorize.ts";
import type { HttpEnvironment } from "./environment.ts";
import { crossSiteGuard, hostGuard } from "./guard.ts";
import { createErrorMapper } from "./problems.ts";
import { createRouter, requestErrors } from "./router.ts";
import { securityHeaders } from "./security-headers.ts";
import { staticFiles } from "./static-files.ts";

export const serverErrors = defineErrors({
  port_taken: { status: 500, retryable: true, title: "Port taken" },
});

// 10 MB of text, and as much again for the escapes that JSON needs for it.
const largestBodyBytes = 20 * 1024 * 1024;

export interface HttpApplicationOptions {
  readonly logger: Logger;
  readonly identify: Identify;
  readonly allowedHosts: readonly string[];
  readonly publicUrl: string | undefined;
  /** Folder of the built dashboard. */
  readonly adminDirectory: string;
}

/** The server without its routes: guards, limits, who may call what, and one mapper for every error. */
export function createHttpApplication(options: HttpApplicationOptions) {
  const application = createRouter();
  application.onError(createErrorMapper(options.logger));
  application.notFound(() => {
    throw requestErrors.create(
      "route_not_found",
      "There is nothing at this address. /docs lists what there is.",
    );
  });
  application.use("*", async (context, next) => {
    context.set("request_id", randomUUID());
    await next();
    context.res.headers.set("x-request-id", context.get("request_id"));
  });
  application.use("*", securityHeaders());
  application.use("*", hostGuard(options.allowedHosts));
  application.use("*", crossSiteGuard(options.publicUrl));
  application.use("/api/*", bodyLimit({ maxSize: largestBodyBytes, onError: refuseLargeBody }));
  application.use("*", authorize(options.identify));
  application.use("*", staticFiles(options.adminDirectory));
  return application;
}

function refuseLargeBody(): never {
  throw requestErrors.create(
    "body_too_large",
    "The body is larger than this server takes. Send at most 10 MB of text.",
  );
}

/** The document that the API reference and the property tests read. */
export function describeApi(version: string) {
  return {
    openapi: "3.1.0",
    info: {
      title: "Coursewright API",
      version,
      description: "Units, lessons, tasks, flow runs and LLM requests of course generation.",
      license: { name: "MIT", identifier: "MIT" },
    },
  };
}

export interface RunningServer {
  readonly url: string;
  /** Takes no new connection and ends the open ones. */
  close(): Promise<void>;
}

/**
 * Starts listening.
 * @throws AppError `port_taken` naming the variable to change
 */
export function listen(
  application: Hono<HttpEnvironment>,
  address: { readonly host: string; readonly port: number },
): Promise<RunningServer> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: application.fetch, hostname: address.host, port: address.port }, (info) => {
      const host = address.host.includes(":") ? `[${address.host.replace(/[[\]]/g, "")}]` : address.host;
      // serve() without TLS options makes a plain node:http server.
      resolve({ url: `http://${host}:${info.port}`, close: () => closeServer(server as Server) });
    });
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? portTaken(address.port, error) : error);
    });
  });
}

function portTaken(port: number, cause: Error): AppError {
  return serverErrors.create(
    "port_taken",
    `Port ${port} is taken by another program. Stop it, or choose another port with COURSEWRIGHT_PORT.`,
    { cause },
  );
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
