import { type Dispatch, type SetStateAction, useEffect, useState } from "react";
import { readSession, subscribeSession } from "./session-store.ts";
import { usePerson } from "./use-session.ts";

type KeptDraft = { ownerId: string; draft: unknown };

/** In the page's memory alone: a reload ends it, as it ends everything that was typed. */
const kept = new Map<string, KeptDraft>();

subscribeSession(() => {
  const { state, ending } = readSession();
  const user = state?.user ?? null;
  for (const [name, { ownerId }] of kept) {
    if (user === null ? ending === "left" : user.id !== ownerId) kept.delete(name);
  }
});

function keptOf(name: string, ownerId: string): unknown {
  const found = kept.get(name);
  return found?.ownerId === ownerId ? found.draft : undefined;
}

/** Whether a page goes because the session ended or the role changed, not because the person left it. */
function wasTakenFrom(id: string, role: string): boolean {
  const { state, ending } = readSession();
  const user = state?.user ?? null;
  return user === null ? ending === "ended" : user.id === id && user.role !== role;
}

/**
 * The state of a form that takes long to fill in. When the session ends meanwhile, or the role changes, the same person finds
 * it as it was; nobody else does, and whoever leaves the page or signs out leaves nothing. `name` is the form's own.
 */
export function useDraft<Draft>(name: string, empty: Draft): [Draft, Dispatch<SetStateAction<Draft>>] {
  const { id, role } = usePerson();
  // Only the form of this name keeps anything under it.
  const [draft, setDraft] = useState(() => (keptOf(name, id) as Draft | undefined) ?? empty);
  useEffect(() => {
    kept.set(name, { ownerId: id, draft });
  }, [name, id, draft]);
  useEffect(
    () => () => {
      if (!wasTakenFrom(id, role)) kept.delete(name);
    },
    [name, id, role],
  );
  return [draft, setDraft];
}
