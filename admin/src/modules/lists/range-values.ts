/** The units in which a length of time is entered. */
export const durationUnits = [
  { word: "ms", name: "milliseconds", ms: 1 },
  { word: "s", name: "seconds", ms: 1000 },
  { word: "min", name: "minutes", ms: 60_000 },
  { word: "h", name: "hours", ms: 3_600_000 },
] as const;

/** The largest unit in which a number of milliseconds is a whole number; seconds for none. */
export function splitDuration(text: string | undefined): { amount: string; unit: string } {
  if (text === undefined || text === "") return { amount: "", unit: "s" };
  const ms = Number(text);
  const unit = durationUnits.findLast((one) => ms >= one.ms && ms % one.ms === 0) ?? durationUnits[0];
  return { amount: String(ms / unit.ms), unit: unit.word };
}

const two = (part: number) => String(part).padStart(2, "0");

/** A moment as a local date-time field wants it; seconds only where it has some. */
export function toLocalInput(moment: string | undefined): string {
  if (moment === undefined || Number.isNaN(Date.parse(moment))) return "";
  const at = new Date(moment);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const seconds = at.getSeconds() === 0 ? "" : `:${two(at.getSeconds())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}${seconds}`;
}

/** The moment that a local date-time field means, in UTC; null for anything else. */
export function momentOf(local: string): string | null {
  const at = new Date(local);
  return local === "" || Number.isNaN(at.getTime()) ? null : at.toISOString();
}
