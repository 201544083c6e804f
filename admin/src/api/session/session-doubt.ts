const listeners = new Set<() => void>();

/** Says that the server no longer knew who asked, or refused what the page offered: the session has to be looked at again. */
export function raiseSessionDoubt(): void {
  for (const listener of listeners) listener();
}

/** Hears of every doubt about the session, until the answered function is called. */
export function hearSessionDoubts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
