import { memo, useEffect, useRef } from "react";
import uPlot from "uplot";
import { type ChartSeries, stackedValues } from "./chart-data.ts";
import { resolveColors, useColorScheme } from "./color-scheme.ts";

/** How values are drawn. */
export type PlotKind = "bars" | "stacked" | "lines";

type PlotProps = {
  kind: PlotKind;
  series: readonly ChartSeries[];
  /** The end of the axis that starts at 0. */
  top: number;
};

const barShare = 0.74;
const widestBar = 36;
const lineWidth = 1.75;
/** Above and below the axis, so that a line at its end is not cut; `chart.css` takes it off again. */
const bleed = 4;

/** A value between two gaps would be no line at all: it gets a dot. */
function lonelyPlaces(values: readonly (number | null | undefined)[]): number[] {
  const places: number[] = [];
  for (const [place, value] of values.entries()) {
    if (typeof value !== "number") continue;
    if (typeof values[place - 1] !== "number" && typeof values[place + 1] !== "number") places.push(place);
  }
  return places;
}

function alignedData({ kind, series }: PlotProps): uPlot.AlignedData {
  const layers =
    kind === "stacked" ? stackedValues(series).reverse() : series.map(({ values }) => [...values]);
  const places = Array.from({ length: series[0]?.values.length ?? 0 }, (_, place) => place);
  return [places, ...layers];
}

function seriesOf({ kind, series }: PlotProps, colorOf: (one: ChartSeries) => string): uPlot.Series[] {
  if (kind === "lines") {
    return series.map((one) => ({
      stroke: colorOf(one),
      width: lineWidth,
      points: {
        show: true,
        size: 5,
        fill: colorOf(one),
        filter: (plot, index) => lonelyPlaces(Array.from(plot.data[index] ?? [])),
      },
    }));
  }
  const bars = uPlot.paths.bars?.({ size: [barShare, widestBar] });
  // The highest layer is drawn first, so that each lower one covers its foot.
  const drawn = kind === "stacked" ? series.toReversed() : series;
  return drawn.map((one) => ({
    fill: colorOf(one),
    stroke: colorOf(one),
    width: 0,
    points: { show: false },
    ...(bars === undefined ? {} : { paths: bars }),
  }));
}

/** The canvas of a chart: nothing but its bars or lines, filling the place around it; a module of its own, so that it loads late. */
export const Plot = memo(function Plot(props: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const latest = useRef(props);
  const scheme = useColorScheme();
  const { kind, series } = props;
  const looks = series.map(({ color }) => color).join();
  useEffect(() => {
    latest.current = props;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new theme or other series need a new drawing; new values do not
  useEffect(() => {
    const host = place.current;
    if (host === null) return;
    const colors = resolveColors(
      host,
      latest.current.series.map(({ color }) => color),
    );
    const drawn = new uPlot(
      {
        width: Math.max(1, host.clientWidth),
        height: Math.max(1, host.clientHeight),
        padding: [bleed, 0, bleed, 0],
        cursor: { show: false },
        legend: { show: false },
        axes: [{ show: false }, { show: false }],
        scales: {
          x: { time: false, range: () => [-0.5, (latest.current.series[0]?.values.length ?? 1) - 0.5] },
          y: { range: () => [0, latest.current.top] },
        },
        series: [{}, ...seriesOf(latest.current, (one) => colors.get(one.color) ?? "currentColor")],
      },
      alignedData(latest.current),
      host,
    );
    plot.current = drawn;
    const observer = new ResizeObserver(() => {
      drawn.setSize({ width: Math.max(1, host.clientWidth), height: Math.max(1, host.clientHeight) });
    });
    observer.observe(host);
    return () => {
      observer.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, [scheme, kind, looks]);
  useEffect(() => {
    plot.current?.setData(alignedData(props));
  }, [props]);
  return <div ref={place} className="plot" aria-hidden="true" />;
});
