import type { Forecaster, JobOutlook } from "../../content-creator/public.ts";

interface Kept {
  /** Null: nothing is foreseen of such a job. */
  readonly outlook: JobOutlook | null;
  readonly askedAt: number;
}

/** An outlook serves for so long, less the time that passed. */
const freshMs = 2_000;
/** Older ones are never answered with. */
const oldestMs = 5_000;
/** Of those between, so many are foreseen anew by one answer: jobs that were all foreseen at once shall not all be so again. */
const anewAtATime = 6;

/** What is foreseen of jobs, a part of them anew at each reading. One reading at a time. */
export function createKeptOutlooks(
  forecaster: Pick<Forecaster, "outlookOf">,
): (task_ids: readonly string[]) => Promise<Map<string, JobOutlook>> {
  const kept = new Map<string, Kept>();

  return async (task_ids) => {
    const now = performance.now();
    const wanted = new Set(task_ids);
    for (const id of kept.keys()) if (!wanted.has(id)) kept.delete(id);
    const ageOf = (id: string) => now - (kept.get(id)?.askedAt ?? Number.NEGATIVE_INFINITY);
    const oldestFirst = task_ids
      .filter((id) => ageOf(id) > freshMs)
      .sort((left, right) => ageOf(right) - ageOf(left));
    const due = oldestFirst.filter((id, place) => ageOf(id) > oldestMs || place < anewAtATime);
    if (due.length > 0) {
      const foreseen = await forecaster.outlookOf(due);
      for (const id of due) kept.set(id, { outlook: foreseen.get(id) ?? null, askedAt: now });
    }
    const outlooks = new Map<string, JobOutlook>();
    for (const [id, { outlook, askedAt }] of kept) {
      if (outlook !== null) outlooks.set(id, laterBy(outlook, now - askedAt));
    }
    return outlooks;
  };
}

function laterBy(outlook: JobOutlook, passed: number): JobOutlook {
  const { remaining } = outlook;
  if (remaining === null || passed === 0) return outlook;
  const later = (milliseconds: number) => Math.max(0, milliseconds - passed);
  return {
    ...outlook,
    remaining: {
      earliest_ms: later(remaining.earliest_ms),
      likely_ms: later(remaining.likely_ms),
      latest_ms: later(remaining.latest_ms),
    },
  };
}
