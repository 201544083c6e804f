import { describe, expect, it } from "vitest";
import type { LiveFeed, LivePosition } from "../platform/live-feed.ts";
import { createLogger } from "../platform/logger.ts";
import { createLiveHub, type LiveMessage } from "./live-hub.ts";

const position: LivePosition = {
  snapshot: "10:12:",
  database_started_at: "2026-01-01T00:00:00.000Z",
  at: "2026-01-01T00:00:01.000Z",
};

const quietFeed: LiveFeed = {
  start: async () => undefined,
  stop: async () => undefined,
  subscribe: () => () => undefined,
  since: async () => null,
  position: () => position,
};

describe("the live hub", () => {
  it("tells pages of rows that beat, and reads them only while somebody listens", async () => {
    let reads = 0;
    let heard: (message: LiveMessage) => void = () => undefined;
    const firstBeat = new Promise<LiveMessage>((resolve) => {
      heard = resolve;
    });
    const hub = createLiveHub({
      feed: quietFeed,
      summaries: {},
      logger: createLogger({ level: "silent", format: "json" }),
      pulse: {
        entity: "worker",
        everyMs: 5,
        listRows: async () => {
          reads += 1;
          return [{ id: "w1", version: 7 }];
        },
      },
    });
    await hub.start();
    expect(reads).toBe(0);
    hub.subscribe(heard);
    expect(await firstBeat).toMatchObject({
      kind: "changes",
      events: [{ entity: "worker", id: "w1", version: 7 }],
      // What the feed told last may still be on its way: a browser that took its place would not ask for it again.
      position: null,
    });
    await hub.stop();
  });

  it("tells rows that show a part of a changed one as well, each once", async () => {
    let tell: Parameters<LiveFeed["subscribe"]>[0] = () => undefined;
    const feed: LiveFeed = {
      ...quietFeed,
      subscribe: (listener) => {
        tell = listener;
        return () => undefined;
      },
    };
    const rowsOf = async (ids: readonly string[]) => ids.map((id) => ({ id, version: 1 }));
    const hub = createLiveHub({
      feed,
      summaries: { task: rowsOf, flow_run: rowsOf },
      followers: { task: { entity: "flow_run", listIds: async (ids) => ids.map((id) => `root of ${id}`) } },
      logger: createLogger({ level: "silent", format: "json" }),
    });
    await hub.start();
    const heard = new Promise<LiveMessage>((resolve) => hub.subscribe(resolve));
    tell(
      [
        { entity: "task", id: "t1" },
        { entity: "task", id: "t2" },
        { entity: "flow_run", id: "root of t2" },
      ],
      position,
    );
    const message = await heard;
    expect(
      message.kind === "changes" ? message.events.map(({ entity, id }) => [entity, id]) : message,
    ).toEqual([
      ["task", "t1"],
      ["task", "t2"],
      ["flow_run", "root of t2"],
      ["flow_run", "root of t1"],
    ]);
    await hub.stop();
  });
});
