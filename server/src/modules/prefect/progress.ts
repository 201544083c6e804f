/** What is known of a run's progress in one reading. */
export interface ProgressReading {
  readonly attempt: number;
  /** Data of the progress artifact that changed last; Prefect lets people store anything. */
  readonly artifact: unknown;
  /** How many steps the run has, from a label that was set at launch; null when nobody said. */
  readonly steps_total: number | null;
  /** Known steps of this attempt, each counted once, without the stand-ins of subflows. */
  readonly steps_known: number;
  readonly steps_done: number;
}

export interface Progress {
  readonly attempt: number;
  /** Where the percentage comes from; `counts` has none, its bar is indeterminate. */
  readonly source: "artifact" | "label" | "counts";
  /** 0 to 100. */
  readonly percentage: number | null;
  readonly steps_done: number;
  readonly steps_known: number;
}

/**
 * The best reading of a run's progress: the artifact, else done of a known total, else counts alone. Within an attempt
 * it never goes back, whatever was read; a new attempt begins anew. A reading of an earlier attempt changes nothing.
 */
export function nextProgress(shown: Progress | null, reading: ProgressReading): Progress {
  if (shown !== null && reading.attempt < shown.attempt) return shown;
  const before = shown?.attempt === reading.attempt ? shown : null;
  const [source, percentage] = readPercentage(reading);
  const lowest = before?.percentage ?? null;
  const isBehind = lowest !== null && (percentage === null || percentage < lowest);
  return {
    attempt: reading.attempt,
    source: isBehind && before !== null ? before.source : source,
    percentage: isBehind ? lowest : percentage,
    steps_done: Math.max(before?.steps_done ?? 0, reading.steps_done),
    steps_known: Math.max(before?.steps_known ?? 0, reading.steps_known, reading.steps_done),
  };
}

function readPercentage(reading: ProgressReading): [Progress["source"], number | null] {
  const { artifact, steps_total, steps_done } = reading;
  if (typeof artifact === "number" && Number.isFinite(artifact)) {
    return ["artifact", Math.min(Math.max(artifact, 0), 100)];
  }
  if (steps_total !== null && steps_total > 0) {
    return ["label", Math.min((100 * steps_done) / steps_total, 100)];
  }
  return ["counts", null];
}
