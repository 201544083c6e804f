import type { LiveMessage } from "./live-messages.ts";
import { openLiveStream, streamAddress } from "./live-stream.ts";
import { createRecentChanges } from "./recent-changes.ts";

/** Receives every message of the browser's one event stream. */
export type LiveReader = (message: LiveMessage) => void;

const channelName = "coursewright-live";

function openOwnStream(publish: LiveReader): { state: () => LiveMessage; close: () => void } {
  const stream = openLiveStream({
    openSource: (lastEventId) => new EventSource(streamAddress(lastEventId)),
    publish,
    now: () => new Date(),
  });
  return { state: () => ({ kind: "state", state: stream.state() }), close: stream.close };
}

/** One tab holds the stream and passes it on; when it closes, the lock makes the next tab the holder. */
function joinLeader(read: LiveReader): () => void {
  const channel = new BroadcastChannel(channelName);
  const leaving = new AbortController();
  let resign: (() => void) | undefined;
  channel.onmessage = (event: MessageEvent<LiveMessage | "who">) => {
    if (event.data !== "who") read(event.data);
  };
  channel.postMessage("who");
  const lead = () =>
    new Promise<void>((resolve) => {
      const recent = createRecentChanges();
      const stream = openOwnStream((message) => {
        recent.add(message);
        read(message);
        channel.postMessage(message);
      });
      // Whatever happened between two holders was seen by nobody, in this tab and in the others.
      const gap: LiveMessage = { kind: "gap", forget: false };
      read(gap);
      channel.postMessage(gap);
      channel.onmessage = (event: MessageEvent<LiveMessage | "who">) => {
        if (event.data !== "who") return;
        for (const message of [stream.state(), ...recent.list()]) channel.postMessage(message);
      };
      resign = () => {
        stream.close();
        resolve();
      };
    });
  navigator.locks.request(channelName, { signal: leaving.signal }, lead).catch((error: unknown) => {
    if (!leaving.signal.aborted) throw error;
  });
  return () => {
    leaving.abort();
    resign?.();
    channel.close();
  };
}

function joinWorker(read: LiveReader): () => void {
  const worker = new SharedWorker(new URL("./live-worker.ts", import.meta.url), {
    type: "module",
    name: channelName,
  });
  let leaveFallback: (() => void) | undefined;
  worker.onerror = () => {
    leaveFallback ??= joinWithoutWorker(read);
  };
  worker.port.onmessage = (event: MessageEvent<LiveMessage>) => read(event.data);
  worker.port.start();
  return () => {
    worker.port.postMessage("leave");
    worker.port.close();
    leaveFallback?.();
  };
}

function joinWithoutWorker(read: LiveReader): () => void {
  if (typeof BroadcastChannel === "function" && "locks" in navigator) return joinLeader(read);
  return openOwnStream(read).close;
}

/**
 * Joins the one event stream that all tabs of this browser share: HTTP/1.1 allows six connections per host, so a stream
 * per tab would starve the seventh. A shared worker holds it; where there is none, one tab does for all.
 */
export function joinLiveChannel(read: LiveReader): () => void {
  return typeof SharedWorker === "function" ? joinWorker(read) : joinWithoutWorker(read);
}
