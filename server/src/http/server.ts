import { randomUUID } from "node:crypto";
import type { Server, ServerResponse } from "node:http";
import { serve } from "@hono/node-server";
import type { Hono } from "hono";
import type { RecordAudit } from "../platform/audit-entry.ts";
import type { Identify } from "../platform/caller.ts";
import { type AppError, defineErrors } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";
import { writeAudit } from "./audit.ts";
import { authorize, identifyCaller } from "./authorize.ts";
import { readBodies } from "./bodies.ts";
import { clientAddress } from "./client-address.ts";
import type { HttpEnvironment } from "./environment.ts";
import { requireFreshSignIn } from "./fresh-sign-in.ts";
import { crossSiteGuard, hostGuard, methodGuard } from "./guard.ts";
import { createErrorMapper } from "./problems.ts";
import { requestRate } from "./request-rate.ts";
import { createRouter, requestErrors } from "./router.ts";
import { securityHeaders } from "./security-headers.ts";
import { staticFiles } from "./static-files.ts";
import { createTrust } from "./trusted-proxies.ts";

export const serverErrors = defineErrors({
  port_taken: { status: 500, retryable: true, title: "Port taken" },
});

/** How long a client may take to send, and to take what it asked for, in ms. */
export interface SlowLimits {
  readonly headersMs: number;
  readonly requestMs: number;
  /** How often the connections are looked through. */
  readonly checkMs: number;
  /** An answer of which nothing is taken for so long is given up: its connection and open file are held for nobody. */
  readonly stuckMs: number;
}

// 20 MB over 2 Mbit/s take 80 s; headers come with the first packets.
const slowLimits: SlowLimits = { headersMs: 15_000, requestMs: 120_000, checkMs: 5_000, stuckMs: 30_000 };

export interface HttpApplicationOptions {
  readonly logger: Logger;
  readonly identify: Identify;
  readonly recordAudit: RecordAudit;
  /** `public`: published content needs no one signed in. */
  readonly learnerAccess: "public" | "token";
  readonly allowedHosts: readonly string[];
  readonly publicUrl: string | undefined;
  /** Addresses and networks of the proxies that are believed. */
  readonly trustedProxies: readonly string[];
  /** Of one person or token; a quarter of it for an address that nobody signed in from. */
  readonly requestsPerSecond: number;
  /** Folder of the built dashboard. */
  readonly adminDirectory: string;
}

/** The server without its routes: guards, limits, who may call what, and one mapper for every error. */
export function createHttpApplication(options: HttpApplicationOptions) {
  const { publicUrl } = options;
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
    context.set("caller", null);
    context.set("audit", {});
    await next();
    context.res.headers.set("x-request-id", context.get("request_id"));
  });
  application.use("*", securityHeaders(publicUrl));
  application.use("*", clientAddress(createTrust(options.trustedProxies)));
  application.use("*", methodGuard());
  application.use("*", hostGuard(options.allowedHosts, publicUrl));
  application.use("*", crossSiteGuard(publicUrl));
  application.use("*", identifyCaller(options.identify));
  application.use("*", requestRate(options.requestsPerSecond));
  application.use("*", writeAudit(options.recordAudit, options.logger));
  application.use("*", authorize(options.learnerAccess));
  application.use("*", readBodies());
  application.use("*", requireFreshSignIn());
  application.use("*", staticFiles(options.adminDirectory));
  return application;
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
  { headersMs, requestMs, checkMs, stuckMs }: SlowLimits = slowLimits,
): Promise<RunningServer> {
  return new Promise((resolve, reject) => {
    const options = {
      fetch: application.fetch,
      hostname: address.host,
      port: address.port,
      serverOptions: {
        headersTimeout: headersMs,
        requestTimeout: requestMs,
        connectionsCheckingInterval: checkMs,
      },
    };
    // serve() without TLS options makes a plain node:http server.
    const server = serve(options, (info) => {
      const host = address.host.includes(":") ? `[${address.host.replace(/[[\]]/g, "")}]` : address.host;
      resolve({ url: `http://${host}:${info.port}`, close: () => closeServer(server) });
    }) as Server;
    server.on("request", (_request, answer: ServerResponse) => {
      // Nothing moves: either the answer is still being made, or it is not taken.
      answer.setTimeout(stuckMs, () => {
        if (answer.socket !== null && answer.socket.writableLength > 0) answer.socket.destroy();
      });
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
