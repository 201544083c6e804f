import { describe, expect, it } from "vitest";
import { classifyExchange } from "./classify.ts";
import type { Exchange, ExchangeFailure } from "./exchange.ts";

function answered(status: number, body = "", headers: Record<string, string> = {}): Exchange {
  return {
    request: {
      method: "POST",
      url: "https://models.test/v1/chat/completions",
      headers: new Headers(),
      body: "{}",
    },
    started_ms: 0,
    status,
    headers: new Headers(headers),
    bytes: Buffer.from(body),
    first_byte_ms: 1,
    duration_ms: 2,
    failure: null,
  };
}

function broken(failure: ExchangeFailure): Exchange {
  return { ...answered(200), status: null, failure };
}

describe("classifyExchange", () => {
  it("finds nothing wrong with a whole 2xx answer", () => {
    expect(classifyExchange(answered(200, "{}"), 0)).toBeNull();
  });

  it.each([
    [408, "retryable", "provider_timeout"],
    [409, "retryable", "provider_unavailable"],
    [429, "retryable", "provider_rate_limited"],
    [500, "retryable", "provider_unavailable"],
    [529, "retryable", "provider_unavailable"],
    [302, "permanent", "provider_rejected"],
    [400, "permanent", "provider_rejected"],
    [404, "permanent", "provider_rejected"],
    [401, "permanent", "provider_auth"],
    [403, "permanent", "provider_auth"],
    [402, "permanent", "provider_quota_exhausted"],
  ])("calls %i %s (%s), and nobody pays for it", (status, category, code) => {
    expect(classifyExchange(answered(status), 0)).toMatchObject({ category, code, billing: "none" });
  });

  it("quotes what the provider says, whichever form it has, shortened", () => {
    const said = (body: unknown) => classifyExchange(answered(400, JSON.stringify(body)), 0)?.message;
    expect(said({ error: { message: "Unknown model", type: "x", code: null } })).toContain("Unknown model");
    expect(said({ error: "model 'x' not found" })).toContain("model 'x' not found");
    expect(said({ detail: "Not here" })).toContain("Not here");
    expect(said({ message: "m".repeat(2_000) })?.length).toBeLessThan(600);
    expect(classifyExchange(answered(502, "<html>Bad gateway</html>"), 0)?.message).toBe(
      "The provider answered 502.",
    );
  });

  it("tells used-up credit from too many requests", () => {
    const body = JSON.stringify({ error: { message: "Check your plan", code: "insufficient_quota" } });
    expect(classifyExchange(answered(429, body), 0)).toMatchObject({ category: "permanent" });
  });

  it("reads how long to wait", () => {
    expect(classifyExchange(answered(429, "", { "retry-after": "7" }), 0)?.retry_after_ms).toBe(7_000);
  });

  it.each<[ExchangeFailure, string, string, string]>([
    [{ kind: "aborted", sent: true }, "aborted", "call_cancelled", "unknown"],
    [{ kind: "aborted", sent: false }, "aborted", "call_cancelled", "none"],
    [{ kind: "first_byte_timeout", limit_ms: 5 }, "retryable", "provider_timeout", "unknown"],
    [{ kind: "idle_timeout", limit_ms: 5 }, "retryable", "provider_timeout", "unknown"],
    [{ kind: "too_large", limit_bytes: 5 }, "permanent", "answer_too_large", "unknown"],
    [
      { kind: "network", sent: true, code: "ECONNRESET", error: null },
      "retryable",
      "provider_unavailable",
      "unknown",
    ],
    [
      { kind: "network", sent: false, code: "ECONNREFUSED", error: null },
      "retryable",
      "provider_unavailable",
      "none",
    ],
  ])("calls %j %s", (failure, category, code, billing) => {
    expect(classifyExchange(broken(failure), 0)).toMatchObject({ category, code, billing });
  });
});
