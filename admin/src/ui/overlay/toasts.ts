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
const shownWithActionMs = 12_000;
const timers = new Map<number, ReturnType<typeof setTimeout>>();
let held = false;
const listeners = new Set<() => void>();
let toasts: readonly Toast[] = [];
let lastId = 0;

function publish(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Takes a remark away. */
export function dismissToast(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  publish(toasts.filter((toast) => toast.id !== id));
  // A button that is taken away with its remark never tells that it lost the focus.
  if (toasts.length === 0) held = false;
}

function startTimer({ id, tone, action }: Toast): void {
  if (held || tone === "bad") return;
  clearTimeout(timers.get(id));
  timers.set(
    id,
    setTimeout(() => dismissToast(id), action === undefined ? shownMs : shownWithActionMs),
  );
}

/** Keeps every remark while somebody points at them or is among them with the keyboard; then their time begins anew. */
export function holdToasts(hold: boolean): void {
  held = hold;
  for (const toast of toasts) {
    if (hold) clearTimeout(timers.get(toast.id));
    else startTimer(toast);
  }
}

/**
 * Shows a remark for 6 s, or 12 s when there is something to do about it; a failure stays until it is dismissed. Answers
 * the remark's id.
 */
export function showToast(toast: Omit<Toast, "id">): number {
  lastId += 1;
  const id = lastId;
  const shown = { ...toast, id };
  // The same again takes the place of the former one, unless that has something to do about it.
  const others = toasts.filter(({ words, action }) => words !== toast.words || action !== undefined);
  publish([...others.slice(-2), shown]);
  startTimer(shown);
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
