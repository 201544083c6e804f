import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type { LivePosition } from "../platform/live-feed.ts";
import type { HttpEnvironment } from "./environment.ts";
import type { LiveEvent, LiveHub, LiveMessage } from "./live-hub.ts";

const heartbeatMs = 15_000;
/** A reader that is this many rows behind gets one `reset` instead: memory stays bounded. */
const mostWaitingEvents = 2_000;

/**
 * GET /events: `hello` {as_of}, then `change` (a LiveEvent) and `reset` (read again). The event id is a feed
 * position; a browser that comes back with `Last-Event-ID` gets what it missed.
 */
export function createEventRoutes(hub: LiveHub, isStopping: AbortSignal) {
  return new Hono<HttpEnvironment>().get("/events", (context) => {
    context.header("cache-control", "no-store");
    context.header("x-accel-buffering", "no");
    const lastEventId = context.req.header("last-event-id") ?? context.req.query("last_event_id");
    return streamSSE(context, async (stream) => {
      const reader = createReader();
      const unsubscribe = hub.subscribe(reader.push);
      const heartbeat = setInterval(reader.wake, heartbeatMs);
      const end = () => reader.end();
      stream.onAbort(end);
      isStopping.addEventListener("abort", end);
      try {
        const position = hub.position();
        await stream.writeSSE({
          event: "hello",
          data: JSON.stringify({ as_of: position?.at ?? null }),
          ...(position === undefined || lastEventId !== undefined ? {} : { id: writePosition(position) }),
        });
        const missed = lastEventId === undefined ? null : await hub.catchUp(readPosition(lastEventId));
        if (missed !== null) reader.push(missed);
        else if (lastEventId !== undefined && position !== undefined)
          reader.push({ kind: "reset", position });
        for await (const chunk of reader.chunks()) await stream.write(chunk);
      } finally {
        clearInterval(heartbeat);
        unsubscribe();
        isStopping.removeEventListener("abort", end);
      }
    });
  });
}

/** Collects for one browser: the newest event of each row, in order of arrival, until the socket takes them. */
function createReader() {
  const waiting = new Map<string, LiveEvent>();
  let position: LivePosition | undefined;
  let mustReset = false;
  let isOver = false;
  let wakeUp: () => void = () => undefined;

  function take(): string {
    const id = position === undefined ? "" : `id: ${writePosition(position)}\n`;
    if (mustReset) {
      mustReset = false;
      waiting.clear();
      return `event: reset\n${id}data: {}\n\n`;
    }
    if (waiting.size === 0) return ": still here\n\n";
    const events = [...waiting.values()];
    waiting.clear();
    const last = events.length - 1;
    return events
      .map((event, index) => `event: change\n${index === last ? id : ""}data: ${JSON.stringify(event)}\n\n`)
      .join("");
  }

  return {
    push(message: LiveMessage): void {
      position = message.position ?? position;
      if (message.kind === "reset") mustReset = true;
      else for (const event of message.events) waiting.set(`${event.entity}:${event.id}`, event);
      if (waiting.size > mostWaitingEvents) mustReset = true;
      if (mustReset) waiting.clear();
      wakeUp();
    },
    wake: () => wakeUp(),
    end(): void {
      isOver = true;
      wakeUp();
    },
    async *chunks(): AsyncGenerator<string> {
      while (!isOver) {
        if (waiting.size > 0 || mustReset) {
          yield take();
          continue;
        }
        await new Promise<void>((resolve) => {
          wakeUp = resolve;
        });
        if (!isOver) yield take();
      }
    },
  };
}

function writePosition({ snapshot, database_started_at, at }: LivePosition): string {
  return Buffer.from(JSON.stringify([snapshot, database_started_at, at])).toString("base64url");
}

function readPosition(text: string): LivePosition | null {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    if (!Array.isArray(parsed)) return null;
    const [snapshot, database_started_at, at] = parsed;
    if (typeof snapshot !== "string" || typeof database_started_at !== "string" || typeof at !== "string")
      return null;
    return /^\d+:\d+:[\d,]*$/.test(snapshot) && !Number.isNaN(Date.parse(at))
      ? { snapshot, database_started_at, at }
      : null;
  } catch {
    // Not an id of ours: the caller answers with a reset.
    return null;
  }
}
