import type { Caller, Identify } from "../platform/caller.ts";
import type { LiveMessage } from "./live-hub.ts";

/** One open stream and whoever reads it. */
export interface WatchedStream {
  readonly caller: Caller;
  readonly client_address: string;
  /** What they showed of themselves, as the request carried it. */
  readonly headers: Headers;
  /** Called with how the reader stands now; null when they are not signed in any more. */
  readonly found: (caller: Caller | null) => void;
}

export interface StreamWatch {
  add(stream: WatchedStream): void;
  remove(stream: WatchedStream): void;
  /** Looks for changed accounts in a broadcast. Every reader hears it, so one broadcast may come many times. */
  see(message: LiveMessage): void;
  stop(): void;
}

export interface StreamWatchOptions {
  readonly identify: Identify;
  /** How often every reader is asked for although nothing was told, such as when a token expires. Default 30 s. */
  readonly everyMs?: number;
}

const identifiedAtOnce = 8;

/**
 * Asks again who reads the streams: at once for those whose account was told as changed (each end of a session or token, each other
 * role changes its account), and now and then for all. Readers who show the same are asked for once.
 */
export function createStreamWatch({ identify, everyMs = 30_000 }: StreamWatchOptions): StreamWatch {
  const streams = new Set<WatchedStream>();
  const due = new Set<WatchedStream>();
  let lastSeen: LiveMessage | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isAsking = false;

  async function askFor(group: readonly WatchedStream[]): Promise<void> {
    const [first] = group;
    if (first === undefined) return;
    try {
      const caller = await identify(first.headers, first.client_address);
      for (const stream of group) if (streams.has(stream)) stream.found(caller);
    } catch {
      // The database is away, which signs nobody out: the next turn asks again.
    }
  }

  async function askForDue(): Promise<void> {
    if (isAsking) return;
    isAsking = true;
    while (due.size > 0) {
      const groups = [...Map.groupBy(due, shownBy).values()];
      due.clear();
      for (let start = 0; start < groups.length; start += identifiedAtOnce) {
        await Promise.all(groups.slice(start, start + identifiedAtOnce).map(askFor));
      }
    }
    isAsking = false;
  }

  function ask(chosen: Iterable<WatchedStream>): void {
    for (const stream of chosen) due.add(stream);
    void askForDue();
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
  }

  return {
    add(stream) {
      streams.add(stream);
      timer ??= setInterval(() => ask(streams), everyMs).unref();
    },
    remove(stream) {
      streams.delete(stream);
      due.delete(stream);
      if (streams.size === 0) stop();
    },
    see(message) {
      if (message === lastSeen || message.kind === "beat") return;
      lastSeen = message;
      if (message.kind === "gap") return ask(streams);
      const changed = new Set<string>();
      for (const { entity, id } of message.events) if (entity === "user") changed.add(id);
      if (changed.size > 0) ask([...streams].filter(({ caller }) => changed.has(caller.id)));
    },
    stop,
  };
}

function shownBy({ headers, client_address }: WatchedStream): string {
  return JSON.stringify([headers.get("authorization"), headers.get("cookie"), client_address]);
}
