const names: Readonly<Record<string, string>> = {
  unit_creation: "unit creation",
  lesson_regeneration: "lesson regeneration",
  bulk_action: "bulk action",
  llm_replay: "replay of a request",
};

/** A job by the title of its unit, or by what it does. */
export function jobWords(job: { readonly task_name: string; readonly unit_title: string | null }): string {
  return job.unit_title === null ? `A job (${names[job.task_name] ?? job.task_name})` : `“${job.unit_title}”`;
}

/** Such as `45 s`, `12 m`, `3 h 05 m`, `2 d 4 h`. */
export function durationWords(durationMs: number): string {
  const seconds = Math.max(0, Math.round(durationMs / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return minutes < 10 ? `${minutes} m ${pad(seconds % 60)} s` : `${minutes} m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${pad(minutes % 60)} m`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Minutes as a person sets them: `30 minutes`, `30 s`, `2 h`. */
export function spanWords(minutes: number): string {
  if (minutes < 1) return `${Math.round(minutes * 60)} s`;
  if (minutes === 1) return "1 minute";
  if (minutes % 60 === 0) return minutes === 60 ? "1 hour" : `${minutes / 60} hours`;
  return `${plainNumber(minutes)} minutes`;
}

/** `$12.30`; fractions of a cent stay visible. */
export function usdWords(usd: number): string {
  if (usd > 0 && usd < 0.0001) return "< $0.0001";
  return `$${usd >= 0.01 || usd === 0 ? usd.toFixed(2) : usd.toFixed(4)}`;
}

/** At most one decimal, no trailing zero. */
export function plainNumber(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
