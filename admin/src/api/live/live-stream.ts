import { createEventReaders } from "./event-readers.ts";
import type { ConnectionState, LiveMessage } from "./live-messages.ts";

/** The part of EventSource that the stream needs. */
export type StreamSource = {
  addEventListener: (type: string, listener: (event: Event) => void) => void;
  readonly readyState: number;
  close: () => void;
};

/** Address of the stream; a place in it goes along as a parameter, because EventSource sets no headers. */
export function streamAddress(lastEventId: string): string {
  return lastEventId === ""
    ? "/api/v1/events"
    : `/api/v1/events?last_event_id=${encodeURIComponent(lastEventId)}`;
}

type LiveStreamOptions = {
  /** Opens the stream behind the given event id, or at the present where there is none. */
  openSource: (lastEventId: string) => StreamSource;
  publish: (message: LiveMessage) => void;
  now: () => Date;
};

const closedState = 2;
const downAfterMs = 8000;
const firstReopenMs = 500;
const longestReopenMs = 10_000;
// The server says something every five seconds at least.
const silentAfterMs = 15_000;

function dataOf(event: Event): string {
  return event instanceof MessageEvent && typeof event.data === "string" ? event.data : "";
}

/**
 * Holds one event stream open for good and says `gap` whenever something may have been missed: the server says so, a number
 * of its broadcasts is missing, comes again or is of another start of the server, or the place to resume from is unknown.
 * The browser resumes a broken connection by itself with its last event id; one that was refused or fell silent is opened
 * anew, with growing pauses, behind the last id that was seen. One that the server ended or refused is told as `refused`:
 * the session may be over.
 */
export function openLiveStream({ openSource, publish, now }: LiveStreamOptions): {
  state: () => ConnectionState;
  close: () => void;
} {
  let state: ConnectionState = { kind: "connecting", as_of: null };
  let source: StreamSource | undefined;
  let reopenTimer: ReturnType<typeof setTimeout> | undefined;
  let downTimer: ReturnType<typeof setTimeout> | undefined;
  let silenceTimer: ReturnType<typeof setTimeout> | undefined;
  let pauseMs = firstReopenMs;
  let lastEventId = "";
  let closed = false;
  const take = createEventReaders(publish, now);

  const become = (next: ConnectionState) => {
    state = next;
    publish({ kind: "state", state });
  };
  const heard = () => {
    clearTimeout(downTimer);
    downTimer = undefined;
    pauseMs = firstReopenMs;
    listenForSilence();
    const as_of = now().toISOString();
    if (state.kind === "live") state = { kind: "live", as_of };
    else become({ kind: "live", as_of });
  };
  const broke = (silent = false) => {
    if (closed) return;
    clearTimeout(silenceTimer);
    if (state.kind === "live") become({ kind: "reconnecting", as_of: state.as_of });
    downTimer ??= setTimeout(() => become({ kind: "down", as_of: state.as_of }), downAfterMs);
    if (source?.readyState !== closedState) return;
    if (!silent) publish({ kind: "refused" });
    clearTimeout(reopenTimer);
    reopenTimer = setTimeout(open, pauseMs);
    pauseMs = Math.min(longestReopenMs, pauseMs * 2);
  };
  const listenForSilence = () => {
    clearTimeout(silenceTimer);
    silenceTimer = setTimeout(() => {
      source?.close();
      broke(true);
    }, silentAfterMs);
  };
  const open = () => {
    source?.close();
    const opened = openSource(lastEventId);
    source = opened;
    for (const [kind, read] of Object.entries(take)) {
      opened.addEventListener(kind, (event) => {
        if (event instanceof MessageEvent && event.lastEventId !== "") lastEventId = event.lastEventId;
        heard();
        read(dataOf(event));
      });
    }
    opened.addEventListener("error", () => broke());
    opened.addEventListener("signed_out", () => {
      opened.close();
      broke();
    });
    listenForSilence();
  };
  open();
  return {
    state: () => state,
    close: () => {
      closed = true;
      clearTimeout(reopenTimer);
      clearTimeout(downTimer);
      clearTimeout(silenceTimer);
      source?.close();
    },
  };
}
