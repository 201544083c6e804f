import type { StreamSource } from "./live-stream.ts";

/** A row of the simulated server. */
export type SimulatedRow = { id: string; version: number; status: string };

type Frame = { kind: string; data: string; lastEventId: string };

// Few, so that a browser that comes back often has missed more than the server can tell.
const toldAgain = 4;

class Source extends EventTarget implements StreamSource {
  readyState = 1;
  readonly frames: Frame[] = [];
  close(): void {
    this.readyState = 2;
  }
}

/** Lies between the server and the browser: it loses, repeats and moves whole events, and counts how many. */
function createNetwork() {
  let source = new Source();
  let disturbed = 0;
  return {
    connect(): Source {
      source = new Source();
      return source;
    },
    send: (frame: Frame) => void source.frames.push(frame),
    deliver(count: number): void {
      for (const { kind, data, lastEventId } of source.frames.splice(0, count)) {
        if (source.readyState === 1) source.dispatchEvent(new MessageEvent(kind, { data, lastEventId }));
      }
    },
    disturbed: () => disturbed,
    /** Loses the next events. */
    drop(count = 1): void {
      disturbed += source.frames.splice(0, count).length;
    },
    repeat(): void {
      const [next] = source.frames;
      if (next === undefined) return;
      source.frames.push(next);
      disturbed += 1;
    },
    /** Moves the next event behind some that come after it. */
    delay(places: number): void {
      const next = source.frames.shift();
      if (next === undefined) return;
      source.frames.splice(places, 0, next);
      disturbed += 1;
    },
    cut(): void {
      if (source.readyState === 2) return;
      source.readyState = 2;
      disturbed += source.frames.splice(0).length;
      source.dispatchEvent(new Event("error"));
    },
  };
}

/** Rows in memory with the server's rules of the stream: numbered broadcasts, an epoch for each start, places to resume from. */
export function createSimulatedServer() {
  const network = createNetwork();
  const rows = new Map<string, SimulatedRow>();
  const recorded: string[] = [];
  let epoch = 0;
  let seq = 0;
  let made = 0;

  const list = (): SimulatedRow[] => [...rows.values()].sort((left, right) => (left.id < right.id ? 1 : -1));
  const eventOf = (id: string) => {
    const row = rows.get(id);
    return { entity: "task", id, parents: {}, version: row?.version ?? 0, patch: row ?? null };
  };
  const send = (kind: string, rest: object) => {
    const data = JSON.stringify({ epoch: `start ${epoch}`, seq, ...rest });
    network.send({ kind, lastEventId: String(recorded.length), data });
  };
  const tell = (id: string) => {
    recorded.push(id);
    seq += 1;
    send("changes", { events: [eventOf(id)] });
  };
  return {
    ...network,
    list,
    /** A commit that adds a row. */
    add(): void {
      const id = String(++made).padStart(6, "0");
      rows.set(id, { id, version: 1, status: "new" });
      tell(id);
    },
    /** A commit that changes a row. */
    change(pick: number): void {
      const row = list()[pick % rows.size];
      if (row === undefined) return;
      rows.set(row.id, { ...row, version: row.version + 1, status: `state ${pick}` });
      tell(row.id);
    },
    /** A commit that deletes a row, but for the last one. */
    remove(pick: number): void {
      const row = list()[pick % rows.size];
      if (row === undefined || rows.size < 2) return;
      rows.delete(row.id);
      tell(row.id);
    },
    /** What the browser opens. */
    open(lastEventId: string): StreamSource {
      const opened = network.connect();
      const missed = lastEventId === "" ? [] : recorded.slice(Number(lastEventId));
      const resumed = missed.length <= toldAgain;
      send("hello", { resumed, events: resumed ? [...new Set(missed)].map(eventOf) : [] });
      return opened;
    },
    beat: () => send("beat", {}),
    /** Begins to number anew; the connection is lost. */
    restart(): void {
      epoch += 1;
      seq = 0;
      network.cut();
    },
  };
}
