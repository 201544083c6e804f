import {
  measureElement,
  useWindowVirtualizer,
  type VirtualItem,
  type Virtualizer,
} from "@tanstack/react-virtual";
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { TableItems } from "./table-items.ts";

/** Lists above this many rows draw only what is in sight and a little around it. */
export const drawnWhole = 150;

const overscanLines = 5;
const rowPx = { wide: 36, phone: 55 };
const phone = "(max-width: 719px)";
const rememberedHeights = 500;

/** How tall opened rows were, so that the way back to a list finds everything where it was. */
const openedHeights = new Map<string, number>();

function remember(key: string, height: number): void {
  openedHeights.delete(key);
  openedHeights.set(key, height);
  const [oldest] = openedHeights.keys();
  if (openedHeights.size > rememberedHeights && oldest !== undefined) openedHeights.delete(oldest);
}

/** A line to draw, or the empty space of lines that are not drawn. */
export type DrawnPart = { kind: "line"; item: number } | { kind: "space"; key: string; height: number };

/** The lines to draw with the space before, between and after them. */
export function drawnParts(items: readonly VirtualItem[], start: number, end: number): DrawnPart[] {
  const parts: DrawnPart[] = [];
  let at = start;
  for (const item of items) {
    if (item.start - at > 0.5) {
      parts.push({ kind: "space", key: `space-${parts.length}`, height: item.start - at });
    }
    parts.push({ kind: "line", item: item.index });
    at = item.end;
  }
  if (end - at > 0.5) parts.push({ kind: "space", key: "space-end", height: end - at });
  return parts;
}

type RowWindowOptions = {
  frame: RefObject<HTMLElement | null>;
  items: TableItems;
  keyOf: (item: number) => string;
  enabled: boolean;
  /** The row that holds the focus stays drawn, wherever the reader scrolls. */
  focusedLine: number | null;
};

export type RowWindow = {
  parts: DrawnPart[];
  /** For what opened rows open to; rows themselves are measured on a phone only, elsewhere they are all as tall. */
  measure: (element: HTMLTableRowElement | null) => void;
  measureRow: ((element: HTMLTableRowElement | null) => void) | undefined;
  scrollTo: (item: number) => void;
  /** The first and last line in sight, as far as known. */
  range: { first: number; last: number };
};

function withFocused(range: number[], focused: number | null, count: number): number[] {
  if (focused === null || focused >= count || range.includes(focused)) return range;
  return [...range, focused].sort((left, right) => left - right);
}

function linesOf(range: { startIndex: number; endIndex: number; overscan: number; count: number }): number[] {
  const first = Math.max(0, range.startIndex - range.overscan);
  const last = Math.min(range.count - 1, range.endIndex + range.overscan);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, place) => first + place);
}

/** Draws the part of a long table that the window shows. The page itself scrolls, so the table's head can stick to it. */
export function useRowWindow(options: RowWindowOptions): RowWindow {
  const { frame, items, keyOf, enabled, focusedLine } = options;
  const [margin, setMargin] = useState(0);
  const drawnFrom = useRef(0);
  const isPhone = typeof matchMedia === "function" && matchMedia(phone).matches;
  const virtualizer = useWindowVirtualizer<HTMLTableRowElement>({
    count: items.count,
    enabled,
    estimateSize(item) {
      const height = items.at(item).inner ? openedHeights.get(keyOf(item)) : undefined;
      return height ?? (isPhone ? rowPx.phone : rowPx.wide);
    },
    measureElement(element, entry, instance) {
      const height = measureElement(element, entry, instance);
      if (element.classList.contains("row-inner")) remember(keyOf(Number(element.dataset.index)), height);
      return height;
    },
    getItemKey: keyOf,
    overscan: overscanLines,
    scrollMargin: margin,
    rangeExtractor(range) {
      // A jump further than the window replaces every row: what stands around it is drawn once the reader slows down.
      const jumped = Math.abs(range.startIndex - drawnFrom.current) > range.endIndex - range.startIndex;
      drawnFrom.current = range.startIndex;
      const lines = linesOf({ ...range, overscan: jumped ? 0 : range.overscan });
      return withFocused(lines, focusedLine, range.count);
    },
  });
  const wasPhone = useRef(isPhone);
  useEffect(() => {
    if (wasPhone.current === isPhone) return;
    wasPhone.current = isPhone;
    // What was measured on one side of the limit is not as tall on the other.
    virtualizer.measure();
  });
  useLayoutEffect(() => {
    const head = frame.current?.querySelector("tbody");
    if (!enabled || !head) return;
    const top = Math.round(head.getBoundingClientRect().top + window.scrollY);
    if (Math.abs(top - margin) > 1) setMargin(top);
  });
  useSteadyColumns(frame, enabled);
  const drawn = virtualizer.getVirtualItems();
  return {
    parts: enabled
      ? drawnParts(drawn, margin, margin + virtualizer.getTotalSize())
      : Array.from({ length: items.count }, (_, item) => ({ kind: "line" as const, item })),
    measure: virtualizer.measureElement,
    measureRow: isPhone ? virtualizer.measureElement : undefined,
    scrollTo: (item) => virtualizer.scrollToIndex(item, { align: "center" }),
    range: rangeOf(virtualizer, items.count),
  };
}

function rangeOf(virtualizer: Virtualizer<Window, HTMLTableRowElement>, count: number) {
  const { range } = virtualizer;
  return range === null ? { first: 0, last: count - 1 } : { first: range.startIndex, last: range.endIndex };
}

/** Columns only grow while a table scrolls: their widths would otherwise follow whatever rows are drawn. */
function useSteadyColumns(frame: RefObject<HTMLElement | null>, enabled: boolean): void {
  const widths = useRef(new Map<Element, number>());
  useEffect(() => {
    const forget = () => {
      for (const head of widths.current.keys()) if (head instanceof HTMLElement) head.style.width = "";
      widths.current.clear();
    };
    window.addEventListener("resize", forget);
    return () => window.removeEventListener("resize", forget);
  }, []);
  useLayoutEffect(() => {
    if (!enabled) return;
    const heads = frame.current?.querySelector("thead tr")?.children ?? [];
    const measured = [...heads].map((head) => [head, head.getBoundingClientRect().width] as const);
    for (const [head, width] of measured) {
      if (!(head instanceof HTMLElement) || head.classList.contains("cell-slack")) continue;
      if (width <= (widths.current.get(head) ?? 0) + 0.5) continue;
      widths.current.set(head, width);
      head.style.width = `${width}px`;
    }
  });
}
