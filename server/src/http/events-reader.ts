import type { LivePosition } from "../platform/live-feed.ts";
import type { EventWire } from "./events-wire.ts";
import type { LiveMessage, Missed } from "./live-hub.ts";
import type { LiveEvent } from "./live-hub-rows.ts";

/** What one reader may have waiting, beside what its socket holds; beyond it gets one `gap` instead. */
export const mostWaiting = { rows: 500, characters: 512 * 1024 };
/** A reader whose socket took nothing for this long is dropped. */
export const stuckAfterMs = 30_000;

export interface EventReader {
  readonly stream: ReadableStream<Uint8Array>;
  /** Says hello; until then messages wait. Without `missed` the browser has to read again. */
  greet(seq: number, missed: Missed | null, position: LivePosition | null): void;
  push(message: LiveMessage): void;
  /** Sends an event that no other reader gets; behind the hello. */
  tell(chunk: Uint8Array<ArrayBuffer>): void;
  /** Ends the stream, behind a last event if there is one. */
  end(last?: Uint8Array): void;
}

export interface EventReaderOptions {
  readonly wire: EventWire;
  /** The browser went away or the stream ended. */
  readonly onOver: () => void;
  /** Cuts a connection that takes nothing. */
  readonly cut: () => void;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/**
 * One browser. While its socket takes data it gets the shared broadcasts; while it does not, the newest state of each row
 * waits, within bounds, and goes out as one message once the socket has drained.
 */
export function createEventReader(options: EventReaderOptions): EventReader {
  const { wire, onOver, cut, now = () => performance.now() } = options;
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let isOver = false;
  let isGreeted = false;
  let isReady = false;
  let busySince = now();
  let untold: Uint8Array<ArrayBuffer> | undefined;
  const backlog = createBacklog(wire);

  function over(): void {
    if (isOver) return;
    isOver = true;
    backlog.clear();
    onOver();
  }

  function write(chunk: Uint8Array): void {
    isReady = false;
    busySince = now();
    controller?.enqueue(chunk);
  }

  const stream = new ReadableStream<Uint8Array>(
    {
      start(started) {
        controller = started;
      },
      // Asked for only when the socket has room again.
      pull() {
        isReady = true;
        if (isGreeted && backlog.isFilled()) write(backlog.take());
      },
      cancel: over,
    },
    { highWaterMark: 0 },
  );

  return {
    stream,
    greet(seq, missed, position) {
      if (isOver) return;
      isGreeted = true;
      write(wire.hello(seq, missed?.position ?? position, missed?.events ?? null));
      if (untold !== undefined) write(untold);
    },
    tell(chunk) {
      if (isOver) return;
      if (isGreeted) write(chunk);
      else untold = chunk;
    },
    push(message) {
      if (isOver) return;
      if (isGreeted && isReady && !backlog.isFilled()) write(wire.shared(message));
      else if (message.kind !== "beat") backlog.add(message);
      else if (now() - busySince >= stuckAfterMs) {
        over();
        cut();
      }
    },
    end(last) {
      if (isOver) return;
      over();
      if (last !== undefined) controller?.enqueue(last);
      controller?.close();
    },
  };
}

function createBacklog(wire: EventWire) {
  const rows = new Map<string, LiveEvent>();
  let characters = 0;
  let first: number | undefined;
  let seq = 0;
  let position: LivePosition | null = null;
  let isGap = false;

  function keep(event: LiveEvent): void {
    const key = `${event.entity}:${event.id}`;
    const former = rows.get(key);
    if (former !== undefined) characters -= wire.textOf(former).length;
    rows.set(key, event);
    characters += wire.textOf(event).length;
  }

  function clear(): void {
    rows.clear();
    characters = 0;
  }

  return {
    isFilled: () => first !== undefined,
    add(message: Exclude<LiveMessage, { kind: "beat" }>): void {
      first ??= message.seq;
      seq = message.seq;
      position = message.position ?? position;
      if (message.kind === "gap") isGap = true;
      else if (!isGap) for (const event of message.events) if (wire.isVisible(event)) keep(event);
      if (rows.size > mostWaiting.rows || characters > mostWaiting.characters) isGap = true;
      if (isGap) clear();
    },
    take(): Uint8Array {
      const chunk = isGap
        ? wire.gap(seq, position)
        : wire.changes(rows.values(), first ?? seq, seq, position);
      clear();
      first = undefined;
      position = null;
      isGap = false;
      return chunk;
    },
    clear,
  };
}
