import { describe, expect, it } from "vitest";
import { auditEntry } from "../../test/builders/audit-entry.ts";
import { createRefusalCount } from "./refusal-count.ts";

const hourMs = 3_600_000;
const entry = auditEntry({ action: "access.refused", result: "refused", code: "not_allowed" });

function createClocked(most?: number) {
  let time = 0;
  const count = createRefusalCount(() => time, most);
  return { ...count, pass: (ms: number) => (time += ms) };
}

describe("what is written down once an hour", () => {
  it("is counted beyond that, each caller and route for itself", () => {
    const count = createClocked();
    expect([1, 2, 3].map(() => count.take("ada tasks", 1, entry))).toEqual(["written", "counted", "counted"]);
    expect(count.take("ada units", 1, entry)).toBe("written");
    expect(count.take("bob tasks", 1, entry)).toBe("written");
  });

  it("is told with its count when the hour is over, and that is the one entry of the next hour", () => {
    const count = createClocked();
    for (let time = 0; time < 5; time += 1)
      count.take("ada tasks", 1, { ...entry, request_id: `request ${time}`, details: { kept: true } });
    count.pass(hourMs - 1);
    expect(count.takeEnded()).toEqual([]);
    count.pass(1);
    expect(count.takeEnded()).toEqual([
      {
        ...{ ...entry, request_id: "request 4", address: null, user_agent: null },
        details: { kept: true, left_out: 4 },
      },
    ]);
    expect(count.take("ada tasks", 1, entry)).toBe("counted");
    count.pass(hourMs);
    expect(count.takeEnded()).toMatchObject([{ details: { left_out: 1 } }]);
    count.pass(hourMs);
    expect(count.takeEnded()).toEqual([]);
    expect(count.size()).toBe(0);
  });

  it("loses no count to somebody who asks on when the hour is over", () => {
    const count = createClocked();
    count.take("ada tasks", 1, entry);
    count.take("ada tasks", 1, entry);
    count.pass(hourMs);
    expect(count.take("ada tasks", 1, entry)).toBe("counted");
    expect(count.takeEnded()).toMatchObject([{ details: { left_out: 2 } }]);
  });

  it("begins a new hour where nothing was left out", () => {
    const count = createClocked();
    expect(count.take("ada tasks", 1, entry)).toBe("written");
    count.pass(hourMs);
    expect(count.take("ada tasks", 1, entry)).toBe("written");
  });

  it("is remembered up to a bound; beyond it nothing is written", () => {
    const count = createClocked(3);
    const taken = Array.from({ length: 5 }, (_, number) => count.take(`caller ${number}`, 1, entry));
    expect(taken).toEqual(["written", "written", "written", "lost", "lost"]);
    expect(count.size()).toBe(3);
    count.pass(hourMs);
    count.takeEnded();
    expect(count.take("caller 4", 1, entry)).toBe("written");
  });
});

describe("what is written down twenty times an hour", () => {
  it("is counted from the twenty-first on", () => {
    const count = createClocked();
    const taken = Array.from({ length: 30 }, () => count.take("ada delete", 20, entry));
    expect(taken.filter((what) => what === "written")).toHaveLength(20);
    expect(taken.slice(20)).toEqual(Array(10).fill("counted"));
    count.pass(hourMs);
    expect(count.takeEnded()).toMatchObject([{ details: { left_out: 10 } }]);
    expect(count.take("ada delete", 20, entry)).toBe("written");
  });
});
