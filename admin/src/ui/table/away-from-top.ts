import { useSyncExternalStore } from "react";

const topPx = 120;

function subscribe(listener: () => void): () => void {
  window.addEventListener("scroll", listener, { passive: true });
  return () => window.removeEventListener("scroll", listener);
}

/** Whether the reader has scrolled down, so that new rows must wait instead of pushing what is being read. */
export function useAwayFromTop(): boolean {
  return useSyncExternalStore(subscribe, () => window.scrollY > topPx);
}
