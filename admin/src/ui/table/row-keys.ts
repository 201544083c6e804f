import { type RefObject, useEffect, useRef } from "react";

const interactive = "a, button, input, select, textarea, label, summary, [role=button]";

/** What the keys of a table need to know of it; rows are counted from 0, drawn or not. */
export type RowKeyActions = {
  rowCount: number;
  /** Brings a row that is not drawn into sight; it is focused as soon as it is drawn. */
  reveal: (row: number) => void;
  /** Told which row holds the focus; null when none does any more. */
  onFocus?: ((row: number | null) => void) | undefined;
  /** Undefined where rows cannot be chosen. */
  toggleSelected?: ((row: number, extend: boolean) => void) | undefined;
  clearSelected?: (() => void) | undefined;
};

function leadOf(row: Element | null | undefined): HTMLElement | null {
  return row?.querySelector<HTMLElement>("[data-row-lead], a, button") ?? null;
}

function partOf(row: Element | null | undefined, inCheckbox: boolean): HTMLElement | null {
  return (inCheckbox ? row?.querySelector<HTMLElement>("td > .checkbox") : null) ?? leadOf(row);
}

/** Puts the focus on a drawn row; false when it is not drawn. */
export function focusRow(frame: HTMLElement, row: number, inCheckbox: boolean): boolean {
  const drawn = [...frame.querySelectorAll(`tr[data-row="${row}"]`)];
  const part = partOf(
    drawn.find((each) => each.closest(".table-frame") === frame),
    inCheckbox,
  );
  part?.focus();
  return part !== null;
}

function targetOf(key: string, current: number, count: number): number | null {
  const targets: Record<string, number> = {
    ArrowDown: current + 1,
    ArrowUp: current - 1,
    PageDown: current + 10,
    PageUp: current - 10,
    Home: 0,
    End: count - 1,
  };
  const target = targets[key];
  return target === undefined ? null : Math.min(count - 1, Math.max(0, target));
}

function rowOf(target: EventTarget | null, frame: HTMLElement): HTMLTableRowElement | null {
  if (!(target instanceof Element) || target.closest(".table-frame") !== frame) return null;
  return target.closest<HTMLTableRowElement>("tr.table-row");
}

/** Does what the key asks of the rows; false when it asks nothing. */
function actOnKey(event: KeyboardEvent, frame: HTMLElement, actions: RowKeyActions): boolean {
  if (!(event.target instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.key === "Escape" && actions.clearSelected !== undefined) {
    actions.clearSelected();
    return true;
  }
  if (event.target.matches("input:not(.checkbox), select, textarea")) return false;
  const row = rowOf(event.target, frame);
  if (row === null) return false;
  const place = Number(row.dataset.row);
  const inCheckbox = event.target.matches(".checkbox");
  if (event.key === "x" || (event.key === " " && event.shiftKey)) {
    actions.toggleSelected?.(place, event.shiftKey);
    return actions.toggleSelected !== undefined;
  }
  const toggle = row.querySelector<HTMLElement>("[data-row-lead][aria-expanded]");
  const open = toggle?.getAttribute("aria-expanded") === "true";
  if (toggle !== null && ((event.key === "ArrowRight" && !open) || (event.key === "ArrowLeft" && open))) {
    toggle.click();
    return true;
  }
  const target = targetOf(event.key, place, actions.rowCount);
  if (target === null) return false;
  if (!focusRow(frame, target, inCheckbox)) actions.reveal(target);
  return true;
}

/**
 * Arrow keys, Page Up and Down, Home and End walk the rows of the table inside `frame`; the left and right arrows close
 * and open a row; `x` chooses the row, Shift with Space everything up to it, Escape nothing any more. A click anywhere on
 * a row does what its first control does. The listeners sit on the frame, so that rows stay plain.
 */
export function useRowKeys(frame: RefObject<HTMLElement | null>, actions: RowKeyActions): void {
  const current = useRef(actions);
  useEffect(() => {
    current.current = actions;
  });
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      if (!actOnKey(event, element, current.current)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    const onClick = (event: MouseEvent) => {
      if (!(event.target instanceof Element) || event.target.closest(interactive) !== null) return;
      const row = rowOf(event.target, element);
      if (row === null || window.getSelection()?.type === "Range") return;
      if (event.target.closest(".cell-select") !== null) partOf(row, true)?.click();
      else leadOf(row)?.click();
    };
    const onFocus = (event: FocusEvent) => {
      const row = rowOf(event.target, element);
      current.current.onFocus?.(row === null ? null : Number(row.dataset.row));
    };
    const onBlur = () => current.current.onFocus?.(null);
    const left = new AbortController();
    const { signal } = left;
    element.addEventListener("keydown", onKey, { signal });
    element.addEventListener("click", onClick, { signal });
    element.addEventListener("focusin", onFocus, { signal });
    element.addEventListener("focusout", onBlur, { signal });
    return () => left.abort();
  }, [frame]);
}
