import { Hono } from "hono";
import type { HttpEnvironment } from "./environment.ts";
import { createEventReader, type EventReader } from "./events-reader.ts";
import { createEventWire, readPosition } from "./events-wire.ts";
import type { LiveHub, Missed } from "./live-hub.ts";

const longestCatchUpMs = 5_000;

/**
 * GET /events: `hello`, then `changes`, `gap` (read again) and every five seconds a `beat`, all with the number of the
 * newest broadcast. The event id is a place in the change feed; a browser that comes back with `Last-Event-ID` (or
 * `last_event_id` in the address) gets what it missed with the hello. docs/reference/events.md tells the fields.
 */
export function createEventRoutes(hub: LiveHub, isStopping: AbortSignal) {
  const wire = createEventWire(hub.epoch);
  const readers = new Set<EventReader>();
  isStopping.addEventListener("abort", () => {
    for (const reader of readers) reader.end();
  });

  return new Hono<HttpEnvironment>().get("/events", (context) => {
    const lastEventId = context.req.header("last-event-id") ?? context.req.query("last_event_id");
    const { seq, position } = hub.here();
    const reader = createEventReader({
      wire,
      onOver() {
        unsubscribe();
        readers.delete(reader);
      },
      cut: () => cutConnection(context.env),
    });
    const unsubscribe = hub.subscribe(reader.push);
    readers.add(reader);
    if (isStopping.aborted) reader.end();
    else void readMissed(hub, lastEventId).then((missed) => reader.greet(seq, missed, position));
    return new Response(reader.stream, {
      headers: {
        "content-type": "text/event-stream",
        "cache-control": "no-store, no-transform",
        "x-accel-buffering": "no",
        "transfer-encoding": "chunked",
      },
    });
  });
}

async function readMissed(hub: LiveHub, lastEventId: string | undefined): Promise<Missed | null> {
  const position = lastEventId === undefined ? undefined : readPosition(lastEventId);
  if (position === null) return null;
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, longestCatchUpMs, null);
  });
  try {
    return await Promise.race([hub.catchUp(position), tooLong]);
  } catch {
    // Whatever kept it from being read: the browser is told to read again, and its own reads say what is wrong.
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/** Ends the connection at once: a socket that takes nothing would wait for ever for the end of its stream. */
function cutConnection(environment: unknown): void {
  // What the adapter of node:http hands to every handler; a request without a socket has none.
  const { outgoing } = (environment ?? {}) as { outgoing?: { destroy(): void } };
  outgoing?.destroy();
}
