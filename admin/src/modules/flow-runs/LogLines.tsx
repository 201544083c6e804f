import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import type { LogLine } from "../../api/detail-rows.ts";
import { formatClock, formatFull } from "../../ui/value/format.ts";
import { LongText } from "../../ui/value/LongText.tsx";
import "./flow-run-logs.css";

const linePx = 22;
const nearEndPx = 40;
const lineCharacters = 2000;

/** Log lines of which those in sight are drawn. Whoever reads at the end stays at the end when lines are added. */
export function LogLines({ lines }: { lines: LogLine[] }) {
  const frame = useRef<HTMLElement>(null);
  const isAtEnd = useRef(false);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => frame.current,
    getItemKey: (index) => lines[index]?.id ?? index,
    estimateSize: () => linePx,
    overscan: 20,
  });
  useEffect(() => {
    if (isAtEnd.current && lines.length > 0) rows.scrollToIndex(lines.length - 1, { align: "end" });
  }, [rows, lines.length]);
  const onScroll = () => {
    const { scrollTop = 0, clientHeight = 0, scrollHeight = 0 } = frame.current ?? {};
    isAtEnd.current = scrollTop > 0 && scrollHeight - scrollTop - clientHeight < nearEndPx;
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section ref={frame} className="log" aria-label="Log lines" tabIndex={0} onScroll={onScroll}>
      <ol style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((row) => {
          const line = lines[row.index];
          return line === undefined ? null : (
            <li
              key={row.key}
              ref={rows.measureElement}
              data-index={row.index}
              className={`log-${line.level}`}
              style={{ transform: `translateY(${row.start}px)` }}
            >
              <Line line={line} />
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function Line({ line }: { line: LogLine }) {
  const at = new Date(line.at);
  const fields = Object.keys(line.fields).length > 0 ? JSON.stringify(line.fields) : null;
  return (
    <>
      <time dateTime={line.at} title={formatFull(at)}>
        {formatClock(at)}
      </time>
      <span className="log-level">{line.level}</span>
      <span className="text-3 cut" title={line.step_name ?? undefined}>
        {line.step_name ?? "run"}
      </span>
      <span>
        <LongText text={line.message} limit={lineCharacters} />
        {fields !== null && (
          <span className="text-3">
            {" "}
            <LongText text={fields} limit={lineCharacters} />
          </span>
        )}
      </span>
    </>
  );
}
