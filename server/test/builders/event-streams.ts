import { Hono } from "hono";
import type { HttpEnvironment } from "../../src/http/environment.ts";
import { createEventRoutes, type EventRoutesOptions } from "../../src/http/events.ts";
import type { LiveHub, LiveMessage, Missed } from "../../src/http/live-hub.ts";
import type { LiveEvent } from "../../src/http/live-hub-rows.ts";
import { createErrorMapper } from "../../src/http/problems.ts";
import type { Caller, Identify } from "../../src/platform/caller.ts";
import type { LivePosition } from "../../src/platform/live-feed.ts";
import { createSilentLogger } from "../../src/platform/logger.ts";
import { signedIn } from "./test-api.ts";

/** Where the made hub stands in the feed. */
export const position: LivePosition = {
  snapshot: "10:12:",
  database_started_at: "2026-01-01T00:00:00.000Z",
  at: "2026-01-01T00:00:01.000Z",
};
/** The same as the id of an event. */
export const positionId = Buffer.from(
  JSON.stringify([position.snapshot, position.database_started_at, position.at]),
).toString("base64url");

/** One changed row of a task. */
export function taskRow(id: string, version: number): LiveEvent {
  return { entity: "task", id, parents: {}, version, patch: { id, version } };
}

/** One broadcast. */
export function changeOf(seq: number, ...events: LiveEvent[]): LiveMessage {
  return { kind: "changes", seq, position, events };
}

/** A hub that tells what the test sends. */
export function createHub(missed: Missed | null = { events: [], position }) {
  const listeners = new Set<(message: LiveMessage) => void>();
  const asked: (LivePosition | undefined)[] = [];
  const hub: LiveHub = {
    epoch: "epoch-1",
    start: async () => undefined,
    stop: async () => undefined,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async catchUp(from) {
      asked.push(from);
      return missed;
    },
    here: () => ({ seq: 40, position }),
  };
  return {
    hub,
    asked,
    listeners,
    send: (message: LiveMessage) => listeners.forEach((listener) => void listener(message)),
  };
}

/** One event as a reader gets it. */
export interface StreamEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: { seq: number; first?: number; epoch: string; events?: LiveEvent[]; resumed?: boolean };
}

/** Who reads, unless the test says otherwise. */
export const administrator = signedIn({ id: "a1", name: "Ada", role: "admin" });

/** The routes as they are called by whoever `who` says at that moment. */
export function createEventApplication(
  hub: LiveHub,
  who: () => Caller | null = () => administrator,
  options: Partial<EventRoutesOptions> = {},
) {
  const stop = new AbortController();
  const identify: Identify = async () => who();
  const routes = createEventRoutes({
    ...{ hub, isStopping: stop.signal, identify, streamsPerUser: 10 },
    ...options,
  });
  const application = new Hono<HttpEnvironment>().use(async (context, next) => {
    context.set("caller", who());
    context.set("client_address", "127.0.0.1");
    await next();
  });
  application.onError(createErrorMapper(createSilentLogger()));
  return { stop, application: application.route("/", routes) };
}

/** Opens one stream. */
export async function openStream(
  hub: LiveHub,
  headers: Record<string, string> = {},
  { stop, application } = createEventApplication(hub),
) {
  const answer = await application.request("/events", { headers });
  if (answer.body === null) throw new Error("An event stream has a body");
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  const events: StreamEvent[] = [];
  /** The first event that was not handed out yet; null at the end. */
  async function read(): Promise<StreamEvent | null> {
    for (;;) {
      const event = events.shift();
      if (event !== undefined) return event;
      const { value, done } = await reader.read();
      if (done) return null;
      events.push(...parseEvents(value));
    }
  }
  return {
    stop,
    reader,
    read,
    /** Reads on until the first event of this kind that was not handed out yet. */
    async next(kind: string): Promise<StreamEvent> {
      for (;;) {
        const event = await read();
        if (event === null) throw new Error(`The stream ended before "${kind}"`);
        if (event.event === kind) return event;
      }
    },
  };
}

/** The events in a piece of a stream. */
export function parseEvents(text: string): StreamEvent[] {
  return text
    .split("\n\n")
    .filter((frame) => frame !== "")
    .map((frame) => {
      const fields = new Map(frame.split("\n").map((line) => [line.split(": ", 1)[0], line]));
      const field = (name: string) => fields.get(name)?.slice(name.length + 2);
      return { event: field("event") ?? "", id: field("id"), data: JSON.parse(field("data") ?? "{}") };
    });
}
