import type { CSSProperties, ReactNode } from "react";
import { StatusMark } from "../status/StatusBadge.tsx";
import { lookOfStatus } from "../status/status-tone.ts";
import { useNow } from "../value/clock.ts";
import { formatClock, formatDuration } from "../value/format.ts";
import { formatMark, placeOf, scaleOf, type TimelineBar, type TimelineScale } from "./timeline-scale.ts";
import "./timeline.css";

/** One row: a name, its bars and what stands at its end. */
export type TimelineRow = {
  key: string;
  name: ReactNode;
  status: string;
  depth: number;
  bars: TimelineBar[];
  end: ReactNode;
  href?: string;
};

type TimelineProps = {
  rows: TimelineRow[];
  label: string;
  /** The row that is pointed at here or in the list that belongs to the timeline. */
  highlighted: string | null;
  onHighlight: (key: string | null) => void;
  onOpen?: (key: string) => void;
};

/** Waiting hatched, working solid, reused outlined. Bars and rows of the list below highlight each other. */
export function Timeline({ rows, label, highlighted, onHighlight, onOpen }: TimelineProps) {
  const now = useNow();
  const scale = scaleOf(
    rows.flatMap((row) => row.bars),
    now,
  );
  const tick = { "--tick": `${(scale.stepMs / (scale.to - scale.from)) * 100}%` } as CSSProperties;
  return (
    <section className="timeline" style={tick} aria-label={label}>
      <Axis scale={scale} />
      <ol onPointerLeave={() => onHighlight(null)}>
        {rows.map((row) => (
          <li
            key={row.key}
            className={`timeline-row ${row.depth > 0 ? "timeline-child" : ""} ${row.key === highlighted ? "timeline-hot" : ""}`}
            onPointerEnter={() => onHighlight(row.key)}
          >
            <span className="timeline-name">
              <StatusMark status={row.status} small />
              {onOpen === undefined ? (
                <span className="cut">{row.name}</span>
              ) : (
                <button
                  type="button"
                  className="cut"
                  onClick={() => onOpen(row.key)}
                  onFocus={() => onHighlight(row.key)}
                  onBlur={() => onHighlight(null)}
                >
                  {row.name}
                </button>
              )}
            </span>
            <span className="timeline-track">
              {row.bars.map((bar) => (
                <Bar key={`${bar.kind}-${bar.from}`} bar={bar} scale={scale} now={now} />
              ))}
            </span>
            <span className="timeline-end">{row.end}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

const words = { waiting: "waiting", working: "working", reused: "reused" } as const;

function Bar({ bar, scale, now }: { bar: TimelineBar; scale: TimelineScale; now: number }) {
  const place = placeOf(bar, scale, now);
  const tone = bar.kind === "waiting" ? "idle" : lookOfStatus(bar.status).tone;
  const style = { "--left": `${place.left}%`, "--width": `${place.width}%` } as CSSProperties;
  const sentence = `${words[bar.kind]} ${formatDuration((bar.to ?? now) - bar.from, true)}`;
  const open = bar.to === null && bar.kind === "working" ? "bar-open" : "";
  return (
    <i className={`bar bar-${bar.kind} is-${tone} ${open}`} style={style} title={sentence}>
      <span className="visually-hidden">{sentence}</span>
    </i>
  );
}

function Axis({ scale }: { scale: TimelineScale }) {
  return (
    <div className="timeline-row timeline-axis" aria-hidden="true">
      <span className="text-3">from {formatClock(new Date(scale.from))}</span>
      <span className="timeline-track">
        {scale.marks.map((mark) => {
          const style = { "--left": `${(mark / (scale.to - scale.from)) * 100}%` } as CSSProperties;
          return (
            <span key={mark} style={style}>
              {formatMark(mark, scale.stepMs)}
            </span>
          );
        })}
      </span>
      <span />
    </div>
  );
}

/** Explains the three ways a bar is drawn. */
export function TimelineKey() {
  return (
    <div className="timeline-key hide-phone" aria-hidden="true">
      <span>
        <i className="bar bar-waiting is-idle" />
        waiting
      </span>
      <span>
        <i className="bar is-ok" />
        working
      </span>
      <span>
        <i className="bar bar-reused is-ok" />
        reused
      </span>
      <span>
        <i className="bar is-bad" />
        failed
      </span>
    </div>
  );
}

/** The bars of one row alone, for a table cell. */
export function Spark({ bars, within }: { bars: TimelineBar[]; within: TimelineBar[] }) {
  const now = useNow();
  const scale = scaleOf(within, now);
  return (
    <span className="spark">
      {bars.map((bar) => (
        <Bar key={`${bar.kind}-${bar.from}`} bar={bar} scale={scale} now={now} />
      ))}
    </span>
  );
}
