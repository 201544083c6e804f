import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ConnectionNews } from "../connections/store.ts";
import { type PrefectErrorCode, prefectErrors } from "../errors.ts";
import { createReachability, type Reachability } from "./reachability.ts";
import { probeDelayMs, troubleOf } from "./trouble.ts";

const fail = (code: PrefectErrorCode) => prefectErrors.create(code, `The code is ${code}.`);

describe("trouble", () => {
  it("tells an outage from wrong credentials, another version and a mere refusal", () => {
    expect(troubleOf(fail("prefect_unreachable"))?.health).toBe("down");
    expect(troubleOf(fail("prefect_failed"))?.health).toBe("down");
    expect(troubleOf(fail("prefect_auth_failed"))?.health).toBe("auth_failed");
    expect(troubleOf(fail("prefect_version_incompatible"))?.health).toBe("incompatible");
    for (const code of ["prefect_refused", "prefect_not_found", "prefect_rate_limited"] as const) {
      expect(troubleOf(fail(code))).toBeNull();
    }
    expect(troubleOf(new Error("of ours"))).toBeNull();
  });

  it("is asked after again from 1 s on to a minute, and once a minute where waiting does not help", () => {
    const delays = [0, 1, 2, 5, 6, 50].map((failures) => probeDelayMs("down", failures, () => 1));
    expect(delays).toEqual([1_000, 2_000, 4_000, 32_000, 60_000, 60_000]);
    expect(probeDelayMs("down", 3, () => 0)).toBe(4_000);
    expect(probeDelayMs("auth_failed", 0, () => 0)).toBe(60_000);
    expect(probeDelayMs("incompatible", 0, () => 0)).toBe(60_000);
  });
});

describe("reachability", () => {
  let news: ConnectionNews[];
  /** What the next probes meet; nothing: Prefect answers. */
  let probes: (PrefectErrorCode | "ok")[];
  let stopping: AbortController;
  let reach: Reachability;
  let ended: Promise<void>;

  beforeEach(() => {
    vi.useFakeTimers();
    news = [];
    probes = [];
    stopping = new AbortController();
    reach = createReachability({
      signal: stopping.signal,
      random: () => 1,
      tell: async (told) => void news.push(told),
      async probe() {
        const next = probes.shift() ?? "ok";
        if (next !== "ok") throw fail(next);
        return "3.8.8";
      },
    });
    ended = reach.watch();
  });
  afterEach(async () => {
    stopping.abort();
    await ended;
    vi.useRealTimers();
  });
  const passes = (durationMs: number) => vi.advanceTimersByTimeAsync(durationMs);
  const healths = () => news.flatMap(({ health }) => health ?? []);

  it("polls at first, is live once events come, and polls again with the reason when they stop", async () => {
    await passes(0);
    await reach.reachable();
    expect(news.at(-1)).toMatchObject({ health: "polling", version_found: "3.8.8", is_ok: true });
    reach.tellLive(true, null);
    expect(news.at(-1)).toMatchObject({ health: "live", health_reason: null });
    expect(reach.isLive()).toBe(true);
    reach.tellLive(false, "The socket was cut.");
    expect(news.at(-1)).toMatchObject({ health: "polling", health_reason: "The socket was cut." });
  });

  it("is down when a request and the probe after it fail, and up again with the first probe that is answered", async () => {
    await passes(0);
    probes = ["prefect_unreachable", "prefect_unreachable"];
    reach.heard(fail("prefect_unreachable"));
    await passes(0);
    expect(reach.isReachable()).toBe(false);
    expect(news.at(-1)).toMatchObject({ health: "down", health_reason: "The code is prefect_unreachable." });
    await passes(1_000);
    expect(reach.isReachable()).toBe(false);
    await passes(2_000);
    expect(reach.isReachable()).toBe(true);
    expect(healths()).toEqual(["polling", "down", "down", "polling"]);
  });

  it("forgives a request that failed once", async () => {
    await passes(0);
    reach.heard(fail("prefect_failed"));
    await passes(0);
    reach.heard(null);
    expect(healths().every((health) => health === "polling")).toBe(true);
  });

  it("is down when only the probe is answered, until a request is answered too", async () => {
    await passes(0);
    for (let failure = 0; failure < 3; failure += 1) {
      reach.heard(fail("prefect_failed"));
      await passes(0);
    }
    expect(healths().at(-1)).toBe("down");
    await passes(1_000);
    expect(reach.isReachable()).toBe(true);
    expect(healths().at(-1)).toBe("down");
    reach.heard(fail("prefect_failed"));
    await passes(0);
    expect(reach.isReachable()).toBe(false);
    await passes(2_000);
    reach.heard(null);
    expect(healths().at(-1)).toBe("polling");
  });

  it("asks once a minute while the credentials are wrong", async () => {
    await passes(0);
    probes = ["prefect_auth_failed"];
    reach.heard(fail("prefect_auth_failed"));
    await passes(59_000);
    expect(healths().at(-1)).toBe("auth_failed");
    await passes(1_000);
    expect(healths().at(-1)).toBe("polling");
  });

  it("lets nobody wait once the watch ends", async () => {
    probes = ["prefect_unreachable"];
    const waiting = reach.reachable();
    stopping.abort();
    await waiting;
    await ended;
  });
});
