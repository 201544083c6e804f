import { createTrustedPolicy } from "../../trusted-types.ts";
import type { LiveMessage } from "./live-messages.ts";
import { openLiveStream, streamAddress } from "./live-stream.ts";
import workerAddress from "./live-worker.ts?sharedworker&url";
import { createRecentChanges } from "./recent-changes.ts";

// The one script that is started by its address.
const policy = createTrustedPolicy("coursewright-worker", {
  createScriptURL(address: string) {
    if (address !== workerAddress) throw new TypeError("No other script is started");
    return address;
  },
});

/** Receives every message of the browser's one event stream. */
export type LiveReader = (message: LiveMessage) => void;

/** The name by which the tabs of one session find their stream: the next person's is another one. */
const nameOf = (session: string) => `coursewright-live-${session}`;

function openOwnStream(publish: LiveReader): { state: () => LiveMessage; close: () => void } {
  const stream = openLiveStream({
    openSource: (lastEventId) => new EventSource(streamAddress(lastEventId)),
    publish,
    now: () => new Date(),
  });
  return { state: () => ({ kind: "state", state: stream.state() }), close: stream.close };
}

/** One tab holds the stream and passes it on; when it closes, the lock makes the next tab the holder. */
function joinLeader(channelName: string, read: LiveReader): () => void {
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

const endings = new Map<string, ReturnType<typeof setTimeout>>();
const endsAfterMs = 1_000;

function joinWorker(channelName: string, read: LiveReader): () => void {
  clearTimeout(endings.get(channelName));
  const worker = new SharedWorker(policy.createScriptURL(workerAddress), {
    type: "module",
    name: channelName,
  });
  let leaveFallback: (() => void) | undefined;
  worker.onerror = () => {
    leaveFallback ??= joinWithoutWorker(channelName, read);
  };
  worker.port.onmessage = (event: MessageEvent<LiveMessage>) => read(event.data);
  worker.port.start();
  return () => {
    worker.port.postMessage("leave");
    // Nobody leaves for good but at the end of the session, which is over for all tabs.
    const end = () => {
      worker.port.postMessage("end");
      worker.port.close();
    };
    endings.set(channelName, setTimeout(end, endsAfterMs));
    leaveFallback?.();
  };
}

function joinWithoutWorker(channelName: string, read: LiveReader): () => void {
  if (typeof BroadcastChannel === "function" && "locks" in navigator) return joinLeader(channelName, read);
  return openOwnStream(read).close;
}

/**
 * Joins the one event stream that all tabs of a session share: HTTP/1.1 allows six connections per host, so a stream
 * per tab would starve the seventh. A shared worker holds it; where there is none, one tab does for all. Leaving ends it.
 */
export function joinLiveChannel(session: string, read: LiveReader): () => void {
  const name = nameOf(session);
  return typeof SharedWorker === "function" ? joinWorker(name, read) : joinWithoutWorker(name, read);
}
