import { type RefObject, useEffect } from "react";

const interactive = "a, button, input, select, textarea, label, summary, [role=button]";

function leadOf(row: Element | undefined | null): HTMLElement | null {
  return row?.querySelector<HTMLElement>("[data-row-lead], a, button") ?? null;
}

function moveFocus(rows: HTMLTableRowElement[], current: number, key: string): boolean {
  const targets: Record<string, number> = {
    ArrowDown: current + 1,
    ArrowUp: current - 1,
    Home: 0,
    End: rows.length - 1,
  };
  const target = targets[key];
  if (target === undefined) return false;
  leadOf(rows[Math.min(rows.length - 1, Math.max(0, target))])?.focus();
  return true;
}

/**
 * Arrow keys, Home and End walk the rows of the table inside `frame`; the left and right arrows close and open a row;
 * a click anywhere on a row does what its first control does. The listeners sit on the frame, so that rows stay plain.
 */
export function useRowKeys(frame: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const onKey = (event: KeyboardEvent) => {
      if (!(event.target instanceof HTMLElement) || event.target.matches("input, select, textarea")) return;
      if (event.target.closest(".table-frame") !== element) return;
      const row = event.target.closest<HTMLTableRowElement>("tr.table-row");
      if (row === null) return;
      const rows = [...element.querySelectorAll<HTMLTableRowElement>("tr.table-row")].filter(
        (each) => each.closest(".table-frame") === element,
      );
      const toggle = row.querySelector<HTMLElement>("[data-row-lead][aria-expanded]");
      const open = toggle?.getAttribute("aria-expanded") === "true";
      const turns = (event.key === "ArrowRight" && !open) || (event.key === "ArrowLeft" && open);
      if (toggle !== null && turns) toggle.click();
      else if (!moveFocus(rows, rows.indexOf(row), event.key)) return;
      event.preventDefault();
    };
    const onClick = (event: MouseEvent) => {
      if (!(event.target instanceof Element) || event.target.closest(interactive) !== null) return;
      const row = event.target.closest("tr.table-row");
      if (row === null || row.closest(".table-frame") !== element) return;
      if (window.getSelection()?.type === "Range") return;
      leadOf(row)?.click();
    };
    element.addEventListener("keydown", onKey);
    element.addEventListener("click", onClick);
    return () => {
      element.removeEventListener("keydown", onKey);
      element.removeEventListener("click", onClick);
    };
  }, [frame]);
}
