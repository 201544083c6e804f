import type { OpenAPIHono } from "@hono/zod-openapi";
import type { HttpEnvironment } from "../../src/http/environment.ts";
import { createErrorMapper } from "../../src/http/problems.ts";
import { createRouter } from "../../src/http/router.ts";
import type { Caller, CurrentUser } from "../../src/platform/caller.ts";
import { createSilentLogger } from "../../src/platform/logger.ts";

/** An answer as a test reads it. */
export interface TestAnswer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** Fields of an answer whose shape the test does not name. */
export type AnyFields = Readonly<Record<string, unknown>>;

/** One request; a test that looks deeper than the first level names the shape that it expects. */
export type TestCall = <Body = AnyFields>(
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<TestAnswer<Body>>;

/** Sends a JSON body and reads a JSON answer; other answers are read as text. */
export async function sendJson<Body>(
  send: (init: RequestInit) => Response | Promise<Response>,
  method: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<TestAnswer<Body>> {
  const response = await send({
    method,
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  // The shape that the test expects; its assertions fail when the answer has another one.
  const read = (isJson ? JSON.parse(text) : text) as Body;
  return { status: response.status, headers: response.headers, body: read };
}

/** Somebody who signed in with a browser, as handlers find them; no session of that id exists. */
export function signedIn({ id, name, role }: CurrentUser): Caller {
  const proof = { kind: "session", session_id: "test-session", is_fresh: true } as const;
  return { id, name, role, proof, owes_second_factor: false };
}

/** Routes as the server mounts them (caller, error mapping), called without a socket by somebody with a session. */
export function createTestApi(user: CurrentUser, ...routers: OpenAPIHono<HttpEnvironment>[]): TestCall {
  const application = createRouter();
  application.use(async (context, next) => {
    const caller = signedIn(user);
    context.set("user", caller);
    context.set("caller", caller);
    context.set("client_address", "127.0.0.1");
    context.set("audit", {});
    context.set("request_id", "test-request");
    await next();
  });
  application.onError(createErrorMapper(createSilentLogger()));
  for (const router of routers) application.route("/", router);

  return (method, path, body, headers = {}) =>
    sendJson((init) => application.request(path, init), method, body, headers);
}
