import type { LivePosition } from "../platform/live-feed.ts";
import type { LiveMessage } from "./live-hub.ts";
import type { LiveEvent } from "./live-hub-rows.ts";

/** Writes the events of the stream; what all readers of an audience get is written once and shared. */
export type EventWire = ReturnType<typeof createEventWire>;

/** An event as an audience gets it; null when it is not for it. The same one each time, so that it is written once. */
export type ShowEvent = (event: LiveEvent) => LiveEvent | null;

const encoder = new TextEncoder();
/** How soon a browser comes back by itself after a broken connection; its own three seconds are long. */
const retryMs = 1_000;

/**
 * See docs/reference/events.md for what each event means.
 * @param show leaves events out, or parts of them; the numbers of broadcasts stay the same for everybody
 * @param texts of events that are written already, to be shared between audiences
 */
export function createEventWire(
  epoch: string,
  show: ShowEvent = (event) => event,
  texts = new WeakMap<LiveEvent, string>(),
) {
  const chunks = new WeakMap<LiveMessage, Uint8Array<ArrayBuffer>>();
  const epochText = JSON.stringify(epoch);

  /** The event as JSON. */
  function textOf(event: LiveEvent): string {
    const known = texts.get(event);
    if (known !== undefined) return known;
    const text = JSON.stringify(event);
    texts.set(event, text);
    return text;
  }

  function listOf(events: Iterable<LiveEvent>): string {
    const shown = Array.from(events, show).filter((event) => event !== null);
    return shown.map(textOf).join(",");
  }

  function changes(events: Iterable<LiveEvent>, first: number, seq: number, position: LivePosition | null) {
    const list = listOf(events);
    const range = first === seq ? `"seq":${seq}` : `"first":${first},"seq":${seq}`;
    return frame("changes", position, `{"epoch":${epochText},${range},"events":[${list}]}`);
  }

  const gap = (seq: number, position: LivePosition | null) =>
    frame("gap", position, `{"epoch":${epochText},"seq":${seq}}`);

  return {
    isVisible: (event: LiveEvent) => show(event) !== null,
    textOf,
    /** Several broadcasts in one, from number `first` to number `seq`. */
    changes,
    gap,
    /** The name or role of this reader changed. */
    session: (seq: number) => frame("session", null, `{"epoch":${epochText},"seq":${seq}}`),
    /** The last event of a stream whose reader is not signed in any more, or may not read it any more. */
    signedOut: (seq: number) => frame("signed_out", null, `{"epoch":${epochText},"seq":${seq}}`),
    /** The first event of a stream. Without events the reader has to read again. */
    hello(seq: number, position: LivePosition | null, events: readonly LiveEvent[] | null) {
      const list = listOf(events ?? []);
      const asOf = JSON.stringify(position?.at ?? null);
      return frame(
        "hello",
        position,
        `{"epoch":${epochText},"seq":${seq},"as_of":${asOf},"resumed":${events !== null},"events":[${list}]}`,
      );
    },
    /** A broadcast, encoded once for all readers of the audience. */
    shared(message: LiveMessage): Uint8Array<ArrayBuffer> {
      const known = chunks.get(message);
      if (known !== undefined) return known;
      const { kind, seq, position } = message;
      const chunk =
        kind === "changes"
          ? changes(message.events, seq, seq, position)
          : kind === "gap"
            ? gap(seq, position)
            : frame("beat", position, `{"epoch":${epochText},"seq":${seq}}`);
      chunks.set(message, chunk);
      return chunk;
    },
  };
}

function frame(event: string, position: LivePosition | null, data: string): Uint8Array<ArrayBuffer> {
  const id = position === null ? "" : `id: ${writePosition(position)}\n`;
  const retry = event === "hello" ? `retry: ${retryMs}\n` : "";
  return encoder.encode(`event: ${event}\n${id}${retry}data: ${data}\n\n`);
}

function writePosition({ snapshot, database_started_at, at }: LivePosition): string {
  return Buffer.from(JSON.stringify([snapshot, database_started_at, at])).toString("base64url");
}

/** Reads the id of an event; null for anything that is none of ours. */
export function readPosition(text: string): LivePosition | null {
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
    // Not an id of ours: the caller tells the browser to read again.
    return null;
  }
}
