import { useNow } from "./clock.ts";
import { formatAgo, formatDuration, formatFull, formatMoment } from "./format.ts";

/** A moment as `12:04:31`, or with its day where that is not today. The full date stands in the tooltip. */
export function Moment({ at }: { at: string | null }) {
  const nowMs = useNow();
  if (at === null) return null;
  const date = new Date(at);
  return (
    <time dateTime={at} title={formatFull(date)}>
      {formatMoment(date, new Date(nowMs))}
    </time>
  );
}

/** `40 s ago`, counting on by itself. */
export function RelativeTime({ at }: { at: string }) {
  const nowMs = useNow();
  const date = new Date(at);
  return (
    <time dateTime={at} title={formatFull(date)}>
      {formatAgo(date, new Date(nowMs))}
    </time>
  );
}

/** A measured length of time. Nothing is shown for what was not measured. */
export function Duration({ ms, precise = false }: { ms: number | null; precise?: boolean }) {
  return ms === null ? null : <span className="no-wrap">{formatDuration(ms, precise)}</span>;
}

function RunningFor({ from }: { from: string }) {
  const elapsedMs = Math.max(0, useNow() - Date.parse(from));
  return <Duration ms={Math.floor(elapsedMs / 1000) * 1000 || 1000} />;
}

/** The time between two moments; while there is no end it counts on. */
export function Elapsed({ from, to }: { from: string | null; to: string | null }) {
  if (from === null) return null;
  if (to === null) return <RunningFor from={from} />;
  return <Duration ms={Date.parse(to) - Date.parse(from)} />;
}
