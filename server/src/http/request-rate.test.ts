import { describe, expect, it } from "vitest";
import { signedIn } from "../../test/builders/test-api.ts";
import type { Caller } from "../platform/caller.ts";
import { callerKey, createTokenBuckets } from "./request-rate.ts";

function createBuckets(perSecond: number) {
  const clock = { ms: 0 };
  const buckets = createTokenBuckets(perSecond, () => clock.ms);
  const takeAll = (key: string) => {
    let taken = 0;
    while (buckets.take(key) === 0) taken += 1;
    return taken;
  };
  return { clock, buckets, takeAll };
}

describe("the rate of requests", () => {
  it("allows five seconds' worth at once, then the rate", () => {
    const { clock, takeAll } = createBuckets(200);
    expect(takeAll("ada")).toBe(1_000);
    clock.ms += 1_000;
    expect(takeAll("ada")).toBe(200);
    clock.ms += 60_000;
    expect(takeAll("ada")).toBe(1_000);
  });

  it("counts each caller alone", () => {
    const { buckets, takeAll } = createBuckets(1);
    takeAll("ada");
    expect(buckets.take("ada")).toBeGreaterThan(0);
    expect(buckets.take("lin")).toBe(0);
  });

  it("says how long to wait, and who waits gets through", () => {
    const { clock, buckets, takeAll } = createBuckets(0.5);
    takeAll("ada");
    const waitMs = buckets.take("ada");
    clock.ms += waitMs - 1;
    expect(buckets.take("ada")).toBeGreaterThan(0);
    clock.ms += 2;
    expect(buckets.take("ada")).toBe(0);
  });

  it("forgets who asks no more, so that a million addresses cost no memory for long", () => {
    const { clock, buckets } = createBuckets(50);
    for (let address = 0; address < 10_000; address += 1) buckets.take(`address:${address}`);
    expect(buckets.size()).toBe(10_000);
    clock.ms += 5_000;
    buckets.take("one more");
    expect(buckets.size()).toBe(1);
  });

  it("lets a rate below one a second through at all", () => {
    const { takeAll } = createBuckets(0.001);
    expect(takeAll("ada")).toBe(1);
  });
});

describe("whose requests are counted together", () => {
  const session = signedIn({ id: "u1", name: "Ada", role: "viewer" });
  const tokenOf = (token_id: string): Caller => ({
    ...session,
    proof: { kind: "token", token_id, scopes: ["read"], is_of_machine: false },
  });

  it("is a person with all their sessions, and each of their tokens for itself", () => {
    expect(callerKey(session, "192.0.2.1")).toBe(callerKey(session, "192.0.2.2"));
    expect(callerKey(tokenOf("t1"), "192.0.2.1")).not.toBe(callerKey(session, "192.0.2.1"));
    expect(callerKey(tokenOf("t1"), "192.0.2.1")).not.toBe(callerKey(tokenOf("t2"), "192.0.2.1"));
  });

  it.each([
    ["192.0.2.1", "192.0.2.2", false],
    ["2001:db8:1:2::1", "2001:db8:1:2:ffff:eeee:dddd:cccc", true],
    ["2001:db8:1:2::1", "2001:db8:1:3::1", false],
    ["2001:db8::1", "2001:0db8:0:0:5::", true],
    ["::1", "::2", true],
    ["::1", "1::", false],
  ])("of strangers at %s and %s: %s", (one, other, isSame) => {
    expect(callerKey(null, one) === callerKey(null, other)).toBe(isSame);
  });
});
