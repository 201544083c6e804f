import { useSyncExternalStore } from "react";

/** A short remark about something that just happened. */
export type Toast = {
  id: number;
  tone: "ok" | "bad" | "idle";
  words: string;
  /** The one thing to do about it, such as taking it back. */
  action?: { word: string; onSelect: () => void };
};

const shownMs = 6000;
const listeners = new Set<() => void>();
let toasts: readonly Toast[] = [];
let lastId = 0;

function publish(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Takes a remark away. */
export function dismissToast(id: number): void {
  publish(toasts.filter((toast) => toast.id !== id));
}

/** Shows a remark for six seconds; a failure stays until it is dismissed. Answers the remark's id. */
export function showToast(toast: Omit<Toast, "id">): number {
  lastId += 1;
  const id = lastId;
  publish([...toasts.slice(-2), { ...toast, id }]);
  if (toast.tone !== "bad") setTimeout(() => dismissToast(id), shownMs);
  return id;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The remarks on show, at most three, oldest first. */
export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(subscribe, () => toasts);
}
