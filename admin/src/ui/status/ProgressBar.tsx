import type { CSSProperties } from "react";
import "./progress.css";
import type { Tone } from "./status-tone.ts";

type ProgressBarProps = {
  /** 0 to 100; null where the end is not known yet. */
  percentage: number | null;
  tone?: Tone;
  /** Says what progresses. */
  label: string;
  /** Shows the number beside the bar in a fixed width. */
  numbered?: boolean;
};

/** A bar that never jumps in width. Without a known end it says so instead of inventing a number. */
export function ProgressBar({ percentage, tone = "run", label, numbered = false }: ProgressBarProps) {
  if (percentage === null) return <span className="text-3">no end known yet</span>;
  const whole = Math.round(Math.min(100, Math.max(0, percentage)));
  // Custom properties are not part of React's CSSProperties.
  const style = { "--value": `${whole}%` } as CSSProperties;
  return (
    <span className="progress">
      <span
        className={`progress-track is-${tone}`}
        role="progressbar"
        aria-label={label}
        aria-valuenow={whole}
        aria-valuemin={0}
        aria-valuemax={100}
        style={style}
      />
      {numbered && <span className="progress-number">{whole} %</span>}
    </span>
  );
}

/** One part of a `Meter`. */
export type MeterPart = { label: string; share: number; color: string };

/** A stacked bar of shares of one whole, such as cached, input and output tokens. */
export function Meter({ parts, label }: { parts: MeterPart[]; label: string }) {
  const total = parts.reduce((sum, part) => sum + part.share, 0);
  return (
    <span className="meter" role="img" aria-label={label}>
      {parts
        .filter((part) => part.share > 0)
        .map((part) => {
          const style = {
            "--value": `${(part.share / total) * 100}%`,
            "--fill": part.color,
          } as CSSProperties;
          return <i key={part.label} title={part.label} style={style} />;
        })}
    </span>
  );
}
