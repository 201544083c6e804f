import type { CSSProperties, ReactNode } from "react";
import "./chart.css";

/** One line of a ranking. */
export type RankedLine = {
  key: string;
  label: ReactNode;
  /** Null: not known; it has no bar. */
  value: number | null;
  /** The value in words. */
  words: ReactNode;
  /** A quiet remark after the label. */
  note?: ReactNode;
};

const shareFormat = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** Bars of one colour, as long as their share of the largest, each with its number and its share of all. */
export function RankedBars({ lines }: { lines: readonly RankedLine[] }) {
  const largest = Math.max(0, ...lines.map(({ value }) => value ?? 0));
  const sum = lines.reduce((total, { value }) => total + (value ?? 0), 0);
  return (
    <ol className="ranked">
      {lines.map(({ key, label, value, words, note }) => {
        const length = largest === 0 || value === null ? 0 : (value / largest) * 100;
        return (
          <li key={key}>
            <div className="ranked-words">
              <span className="cut">
                {label} {note !== undefined && <span className="text-3">{note}</span>}
              </span>
              <span className="spacer" />
              <b>{words}</b>
              <span className="ranked-share text-3">
                {value === null || sum === 0 ? "" : `${shareFormat.format((value / sum) * 100)} %`}
              </span>
            </div>
            {/* Custom properties are not part of React's CSSProperties. */}
            <div className="ranked-track" style={{ "--value": `${length}%` } as CSSProperties} />
          </li>
        );
      })}
    </ol>
  );
}
