import { useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";

/** A lesson that shall be brought into sight; a new object for every arrival. */
export type Sought = { id: string };

/** Places in the history that the reader has been at: coming back to one, its scroll position counts and not its lesson. */
const visited = new Set<string>();
let openedInPlace = false;

/** Says that the next change of address only opens or closes a lesson in place, so that the page must not move. */
export function keepPlace(): void {
  openedInPlace = true;
}

/** Whether arriving at this place in the history asks for its lesson to be brought into sight: true once, and not after `keepPlace`. */
export function isArrival(historyKey: string): boolean {
  const known = visited.has(historyKey);
  visited.add(historyKey);
  const kept = openedInPlace;
  openedInPlace = false;
  return !known && !kept;
}

/** The lesson of the address while the reader has just arrived at it by a link; null when it was opened in place or come back to. */
export function useSoughtLesson(lessonId: string | undefined): Sought | null {
  const historyKey = useRouterState({
    select: ({ location }) => location.state.__TSR_key ?? location.href,
  });
  const [sought, setSought] = useState<Sought | null>(null);
  const last = useRef<{ historyKey: string; arrived: boolean; lessonId: string | undefined }>(undefined);
  useEffect(() => {
    const before = last.current;
    // The address changes a moment before the page does, so that the two are compared one by one.
    const arrived = before?.historyKey === historyKey ? before.arrived : isArrival(historyKey);
    last.current = { historyKey, arrived, lessonId };
    if (before !== undefined && before.lessonId === lessonId) return;
    setSought(arrived && lessonId !== undefined ? { id: lessonId } : null);
  }, [historyKey, lessonId]);
  return sought;
}
