import {
  defaultRangeExtractor,
  type Range,
  useWindowVirtualizer,
  type VirtualItem,
} from "@tanstack/react-virtual";
import { type ReactNode, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { LessonSummary } from "../../../api/rows.ts";
import "./lesson.css";
import type { Sought } from "./sought-lesson.ts";

const closedPx = 45;
/** The bar at the top of the page and the space below it. */
const barPx = 64;
/** Heights that were measured, by unit, so that the way back to a page finds it as it was left. */
const measured = new Map<string, VirtualItem[]>();
const rememberedUnits = 10;

function remember(unitId: string, heights: VirtualItem[]): void {
  measured.delete(unitId);
  measured.set(unitId, heights);
  const [oldest] = measured.keys();
  if (measured.size > rememberedUnits && oldest !== undefined) measured.delete(oldest);
}

type WindowedLessonsProps = {
  lessons: LessonSummary[];
  openIds: ReadonlySet<string>;
  sought: Sought | null;
  itemOf: (lesson: LessonSummary) => ReactNode;
};

/** Thousands of lessons of which those in sight are drawn; the page scrolls as if all of them were. */
export function WindowedLessons({ lessons, openIds, sought, itemOf }: WindowedLessonsProps) {
  const unitId = lessons[0]?.unit_id ?? "";
  const place = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  const openIndexes = useMemo(
    () => lessons.flatMap(({ id }, index) => (openIds.has(id) ? [index] : [])),
    [lessons, openIds],
  );
  // Open lessons are always drawn: their height decides where everything below them stands.
  const rangeExtractor = useCallback(
    (range: Range) =>
      [...new Set([...openIndexes, ...defaultRangeExtractor(range)])].sort((left, right) => left - right),
    [openIndexes],
  );
  const rows = useWindowVirtualizer({
    rangeExtractor,
    count: lessons.length,
    estimateSize: () => closedPx,
    getItemKey: (index) => lessons[index]?.id ?? index,
    overscan: 10,
    scrollPaddingStart: barPx,
    scrollMargin: top,
    initialMeasurementsCache: measured.get(unitId) ?? [],
  });
  // Closed lessons are as high as estimated, so that only a lesson that opens or closes changes anything: the page stays.
  rows.shouldAdjustScrollPositionOnItemSizeChange = () => false;
  // What stands above may change its height with any render of the page; the value settles at once.
  useLayoutEffect(() => {
    if (place.current === null) return;
    setTop(Math.round(place.current.getBoundingClientRect().top + window.scrollY));
  });
  useEffect(() => () => remember(unitId, rows.takeSnapshot()), [rows, unitId]);
  const soughtIndex = sought === null ? -1 : lessons.findIndex(({ id }) => id === sought.id);
  useEffect(() => {
    if (sought !== null && soughtIndex >= 0) rows.scrollToIndex(soughtIndex, { align: "start" });
  }, [rows, sought, soughtIndex]);
  return (
    <ul
      ref={place}
      className="windowed-lessons"
      aria-label={`${lessons.length} lessons`}
      style={{ height: rows.getTotalSize() }}
    >
      {rows.getVirtualItems().map((row) => {
        const lesson = lessons[row.index];
        return lesson === undefined ? null : (
          <li
            key={row.key}
            ref={rows.measureElement}
            data-index={row.index}
            aria-setsize={lessons.length}
            aria-posinset={row.index + 1}
            style={{ transform: `translateY(${row.start - rows.options.scrollMargin}px)` }}
          >
            {itemOf(lesson)}
          </li>
        );
      })}
    </ul>
  );
}
