import { useSyncExternalStore } from "react";

const topPx = 120;
const listeners = new Set<() => void>();
let away = false;

// Reading the place while a page is being drawn would make the browser lay all of it out at once: with fifty new rows that is
// a third of the time until they are seen. When the scroll event comes, the layout is there already.
window.addEventListener(
  "scroll",
  () => {
    const now = window.scrollY > topPx;
    if (now === away) return;
    away = now;
    for (const listener of listeners) listener();
  },
  { passive: true },
);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether the reader has scrolled down, so that new rows must wait instead of pushing what is being read. */
export function useAwayFromTop(): boolean {
  return useSyncExternalStore(subscribe, () => away);
}
