import { describe, expect, it, test } from "vitest";
import type { PrefectEvent } from "../client/wire.ts";
import { createClockComparison, readHint } from "./event-reading.ts";
import { createSeenEvents } from "./seen-events.ts";

const run_id = "d505ce1e-cefd-4bb8-86c2-038072e8f0ee";
const event = (given: Partial<PrefectEvent>): PrefectEvent => ({
  id: "01a201f3-c88d-784a-af98-9e430716be84",
  event: "prefect.flow-run.Running",
  occurred: "2026-11-22T06:31:23.533905Z",
  resource: { "prefect.resource.id": `prefect.flow-run.${run_id}` },
  ...given,
});
const related = (role: string, id: string) => ({ "prefect.resource.role": role, "prefect.resource.id": id });
const taskRun = { "prefect.resource.id": "prefect.task-run.01a201f3-c8cc-769c-9fce-2e1899ded8c2" };

test.each([
  ["a change of a run", event({}), { kind: "run", run_id }],
  [
    "a state with a name of its own",
    event({ event: "prefect.flow-run.Waiting for Anna" }),
    { kind: "run", run_id },
  ],
  ["a heartbeat", event({ event: "prefect.flow-run.heartbeat" }), { kind: "heartbeat", run_id }],
  [
    "a change of a step, by the run that it belongs to",
    event({
      resource: taskRun,
      related: [
        related("flow", "prefect.flow.x"),
        related("flow-run", `prefect.flow-run.${run_id.toUpperCase()}`),
      ],
    }),
    { kind: "step", run_id },
  ],
  ["a step of no run", event({ resource: taskRun, related: null }), null],
  ["an id that is none", event({ resource: { "prefect.resource.id": "prefect.flow-run.all" } }), null],
  ["a resource without an id", event({ resource: { "prefect.resource.id": 7 } }), null],
])("%s is read as a hint", (_name, given, expected) => expect(readHint(given)).toEqual(expected));

describe("the comparison of clocks", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");
  const received = (agoMs: number) => event({ received: new Date(now - agoMs).toISOString() });

  it.each([-300_000, 0, 240_000])("takes the shortest way for the difference of %d ms", (differenceMs) => {
    const clock = createClockComparison();
    clock.momentOf(received(differenceMs + 500), now);
    clock.momentOf(received(differenceMs + 20), now);
    expect(clock.momentOf(received(differenceMs + 60_020), now)).toBe(now - 60_000);
  });

  it("learns nothing from old events, and never tells a moment to come", () => {
    const clock = createClockComparison();
    expect(clock.momentOf(received(900_000), now)).toBe(now - 900_000);
    expect(clock.momentOf(received(-2_000), now)).toBe(now);
  });
});

describe("seen events", () => {
  it("are known for two minutes", () => {
    let now = 0;
    const seen = createSeenEvents(() => now);
    expect([seen.add("a"), seen.add("a"), seen.add("b")]).toEqual([true, false, true]);
    now = 119_000;
    expect(seen.add("a")).toBe(false);
    now = 121_000;
    expect(seen.add("a")).toBe(true);
  });

  it("are forgotten when there are too many", () => {
    const seen = createSeenEvents(() => 0);
    for (let place = 0; place <= 20_000; place += 1) seen.add(`event ${place}`);
    expect([seen.add("event 0"), seen.add("event 20000")]).toEqual([true, false]);
  });
});
