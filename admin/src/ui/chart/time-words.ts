import type { ChartPoints, Resolution } from "./chart-data.ts";

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
// Days are those of the budget: from midnight UTC.
const utcDay = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

const lengthMs: Record<Resolution, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** The time that a point covers: `12:04, 21 Nov`, `12:00 to 13:00, 21 Nov`, `21 Nov`. */
export function pointWords(points: ChartPoints, place: number): string {
  const begin = points.at[place];
  if (begin === undefined) return "";
  const at = new Date(begin);
  const isRunning = points.isLastRunning && place === points.at.length - 1;
  const tail = isRunning ? ", so far" : "";
  if (points.resolution === "day") return `${utcDay.format(at)}${tail}`;
  if (points.resolution === "minute") return `${clock.format(at)}, ${day.format(at)}${tail}`;
  const end = new Date(at.getTime() + lengthMs.hour);
  return `${clock.format(at)} to ${clock.format(end)}, ${day.format(at)}${tail}`;
}

/** A word below a chart and the place of its point. */
export type TimeTick = { place: number; word: string };

const minutesPerDay = 1440;
const stepsInMinutes: Record<Resolution, readonly number[]> = {
  minute: [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, minutesPerDay],
  hour: [60, 120, 180, 360, 720, minutesPerDay],
  day: [],
};

const minuteOfDay = (at: Date) => at.getHours() * 60 + at.getMinutes();

function everyFew(places: readonly number[], most: number): number[] {
  const step = Math.ceil(places.length / most);
  return places.filter((_, index) => (places.length - 1 - index) % step === 0);
}

/** At most `most` points whose beginning is round, such as every third hour or midnight. */
export function timeTicks({ at, resolution }: ChartPoints, most: number): TimeTick[] {
  const moments = at.map((iso) => new Date(iso));
  const all = moments.map((_, place) => place);
  const fitting = (step: number) =>
    all.filter((place) => minuteOfDay(moments[place] ?? new Date(0)) % step === 0);
  const steps = stepsInMinutes[resolution];
  const step = steps.find((minutes) => fitting(minutes).length <= most);
  const places = everyFew(
    step === undefined ? (steps.length === 0 ? all : fitting(minutesPerDay)) : fitting(step),
    most,
  );
  return places.map((place) => {
    const moment = moments[place] ?? new Date(0);
    if (resolution === "day") return { place, word: utcDay.format(moment) };
    return { place, word: minuteOfDay(moment) === 0 ? day.format(moment) : clock.format(moment) };
  });
}
