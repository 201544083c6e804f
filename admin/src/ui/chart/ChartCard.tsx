import { type ReactNode, useId, useState } from "react";
import { IconButton } from "../page/Button.tsx";
import "./chart.css";
import { type ChartPoints, type ChartSeries, isMeasured } from "./chart-data.ts";
import { formatMeasure, type Measure } from "./measure.ts";
import { NumberTable } from "./NumberTable.tsx";
import type { PlotKind } from "./Plot.tsx";
import { Swatch, TimeChart } from "./TimeChart.tsx";
import { pointWords } from "./time-words.ts";

type ChartCardProps = {
  title: string;
  /** The figure that sums the chart up. */
  headline: ReactNode;
  /** What the figure is. */
  words: ReactNode;
  legend?: readonly Pick<ChartSeries, "key" | "label" | "color">[];
  actions?: ReactNode;
  isEmpty: boolean;
  /** The same numbers as a table. */
  table: () => ReactNode;
  children: ReactNode;
  wide?: boolean;
};

/** A chart with its headline in words, its legend and a table of the same numbers. */
export function ChartCard(props: ChartCardProps) {
  const { title, headline, words, legend = [], actions, isEmpty, table, children, wide = false } = props;
  const id = useId();
  const [isTable, setTable] = useState(false);
  return (
    <section className={wide ? "card chart-card chart-card-wide" : "card chart-card"} aria-labelledby={id}>
      <header className="card-header">
        <h3 id={id}>{title}</h3>
        <span className="spacer" />
        {actions}
        <IconButton
          icon="table"
          label={`${title} as a table`}
          aria-pressed={isTable}
          onClick={() => setTable(!isTable)}
        />
      </header>
      <div className="chart-body">
        <div className="chart-headline">
          <p>
            <b>{headline}</b> <span className="text-3">{words}</span>
          </p>
          {legend.length > 1 && (
            <ul className="chart-legend">
              {legend.map(({ key, label, color }) => (
                <li key={key}>
                  <Swatch color={color} />
                  {label}
                </li>
              ))}
            </ul>
          )}
        </div>
        {isEmpty ? (
          <p className="chart-empty text-3">Nothing was measured in this range.</p>
        ) : isTable ? (
          table()
        ) : (
          children
        )}
      </div>
    </section>
  );
}

type TimeChartCardProps = Pick<ChartCardProps, "title" | "headline" | "words" | "actions" | "wide"> & {
  points: ChartPoints;
  series: readonly ChartSeries[];
  /** Those of the series that are drawn; all unless told. */
  drawn?: readonly ChartSeries[];
  kind: PlotKind;
  measure: Measure;
};

/** A chart over time in its card; the table holds the very numbers that are drawn, newest first. */
export function TimeChartCard(props: TimeChartCardProps) {
  const { points, series, drawn = series, kind, measure, ...card } = props;
  return (
    <ChartCard
      {...card}
      legend={drawn}
      isEmpty={!isMeasured(points, series)}
      table={() => <SeriesTable label={card.title} points={points} series={series} measure={measure} />}
    >
      <TimeChart
        label={`${card.title}, chart`}
        points={points}
        series={series}
        drawn={drawn}
        kind={kind}
        measure={measure}
        mostTicks={card.wide ? 12 : 5}
      />
    </ChartCard>
  );
}

type SeriesTableProps = {
  label: string;
  points: ChartPoints;
  series: readonly ChartSeries[];
  measure: Measure;
};

function SeriesTable({ label, points, series, measure }: SeriesTableProps) {
  const places = points.at.map((_, place) => place).reverse();
  const columns = [
    {
      key: "time",
      header: "Time",
      isWords: true,
      value: (place: number) => place,
      cell: (place: number) => pointWords(points, place),
    },
    ...series.map(({ key, label: header, values }) => ({
      key,
      header,
      value: (place: number) => values[place] ?? null,
      cell: (place: number) => {
        const value = values[place] ?? null;
        return value === null ? <span className="text-3">not measured</span> : formatMeasure(measure, value);
      },
    })),
  ];
  return <NumberTable label={label} columns={columns} rows={places} rowKey={String} />;
}
