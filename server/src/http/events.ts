import type { Context } from "hono";
import { Hono } from "hono";
import type { Caller, Identify } from "../platform/caller.ts";
import { mayCall, seesAccounts } from "./access.ts";
import type { HttpEnvironment } from "./environment.ts";
import { createEventReader, type EventReader } from "./events-reader.ts";
import { createEventWire, type EventWire, readPosition, type ShowEvent } from "./events-wire.ts";
import type { LiveHub, Missed } from "./live-hub.ts";
import type { LiveEvent, SummaryRow } from "./live-hub-rows.ts";
import { callerKey } from "./request-rate.ts";
import { requestErrors } from "./router.ts";
import { createStreamWatch, type WatchedStream } from "./stream-watch.ts";

const longestCatchUpMs = 5_000;
/** A reader who may not read any more and whose socket takes nothing, not even the last event, is cut off. */
const lastEventMs = 500;

/** Accounts are the administrators' business. */
const entitiesOfAdministrators: ReadonlySet<string> = new Set(["user"]);
type Audience = "administrators" | "others";

/** Rows by entity without what only those may see who see accounts. */
type HiddenParts = Readonly<Record<string, (row: SummaryRow) => SummaryRow>>;

export interface EventRoutesOptions {
  readonly hub: LiveHub;
  /** What everybody else gets of a row. */
  readonly hidden?: HiddenParts;
  readonly isStopping: AbortSignal;
  readonly identify: Identify;
  /** Most streams that one person or token has open. */
  readonly streamsPerUser: number;
  /** How often all readers are asked for again. Default 30 s. */
  readonly askEveryMs?: number;
}

/**
 * GET /events: `hello`, then `changes`, `gap` (read again) and every five seconds a `beat`, all with the number of the
 * newest broadcast. The event id is a place in the change feed; a browser that comes back with `Last-Event-ID` (or
 * `last_event_id` in the address) gets what it missed with the hello. A reader whose own name or role changed gets `session`; one
 * who is not signed in any more `signed_out` and the end. docs/reference/events.md tells the fields.
 */
export function createEventRoutes(options: EventRoutesOptions) {
  const { hub, isStopping, identify, streamsPerUser, askEveryMs, hidden = {} } = options;
  const wires = createWires(hub.epoch, hidden);
  const readers = new Set<EventReader>();
  const streams = countStreams(streamsPerUser);
  const watch = createStreamWatch({ identify, ...(askEveryMs === undefined ? {} : { everyMs: askEveryMs }) });
  isStopping.addEventListener("abort", () => {
    watch.stop();
    for (const reader of readers) reader.end();
  });

  function open(context: Context<HttpEnvironment>, caller: Caller): EventReader {
    const audience = audienceOf(caller);
    const wire = wires[audience];
    const leave = streams.enter(callerKey(caller, context.get("client_address")));
    const reader = createEventReader({
      wire,
      onOver() {
        unsubscribe();
        readers.delete(reader);
        watch.remove(stream);
        leave();
      },
      cut: () => cutConnection(context.env),
    });
    let known = caller;
    const stream: WatchedStream = {
      caller,
      client_address: context.get("client_address"),
      headers: shownHeaders(context.req.raw.headers),
      found(now) {
        if (now === null || now.id !== caller.id || !mayRead(now)) {
          reader.end(wire.signedOut(hub.here().seq));
          setTimeout(cutConnection, lastEventMs, context.env).unref();
        } else if (audienceOf(now) !== audience) {
          // The browser comes back by itself, as what it is now.
          reader.end(wire.session(hub.here().seq));
        } else if (now.role !== known.role || now.name !== known.name) {
          known = now;
          reader.tell(wire.session(hub.here().seq));
        }
      },
    };
    const unsubscribe = hub.subscribe((message) => {
      watch.see(message);
      reader.push(message);
    });
    readers.add(reader);
    watch.add(stream);
    return reader;
  }

  return new Hono<HttpEnvironment>().get("/events", (context) => {
    const lastEventId = context.req.header("last-event-id") ?? context.req.query("last_event_id");
    const caller = context.get("caller");
    if (caller === null) throw new Error("The table of routes lets nobody in who is not signed in");
    const { seq, position } = hub.here();
    const reader = open(context, caller);
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

function createWires(epoch: string, hidden: HiddenParts): Readonly<Record<Audience, EventWire>> {
  const texts = new WeakMap<LiveEvent, string>();
  return {
    administrators: createEventWire(epoch, undefined, texts),
    others: createEventWire(epoch, showToOthers(hidden), texts),
  };
}

function showToOthers(hidden: HiddenParts): ShowEvent {
  const shown = new WeakMap<LiveEvent, LiveEvent>();
  return (event) => {
    if (entitiesOfAdministrators.has(event.entity)) return null;
    const hide = hidden[event.entity];
    if (hide === undefined || event.patch === null) return event;
    const less = shown.get(event) ?? { ...event, patch: hide(event.patch) };
    shown.set(event, less);
    return less;
  };
}

function audienceOf(caller: Caller): Audience {
  return seesAccounts(caller) ? "administrators" : "others";
}

function mayRead(caller: Caller): boolean {
  return !caller.owes_second_factor && mayCall(caller, "GET /api/v1/events", "viewer");
}

/** What the proof of a caller stands in; the rest of the request is not kept. */
function shownHeaders(headers: Headers): Headers {
  const shown = new Headers();
  for (const name of ["authorization", "cookie", "user-agent"]) {
    const value = headers.get(name);
    if (value !== null) shown.set(name, value);
  }
  return shown;
}

/** Counts what each caller has open. */
function countStreams(most: number) {
  const counts = new Map<string, number>();
  return {
    /** Answers how to leave. @throws AppError `too_many_requests` */
    enter(key: string): () => void {
      const count = counts.get(key) ?? 0;
      if (count >= most) {
        throw requestErrors.create(
          "too_many_requests",
          `You have ${count} event streams open, which is as many as this server allows. Close one, or raise COURSEWRIGHT_STREAMS_PER_USER.`,
          { details: { retry_after_seconds: 5 } },
        );
      }
      counts.set(key, count + 1);
      return () => {
        const left = (counts.get(key) ?? 1) - 1;
        if (left === 0) counts.delete(key);
        else counts.set(key, left);
      };
    },
  };
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
