import type { LiveMessage } from "./live-messages.ts";
import { openLiveStream, streamAddress } from "./live-stream.ts";
import { createRecentChanges } from "./recent-changes.ts";

// The worker's own scope; the page's library types know only a window here.
const scope = globalThis as unknown as {
  onconnect: ((event: MessageEvent) => void) | null;
  close: () => void;
};
const ports = new Set<MessagePort>();

const recent = createRecentChanges();

function publish(message: LiveMessage): void {
  recent.add(message);
  for (const port of ports) port.postMessage(message);
}

const stream = openLiveStream({
  openSource: (lastEventId) => new EventSource(streamAddress(lastEventId)),
  publish,
  now: () => new Date(),
});

scope.onconnect = (event) => {
  const port = event.ports[0];
  if (port === undefined) return;
  ports.add(port);
  port.onmessage = (message: MessageEvent<unknown>) => {
    if (message.data === "leave") ports.delete(port);
    if (message.data !== "end") return;
    stream.close();
    scope.close();
  };
  port.postMessage({ kind: "state", state: stream.state() } satisfies LiveMessage);
  for (const message of recent.list()) port.postMessage(message);
};
