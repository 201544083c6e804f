import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
let nowMs = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function tick(): void {
  nowMs = Date.now();
  for (const listener of listeners) listener();
}

function stop(): void {
  clearInterval(timer);
  timer = undefined;
}

function start(): void {
  if (timer !== undefined || document.hidden) return;
  nowMs = Date.now();
  timer = setInterval(tick, 1000);
}

// Nobody sees the clocks of a page in the background: they stand still there and are right again when it is shown.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) stop();
  else if (listeners.size > 0) {
    start();
    tick();
  }
});

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  start();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) stop();
  };
}

/** The time in milliseconds, moving once a second for all readers together; one timer serves the whole page. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => nowMs);
}

/** Words made from the time in milliseconds; whoever shows them is drawn again only when they change. */
export function useWordsOfNow(words: (nowMs: number) => string): string {
  return useSyncExternalStore(subscribe, () => words(nowMs));
}
