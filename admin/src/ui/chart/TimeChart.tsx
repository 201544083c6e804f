import { type CSSProperties, lazy, type PointerEvent, Suspense, useState } from "react";
import { type ChartPoints, type ChartSeries, largestOf } from "./chart-data.ts";
import { formatMeasure, formatTick, type Measure, topOfAxis } from "./measure.ts";
import type { PlotKind } from "./Plot.tsx";
import { pointWords, timeTicks } from "./time-words.ts";

const Plot = lazy(() => import("./Plot.tsx").then(({ Plot: component }) => ({ default: component })));

type TimeChartProps = {
  /** What is charted, read out as the name of the chart. */
  label: string;
  points: ChartPoints;
  /** All that the readout names. */
  series: readonly ChartSeries[];
  /** Those of them that are drawn; all unless told. */
  drawn?: readonly ChartSeries[];
  kind: PlotKind;
  measure: Measure;
  /** Most words below the chart. */
  mostTicks?: number;
};

/** A place between 0 and 100 % in the middle of a point's step. */
function shareOf(place: number, count: number): string {
  return `${((place + 0.5) / count) * 100}%`;
}

/** The readout of one point in words: its time and all series. */
export function readPoint(
  points: ChartPoints,
  series: readonly ChartSeries[],
  measure: Measure,
  place: number,
): string {
  const values = series.map(({ label, values: all }) => {
    const value = all[place] ?? null;
    return `${label} ${value === null ? "not measured" : formatMeasure(measure, value)}`;
  });
  return `${pointWords(points, place)}: ${values.join(", ")}`;
}

/**
 * Bars or lines over time. Pointing reads all series of a point; with the keyboard the chart is a slider over its points,
 * which arrow keys, Home and End move and which assistive technology reads.
 */
export function TimeChart(props: TimeChartProps) {
  const { label, points, series, drawn = series, kind, measure, mostTicks = 5 } = props;
  const [asked, setAsked] = useState<number | null>(null);
  const count = points.at.length;
  const last = count - 1;
  const cursor = asked === null ? null : Math.min(asked, last);
  const top = topOfAxis(measure, largestOf(drawn, kind === "stacked"));
  const pointTo = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const place = Math.floor(((event.clientX - box.left) / box.width) * count);
    setAsked(Math.min(last, Math.max(0, place)));
  };
  return (
    <div className="time-chart">
      <div className="chart-area">
        <div className="chart-grid" aria-hidden="true">
          <span>{formatTick(measure, top)}</span>
          <span>{formatTick(measure, top / 2)}</span>
          <span>0</span>
        </div>
        <Suspense fallback={<div className="plot" />}>
          <Plot kind={kind} series={drawn} top={top} />
        </Suspense>
        {cursor !== null && (
          <Readout
            points={points}
            series={series}
            measure={measure}
            place={cursor}
            isColumn={kind !== "lines"}
          />
        )}
        <input
          className="chart-slider"
          type="range"
          aria-label={label}
          min={0}
          max={last}
          step={1}
          value={cursor ?? last}
          aria-valuetext={readPoint(points, series, measure, cursor ?? last)}
          onChange={(event) => setAsked(Number(event.target.value))}
          onFocus={() => setAsked((place) => place ?? last)}
          onBlur={() => setAsked(null)}
          onPointerDown={(event) => {
            // The point under the pointer counts, not where a thumb would come to lie.
            event.preventDefault();
            event.currentTarget.focus({ preventScroll: true });
            pointTo(event);
          }}
          onPointerMove={pointTo}
          onPointerLeave={(event) => {
            if (document.activeElement !== event.currentTarget) setAsked(null);
          }}
        />
      </div>
      <div className="chart-times" aria-hidden="true">
        {timeTicks(points, mostTicks).map(({ place, word }) => (
          <span key={place} style={{ left: shareOf(place, count) }}>
            {word}
          </span>
        ))}
      </div>
    </div>
  );
}

type ReadoutProps = {
  points: ChartPoints;
  series: readonly ChartSeries[];
  measure: Measure;
  place: number;
  isColumn: boolean;
};

/** What the chart shows at one point; the slider's own words say the same to assistive technology. */
function Readout({ points, series, measure, place, isColumn }: ReadoutProps) {
  const count = points.at.length;
  // Custom properties are not part of React's CSSProperties.
  const style = { "--at": shareOf(place, count), "--step": `${100 / count}%` } as CSSProperties;
  return (
    <div className="chart-cursor" aria-hidden="true" style={style}>
      <i className={isColumn ? "chart-column" : "chart-line"} />
      <div className={place * 2 < count ? "chart-tip" : "chart-tip chart-tip-left"}>
        <div className="text-3">{pointWords(points, place)}</div>
        {series.map(({ key, label, color, values }) => {
          const value = values[place] ?? null;
          return (
            <div key={key} className="chart-tip-line">
              <Swatch color={color} />
              <span>{label}</span>
              <b>{value === null ? "not measured" : formatMeasure(measure, value)}</b>
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** The mark of a series. */
export function Swatch({ color }: { color: ChartSeries["color"] }) {
  // Custom properties are not part of React's CSSProperties.
  return <i className="swatch" style={{ "--fill": `var(--${color})` } as CSSProperties} />;
}
