import { describe, expect, it, vi } from "vitest";
import type { LiveFeed, LivePosition } from "../platform/live-feed.ts";
import { createSilentLogger } from "../platform/logger.ts";
import { beatMs, createLiveHub, type LiveHubOptions, type LiveMessage } from "./live-hub.ts";

function positionAt(second: number): LivePosition {
  return {
    snapshot: `${10 + second}:${12 + second}:`,
    database_started_at: "2026-01-01T00:00:00.000Z",
    at: `2026-01-01T00:00:0${second}.000Z`,
  };
}

const rowsOf = async (ids: readonly string[]) => ids.map((id) => ({ id, version: 1 }));

/** A hub over a feed that tells what the test says. */
function createFedHub(options: Partial<LiveHubOptions> = {}) {
  let listener: Parameters<LiveFeed["subscribe"]>[0] = () => undefined;
  let current = positionAt(0);
  const asked: LivePosition[] = [];
  const feed: LiveFeed = {
    start: async () => undefined,
    stop: async () => undefined,
    subscribe(subscribed) {
      listener = subscribed;
      return () => undefined;
    },
    async since(position) {
      asked.push(position);
      return { changes: [{ entity: "task", id: "missed" }], position: current };
    },
    position: () => current,
  };
  const hub = createLiveHub({ feed, summaries: { task: rowsOf }, logger: createSilentLogger(), ...options });
  const heard: LiveMessage[] = [];
  let wake: () => void = () => undefined;
  return {
    hub,
    asked,
    heard,
    tell(second: number, ...ids: string[]) {
      current = positionAt(second);
      listener(
        ids.map((id) => ({ entity: "task", id })),
        current,
      );
    },
    listen: () =>
      hub.subscribe((message) => {
        heard.push(message);
        wake();
      }),
    async until(holds: () => boolean): Promise<void> {
      while (!holds()) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

const idsOf = (message: LiveMessage | undefined) =>
  message?.kind === "changes" ? message.events.map(({ id }) => id) : message?.kind;

describe("the live hub", () => {
  it("numbers its broadcasts without a hole, heartbeats of workers among them", async () => {
    const beats = { w: 0 };
    const fed = createFedHub({
      pulse: { entity: "worker", everyMs: 5, listRows: async () => [{ id: "w", version: ++beats.w }] },
    });
    await fed.hub.start();
    expect(beats.w).toBe(0);
    fed.listen();
    await fed.until(() => fed.heard.length > 2);
    fed.tell(1, "t1");
    const isOfTask = (message: LiveMessage) => idsOf(message)?.includes("t1");
    await fed.until(() => fed.heard.some(isOfTask) && fed.heard.at(-1)?.position === null);
    expect(fed.heard.map(({ seq }) => seq)).toEqual(fed.heard.map((_, index) => index + 1));
    // What the feed told last may still be on its way when workers beat: a browser that took its place would miss it.
    for (const message of fed.heard)
      expect(message.position).toEqual(isOfTask(message) ? positionAt(1) : null);
    await fed.hub.stop();
  });

  it("tells a worker that beats no more once more, as it is now", async () => {
    const alive = { ids: ["w1", "w2"] };
    const fed = createFedHub({
      summaries: { worker: async (ids) => ids.map((id) => ({ id, version: 9, health: "dead" })) },
      pulse: {
        entity: "worker",
        everyMs: 5,
        listRows: async () => alive.ids.map((id) => ({ id, version: 1, health: "healthy" })),
      },
    });
    await fed.hub.start();
    fed.listen();
    await fed.until(() => fed.heard.length > 1);
    alive.ids = ["w1"];
    const death = (message: LiveMessage) =>
      message.kind === "changes" ? message.events.filter(({ patch }) => patch?.health === "dead") : [];
    await fed.until(() => fed.heard.flatMap(death).length > 0);
    const after = fed.heard.length;
    await fed.until(() => fed.heard.length > after + 2);
    expect(fed.heard.flatMap(death).map(({ id }) => id)).toEqual(["w2"]);
    await fed.hub.stop();
  });

  it("gathers what changes while it reads, and says its newest place only when all was told", async () => {
    let answer: () => void = () => undefined;
    const reads: (readonly string[])[] = [];
    const fed = createFedHub({
      summaries: {
        async task(ids) {
          reads.push(ids);
          if (reads.length === 1) {
            await new Promise<void>((resolve) => {
              answer = resolve;
            });
          }
          return rowsOf(ids);
        },
      },
    });
    await fed.hub.start();
    fed.listen();
    expect(fed.hub.here()).toEqual({ seq: 0, position: positionAt(0) });
    fed.tell(1, "t1");
    fed.tell(2, "t2", "t3");
    fed.tell(3, "t3", "t4");
    expect(fed.hub.here()).toEqual({ seq: 0, position: null });
    await vi.waitFor(() => expect(reads).toEqual([["t1"]]));
    answer();
    await fed.until(() => fed.heard.length === 2);
    expect(fed.heard.map(idsOf)).toEqual([["t1"], ["t2", "t3", "t4"]]);
    expect(fed.heard.map(({ position }) => position)).toEqual([positionAt(1), positionAt(3)]);
    expect(reads).toHaveLength(2);
    await fed.hub.stop();
  });

  it("tells a gap when the feed lost its place, when rows cannot be read and when they are too many", async () => {
    const fed = createFedHub({
      summaries: {
        async task(ids) {
          if (ids.includes("broken")) throw new Error("away");
          return rowsOf(ids);
        },
      },
    });
    await fed.hub.start();
    fed.listen();
    fed.tell(1);
    await fed.until(() => fed.heard.length === 1);
    fed.tell(2, "broken");
    await fed.until(() => fed.heard.length === 2);
    fed.tell(3, ...Array.from({ length: 2_001 }, (_, index) => `t${index}`));
    await fed.until(() => fed.heard.length === 3);
    fed.tell(4, "t1");
    await fed.until(() => fed.heard.length === 4);
    expect(fed.heard.map(idsOf)).toEqual(["gap", "gap", "gap", ["t1"]]);
    expect(fed.heard.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    await fed.hub.stop();
  });

  it("reads what was missed once for all who come back from the same place together", async () => {
    const fed = createFedHub();
    await fed.hub.start();
    const answers = await Promise.all(Array.from({ length: 100 }, () => fed.hub.catchUp(positionAt(1))));
    expect(fed.asked).toEqual([positionAt(1)]);
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]?.events.map(({ id }) => id)).toEqual(["missed"]);
    await fed.hub.stop();
  });

  it("cannot tell a new page what changed lately before it has looked for five seconds", async () => {
    const fed = createFedHub();
    vi.useFakeTimers();
    await fed.hub.start();
    fed.tell(1);
    expect(await fed.hub.catchUp()).toBeNull();
    fed.listen();
    vi.advanceTimersByTime(beatMs);
    expect(fed.heard).toEqual([{ kind: "beat", seq: 0, position: positionAt(1) }]);
    vi.useRealTimers();
    expect((await fed.hub.catchUp())?.events.map(({ id }) => id)).toEqual(["missed"]);
    expect(fed.asked).toEqual([positionAt(0)]);
    await fed.hub.stop();
  });

  it("tells rows that show a part of a changed one as well, each once", async () => {
    const fed = createFedHub({
      summaries: { task: rowsOf, flow_run: rowsOf },
      followers: { task: { entity: "flow_run", listIds: async (ids) => ids.map((id) => `root of ${id}`) } },
    });
    await fed.hub.start();
    fed.listen();
    fed.tell(1, "t1", "t2");
    await fed.until(() => fed.heard.length === 1);
    expect(idsOf(fed.heard[0])).toEqual(["t1", "t2", "root of t1", "root of t2"]);
    await fed.hub.stop();
  });
});
