import { type RefObject, useEffect, useRef } from "react";
import type { RowSelection } from "./row-selection.ts";

/**
 * Gives the focus back to the checkbox that was used last when a selection ends and what had the focus, such as a button
 * of the selection's bar, went with it.
 */
export function useFocusAfterSelection(
  card: RefObject<HTMLElement | null>,
  selection: RowSelection | undefined,
): void {
  const lastBox = useRef<HTMLElement | null>(null);
  const any = selection !== undefined && (selection.isAllMatching || selection.selected.size > 0);
  const hadAny = useRef(any);
  // Runs after each drawing: the focus tells which checkbox brought the change about.
  useEffect(() => {
    const focused = document.activeElement;
    if (focused instanceof HTMLElement && focused.matches(".checkbox") && card.current?.contains(focused))
      lastBox.current = focused;
    if (hadAny.current && !any && (focused === null || focused === document.body)) {
      const box = lastBox.current?.isConnected
        ? lastBox.current
        : card.current?.querySelector<HTMLElement>("td > .checkbox");
      box?.focus({ preventScroll: true });
    }
    hadAny.current = any;
  });
}
