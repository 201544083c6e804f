import { createServer, type RequestListener, type Server } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { type AttemptScope, createRecordingFetch, withinScope } from "./exchange.ts";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(listener: RequestListener): Promise<string> {
  const started = createServer(listener);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  const address = started.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return `http://127.0.0.1:${address.port}/`;
}

function newScope(limits: Partial<AttemptScope["limits"]> = {}): AttemptScope {
  return {
    limits: { first_byte_ms: 2_000, idle_ms: 2_000, bytes: 1_000, ...limits },
    open: async () => "row-1",
    refusal: null,
    exchange: null,
  };
}

const recordingFetch = (baseUrl: string, removesAuthorization: boolean) =>
  createRecordingFetch({ baseUrl, removesAuthorization });
const post = { method: "POST", body: "{}", headers: { authorization: "Bearer k" } };

describe("recording fetch", () => {
  it("sends the row's id and keeps what came back, byte for byte", async () => {
    const url = await serve((request, response) => {
      response.end(JSON.stringify([request.headers["x-client-request-id"], request.headers.authorization]));
    });
    const scope = newScope();
    const response = await withinScope(scope, () => recordingFetch(url, false)(url, post));
    expect(await response.json()).toEqual(["row-1", "Bearer k"]);
    expect(Buffer.from(scope.exchange?.bytes ?? []).toString()).toBe('["row-1","Bearer k"]');
    expect(scope.exchange).toMatchObject({ status: 200, failure: null });
    expect(scope.exchange?.first_byte_ms).toBeLessThanOrEqual(scope.exchange?.duration_ms ?? 0);
  });

  it("takes the client library's made-up key off again", async () => {
    const url = await serve((request, response) => response.end(String(request.headers.authorization)));
    const response = await withinScope(newScope(), () => recordingFetch(url, true)(url, post));
    expect(await response.text()).toBe("undefined");
  });

  it("follows no redirect, so that no other server sees the prompt", async () => {
    let calls = 0;
    const url = await serve((_request, response) => {
      calls += 1;
      response.writeHead(307, { location: "/elsewhere" }).end();
    });
    const response = await withinScope(newScope(), () => recordingFetch(url, false)(url, post));
    expect([response.status, calls]).toEqual([307, 1]);
  });

  it("stops reading an answer that is too large", async () => {
    const url = await serve((_request, response) => response.end("x".repeat(5_000)));
    const scope = newScope();
    await expect(withinScope(scope, () => recordingFetch(url, false)(url, post))).rejects.toThrow(
      "too_large",
    );
    expect(scope.exchange?.failure).toEqual({ kind: "too_large", limit_bytes: 1_000 });
  });

  it("asks no other origin, so that the key goes nowhere else", async () => {
    let calls = 0;
    const url = await serve((_request, response) => {
      calls += 1;
      response.end();
    });
    const other = url.replace("127.0.0.1", "localhost");
    const metadata = "http://169.254.169.254/latest/";
    for (const [base, asked] of [
      [url, other],
      [other, url],
      [metadata, metadata],
    ] as const) {
      const scope = newScope();
      await expect(withinScope(scope, () => recordingFetch(base, false)(asked, post))).rejects.toThrow(
        "network",
      );
      expect(scope.exchange?.failure).toMatchObject({ sent: false, code: "address_refused" });
    }
    expect(calls).toBe(0);
  });

  it("says that nothing was sent when nobody listens", async () => {
    const url = await serve((_request, response) => response.end());
    await new Promise((resolve) => server?.close(resolve));
    const scope = newScope();
    await expect(withinScope(scope, () => recordingFetch(url, false)(url, post))).rejects.toThrow("network");
    expect(scope.exchange?.failure).toMatchObject({ kind: "network", sent: false, code: "ECONNREFUSED" });
  });

  it("sends nothing when the row could not be written", async () => {
    let calls = 0;
    const url = await serve((_request, response) => {
      calls += 1;
      response.end();
    });
    const error = new Error("no row");
    const scope = { ...newScope(), open: () => Promise.reject(error) };
    await expect(withinScope(scope, () => recordingFetch(url, false)(url, post))).rejects.toBe(error);
    expect([calls, scope.exchange]).toEqual([0, null]);
  });

  it("refuses to be used outside the gateway, and a second call within an attempt", async () => {
    const url = await serve((_request, response) => response.end());
    const send = recordingFetch(url, false);
    await expect(send(url, post)).rejects.toThrow("outside the gateway");
    const twice = withinScope(newScope(), async () => {
      await send(url, post);
      return send(url, post);
    });
    await expect(twice).rejects.toThrow("second HTTP call");
  });
});
