import { type ConnectionState, type LiveMessage, parseAsOf, parseChange } from "./live-messages.ts";

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

function dataOf(event: Event): string {
  return event instanceof MessageEvent && typeof event.data === "string" ? event.data : "";
}

function idOf(event: Event, before: string): string {
  return event instanceof MessageEvent && event.lastEventId !== "" ? event.lastEventId : before;
}

/**
 * Holds one event stream open for good. The browser resumes a broken one by itself with its last event id; one that was
 * refused is opened anew with growing pauses, behind the last id that was seen. Where none was seen, `reset` tells the
 * readers to refetch.
 */
export function openLiveStream({ openSource, publish, now }: LiveStreamOptions): {
  state: () => ConnectionState;
  close: () => void;
} {
  let state: ConnectionState = { kind: "connecting", as_of: null };
  let source: StreamSource | undefined;
  let reopenTimer: ReturnType<typeof setTimeout> | undefined;
  let downTimer: ReturnType<typeof setTimeout> | undefined;
  let pauseMs = firstReopenMs;
  let lastEventId = "";
  let placeLost = false;
  let closed = false;

  const become = (next: ConnectionState) => {
    state = next;
    publish({ kind: "state", state });
  };
  const arrived = (asOf: string | null) => {
    clearTimeout(downTimer);
    downTimer = undefined;
    pauseMs = firstReopenMs;
    const as_of = asOf ?? now().toISOString();
    if (state.kind === "live") state = { kind: "live", as_of };
    else become({ kind: "live", as_of });
    if (!placeLost) return;
    placeLost = false;
    publish({ kind: "reset" });
  };
  const broke = () => {
    if (closed) return;
    if (state.kind === "live") become({ kind: "reconnecting", as_of: state.as_of });
    downTimer ??= setTimeout(() => become({ kind: "down", as_of: state.as_of }), downAfterMs);
    if (source?.readyState !== closedState) return;
    placeLost = lastEventId === "";
    clearTimeout(reopenTimer);
    reopenTimer = setTimeout(open, pauseMs);
    pauseMs = Math.min(longestReopenMs, pauseMs * 2);
  };
  const open = () => {
    source?.close();
    const opened = openSource(lastEventId);
    source = opened;
    opened.addEventListener("hello", (event) => {
      lastEventId = idOf(event, lastEventId);
      arrived(parseAsOf(dataOf(event)));
    });
    opened.addEventListener("reset", (event) => {
      lastEventId = idOf(event, lastEventId);
      arrived(null);
      publish({ kind: "reset" });
    });
    opened.addEventListener("change", (event) => {
      lastEventId = idOf(event, lastEventId);
      arrived(null);
      const change = parseChange(dataOf(event));
      if (change !== null) publish({ kind: "change", change });
    });
    opened.addEventListener("error", broke);
  };
  open();
  return {
    state: () => state,
    close: () => {
      closed = true;
      clearTimeout(reopenTimer);
      clearTimeout(downTimer);
      source?.close();
    },
  };
}
