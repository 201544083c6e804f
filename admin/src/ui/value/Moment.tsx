import type { MouseEvent } from "react";
import { useWordsOfNow } from "./clock.ts";
import { formatAgo, formatDuration, formatFull, formatMoment } from "./format.ts";

// Writing the full date takes longer than drawing its row, and few are ever pointed at.
function tellFullDate(event: MouseEvent<HTMLTimeElement>): void {
  event.currentTarget.title = formatFull(new Date(event.currentTarget.dateTime));
}

type TimeProps = { at: string; words: (at: Date, now: Date) => string };

function Time({ at, words }: TimeProps) {
  const date = new Date(at);
  const text = useWordsOfNow((nowMs) => words(date, new Date(nowMs)));
  return (
    <time dateTime={at} onMouseEnter={tellFullDate}>
      {text}
    </time>
  );
}

/** A moment as `12:04:31`, or with its day where that is not today. The full date stands in the tooltip. */
export function Moment({ at }: { at: string | null }) {
  return at === null ? null : <Time at={at} words={formatMoment} />;
}

/** `40 s ago`, counting on by itself. */
export function RelativeTime({ at }: { at: string }) {
  return <Time at={at} words={formatAgo} />;
}

/** A measured length of time. Nothing is shown for what was not measured. */
export function Duration({ ms, precise = false }: { ms: number | null; precise?: boolean }) {
  return ms === null ? null : <span className="no-wrap">{formatDuration(ms, precise)}</span>;
}

function RunningFor({ from }: { from: string }) {
  const begin = Date.parse(from);
  const words = useWordsOfNow((nowMs) => {
    const elapsedMs = Math.max(0, nowMs - begin);
    return formatDuration(Math.floor(elapsedMs / 1000) * 1000 || 1000);
  });
  return <span className="no-wrap">{words}</span>;
}

/** The time between two moments; while there is no end it counts on. */
export function Elapsed({ from, to }: { from: string | null; to: string | null }) {
  if (from === null) return null;
  if (to === null) return <RunningFor from={from} />;
  return <Duration ms={Date.parse(to) - Date.parse(from)} />;
}
