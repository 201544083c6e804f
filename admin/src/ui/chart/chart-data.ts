/** Colours that charts may take: categories in their order, and those of statuses for statuses only. */
export type ChartColor =
  | "cat-1"
  | "cat-2"
  | "cat-3"
  | "cat-4"
  | "cat-5"
  | "ok-mark"
  | "warn-mark"
  | "bad-mark"
  | "idle-mark";

/** One quantity over time: a value for each point, null where nothing was measured. */
export type ChartSeries = {
  key: string;
  label: string;
  color: ChartColor;
  values: readonly (number | null)[];
};

/** How long a point lasts. */
export type Resolution = "minute" | "hour" | "day";

/** The moments (ISO 8601) at which equal steps of time begin. */
export type ChartPoints = {
  at: readonly string[];
  resolution: Resolution;
  /** Whether the last one is not over yet, so that its numbers still grow. */
  isLastRunning: boolean;
};

/** Whether anything was measured at all; a zero is a measurement. */
export function isMeasured(points: ChartPoints, series: readonly ChartSeries[]): boolean {
  return points.at.length > 0 && series.some(({ values }) => values.some((value) => value !== null));
}

/** The largest value on show; of stacked series the largest sum of a point. */
export function largestOf(series: readonly ChartSeries[], isStacked: boolean): number {
  const layers = isStacked ? stackedValues(series) : series.map(({ values }) => values);
  let largest = 0;
  for (const values of layers) for (const value of values) largest = Math.max(largest, value ?? 0);
  return largest;
}

/** Each series on top of those before it; null only where none of them was measured. */
export function stackedValues(series: readonly ChartSeries[]): (number | null)[][] {
  let below: readonly (number | null)[] = [];
  return series.map(({ values }) => {
    const layer = values.map((value, place) => {
      const ground = below[place] ?? null;
      return value === null && ground === null ? null : (value ?? 0) + (ground ?? 0);
    });
    below = layer;
    return layer;
  });
}
