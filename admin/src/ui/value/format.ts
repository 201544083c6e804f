const wholeNumber = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** `18,240`. */
export function formatCount(count: number): string {
  return wholeNumber.format(count);
}

/** `1 lesson`, `4 lessons`. */
export function formatQuantity(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** `340 ms`, `7.8 s`, `38 s`, `1 m 06 s`, `2 h 05 m`, `3 d 4 h`. Tenths only below ten seconds and only when `precise`. */
export function formatDuration(durationMs: number, precise = false): string {
  const ms = Math.max(0, durationMs);
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (precise && ms < 100_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const two = (part: number) => String(part).padStart(2, "0");
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${two(seconds % 60)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} m`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** US dollars. A small amount is never rounded to nothing: `< $0.0001`. Nothing is `$0`. `precise` keeps a fourth decimal. */
export function formatUsd(costUsd: number, precise = false): string {
  if (costUsd === 0) return "$0";
  if (costUsd < 0.0001) return "< $0.0001";
  if (costUsd < 0.001 || (precise && costUsd < 0.1)) return `$${costUsd.toFixed(4)}`;
  if (costUsd < 1) return `$${costUsd.toFixed(3)}`;
  return `$${costUsd.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

/** `1.2 MB`, in steps of 1000. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0)} kB`;
  return `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`;
}

const clockFormat = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const dayFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const yearFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const fullFormat = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long" });

/** Local time of day, `12:04:31`. */
export function formatClock(at: Date): string {
  return clockFormat.format(at);
}

/** `12:04:31` today, `20 Nov 12:04` this year, `20 Nov 2025` before. */
export function formatMoment(at: Date, now: Date): string {
  if (at.toDateString() === now.toDateString()) return formatClock(at);
  if (at.getFullYear() === now.getFullYear()) return `${dayFormat.format(at)} ${formatClock(at).slice(0, 5)}`;
  return yearFormat.format(at);
}

/** Weekday, date, time and zone, for a tooltip. */
export function formatFull(at: Date): string {
  return fullFormat.format(at);
}

/** `now`, `40 s ago`, `10 min ago`, `3 h ago`, `5 days ago`. A moment ahead of the clock is `now`. */
export function formatAgo(at: Date, now: Date): string {
  const seconds = Math.floor((now.getTime() - at.getTime()) / 1000);
  if (seconds < 2) return "now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return formatQuantity(Math.floor(seconds / 86_400), "day ago", "days ago");
}

/** Shortens an id in its middle: `019af3c2…9e41`. Both ends stay, because version 7 ids of one minute share their start. */
export function shortenId(id: string): string {
  return id.length <= 13 ? id : `${id.slice(0, 4)}…${id.slice(-6)}`;
}
