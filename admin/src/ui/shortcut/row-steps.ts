function leadOf(row: Element | null | undefined): HTMLElement | null {
  return row?.querySelector<HTMLElement>("[data-row-lead], a, button") ?? null;
}

/** Puts the keyboard on the next or former row of the page's table; from anywhere else on its first row. */
export function stepRow(key: "ArrowDown" | "ArrowUp"): void {
  const current = document.activeElement;
  if (current?.closest("tr.table-row") != null) {
    current.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    return;
  }
  const first = leadOf(document.querySelector("main tr.table-row"));
  first?.focus();
  first?.scrollIntoView({ block: "nearest" });
}

/** Puts the keyboard into the list's search field; false when the page has none. */
export function focusListSearch(): boolean {
  const field = document.querySelector<HTMLInputElement>("main .filter-line input[type=search]");
  field?.focus();
  field?.select();
  return field !== null;
}
