import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../../test/database.ts";
import { createRateLimitRepo } from "../repo/rate-limits.ts";
import { createRateLimiter, type RateLimiter } from "./rate-limiter.ts";

let test: TestDatabase;
let limiter: RateLimiter;
const never = new AbortController().signal;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());
beforeEach(async () => {
  await sql`TRUNCATE rate_limits`.execute(test.database);
  limiter = createRateLimiter(createRateLimitRepo(test.database), () => 0);
});

describe("rate limiter", () => {
  it("lets calls of an unknown model pass at once", async () => {
    expect(await limiter.acquire("p", "m", 1000, never)).toBe(0);
  });

  it("holds the calls of all workers back until a block is over, and never shortens one", async () => {
    await limiter.block("p", "m", 400, "429");
    await limiter.block("p", "m", 1, "429 again");
    const others = createRateLimiter(createRateLimitRepo(test.database), () => 0);
    const waits = await Promise.all([
      limiter.acquire("p", "m", 1, never),
      others.acquire("p", "m", 1, never),
    ]);
    for (const waitedMs of waits) expect(waitedMs).toBeGreaterThan(300);
    expect(await limiter.acquire("p", "other", 1, never)).toBe(0);
  });

  it("gives up waiting with the signal's reason", async () => {
    await limiter.block("p", "m", 60_000, "429");
    const control = new AbortController();
    const reason = new Error("cancelled");
    const waiting = expect(limiter.acquire("p", "m", 1, control.signal)).rejects.toBe(reason);
    control.abort(reason);
    await waiting;
  });

  it("grants no more than the bucket holds to callers that come at once", async () => {
    await sql`INSERT INTO rate_limits (provider, model, requests_per_minute, requests_available)
      VALUES ('p', 'm', 18, 3)`.execute(test.database);
    const control = new AbortController();
    const granted: number[] = [];
    const callers = Array.from({ length: 12 }, () =>
      limiter.acquire("p", "m", 1, control.signal).then(
        (waitedMs) => granted.push(waitedMs),
        () => undefined,
      ),
    );
    await expect.poll(() => granted.length).toBe(3);
    const { rows } = await sql<{ left: number }>`
      SELECT requests_available AS left FROM rate_limits`.execute(test.database);
    expect(rows[0]?.left).toBeLessThan(1);
    control.abort();
    await Promise.all(callers);
    expect(granted).toHaveLength(3);
  });
});
