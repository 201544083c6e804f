import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from "react";
import { formatCount } from "../value/format.ts";
import "./disclosure.css";

/** One tab and the content it shows. */
export type Tab = { key: string; title: ReactNode; count?: number | undefined; content: () => ReactNode };

type TabsProps = {
  label: string;
  tabs: Tab[];
  selected: string;
  onSelect: (key: string) => void;
  /** Stands at the right end of the tab row. */
  actions?: ReactNode;
};

function nextIndex(key: string, current: number, count: number): number | null {
  if (key === "ArrowRight") return (current + 1) % count;
  if (key === "ArrowLeft") return (current - 1 + count) % count;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  return null;
}

/** Scrolls the row of tabs sideways only; the page stays where it is. */
function bringIntoRow(tab: HTMLElement): void {
  const row = tab.parentElement;
  if (row === null) return;
  const left = tab.offsetLeft - row.offsetLeft;
  const right = left + tab.offsetWidth;
  if (left < row.scrollLeft) row.scrollLeft = left;
  else if (right > row.scrollLeft + row.clientWidth) row.scrollLeft = right - row.clientWidth;
}

/** Tabs after the ARIA pattern: one tab stop, arrow keys select, Home and End jump. */
export function Tabs({ label, tabs, selected, onSelect, actions }: TabsProps) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const current = Math.max(
    0,
    tabs.findIndex((tab) => tab.key === selected),
  );
  useEffect(() => {
    const tab = list.current?.querySelectorAll<HTMLElement>("[role=tab]")[current];
    if (tab !== undefined) bringIntoRow(tab);
  }, [current]);
  const onKeyDown = (event: KeyboardEvent) => {
    const target = nextIndex(event.key, current, tabs.length);
    const tab = target === null ? undefined : tabs[target];
    if (tab === undefined || target === null) return;
    event.preventDefault();
    onSelect(tab.key);
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[target]?.focus();
  };
  return (
    <>
      <div className="tab-row">
        <div
          className="tabs"
          role="tablist"
          aria-label={label}
          ref={list}
          onKeyDown={onKeyDown}
          tabIndex={-1}
        >
          {tabs.map((tab, position) => (
            <button
              key={tab.key}
              type="button"
              role="tab"
              id={`${id}-${tab.key}`}
              aria-selected={position === current}
              aria-controls={`${id}-panel`}
              tabIndex={position === current ? 0 : -1}
              onClick={() => onSelect(tab.key)}
            >
              {tab.title}
              {tab.count !== undefined && <span className="tab-count">{formatCount(tab.count)}</span>}
            </button>
          ))}
        </div>
        {actions}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${tabs[current]?.key}`}>
        {tabs[current]?.content()}
      </div>
    </>
  );
}

type SegmentedProps = {
  label: string;
  options: { value: string; word: string }[];
  value: string;
  onChange: (value: string) => void;
};

/** A small choice of one, such as a range of time. */
export function Segmented({ label, options, value, onChange }: SegmentedProps) {
  return (
    <fieldset className="segmented" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
        >
          {option.word}
        </button>
      ))}
    </fieldset>
  );
}
