import { type CSSProperties, type KeyboardEvent, useEffect, useRef, useState } from "react";
import "./time-slider.css";

/** What happened in one part of the span: how high its two stacked bars stand, each 0 to 1 of the height. */
export type TimeSliderBar = { at: number; good: number; bad: number };

/** A moment worth finding, with its words. */
export type TimeSliderMark = { at: number; words: string };

type TimeSliderProps = {
  label: string;
  /** The span in milliseconds since 1970. */
  from: number;
  to: number;
  /** The chosen moment; `to` stands for now. */
  value: number;
  stepMs: number;
  /** What PageUp and PageDown move by. */
  pageMs: number;
  /** The moment in words, for assistive technology. */
  wordsOf: (at: number) => string;
  bars?: readonly TimeSliderBar[];
  barMs?: number;
  marks?: readonly TimeSliderMark[];
  /** Told once the reader rests or lets go, not for each pixel. */
  onChange: (at: number) => void;
};

const restMs = 160;

const shareOf = (at: number, from: number, to: number) =>
  to <= from ? 0 : Math.min(1, Math.max(0, (at - from) / (to - from)));

/** A native range input over a span of time, with what happened in it drawn behind. Arrows move by a step, PageUp and PageDown by more. */
export function TimeSlider(props: TimeSliderProps) {
  const { label, from, to, value, stepMs, pageMs, wordsOf, onChange } = props;
  const [draft, setDraft] = useDraft(value, onChange);
  const steps = Math.max(1, Math.round((to - from) / stepMs));
  // Counted back from the end, so that the last step is the end itself.
  const stepOf = (at: number) => steps - Math.round((to - at) / stepMs);
  const put = (step: number) => {
    const kept = Math.min(steps, Math.max(0, step));
    setDraft(Math.max(from, to - (steps - kept) * stepMs));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const direction = event.key === "PageUp" ? 1 : event.key === "PageDown" ? -1 : 0;
    if (direction === 0) return;
    event.preventDefault();
    put(stepOf(draft) + direction * Math.round(pageMs / stepMs));
  };
  // Custom properties are not part of React's CSSProperties.
  const style = { "--at": shareOf(draft, from, to) } as CSSProperties;
  return (
    <div className="time-slider" style={style}>
      <TimeSliderBackdrop {...props} />
      <input
        type="range"
        aria-label={label}
        aria-valuetext={wordsOf(draft)}
        title={wordsOf(draft)}
        min={0}
        max={steps}
        step={1}
        value={Math.min(steps, Math.max(0, stepOf(draft)))}
        onChange={(event) => put(event.target.valueAsNumber)}
        onKeyDown={onKeyDown}
      />
      <output className="time-slider-words" aria-hidden="true">
        {wordsOf(draft)}
      </output>
    </div>
  );
}

/** The moment under the thumb. It is told on once it rests; until it is, no moment from outside takes it out of the reader's hand. */
function useDraft(value: number, onChange: (at: number) => void): [number, (at: number) => void] {
  const [draft, setDraft] = useState<{ at: number; isTold: boolean } | null>(null);
  const [shown, setShown] = useState(value);
  if (shown !== value) {
    setShown(value);
    if (draft?.isTold === true) setDraft(null);
  }
  const tell = useRef(onChange);
  useEffect(() => {
    tell.current = onChange;
  });
  useEffect(() => {
    if (draft === null || draft.isTold) return;
    const timer = setTimeout(() => {
      setDraft({ at: draft.at, isTold: true });
      tell.current(draft.at);
    }, restMs);
    return () => clearTimeout(timer);
  }, [draft]);
  return [draft?.at ?? value, (at) => setDraft({ at, isTold: false })];
}

function TimeSliderBackdrop({ from, to, bars = [], barMs = 0, marks = [] }: TimeSliderProps) {
  const width = Math.max(0.15, shareOf(from + barMs, from, to) * 100 * 0.8);
  const x = (at: number) => shareOf(at, from, to) * 100;
  return (
    <>
      <svg className="time-slider-bars" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
        {bars.map(({ at, good, bad }) => (
          <g key={at}>
            <rect className="bar-good" x={x(at)} width={width} y={1 - good - bad} height={good} />
            <rect className="bar-bad" x={x(at)} width={width} y={1 - bad} height={bad} />
          </g>
        ))}
      </svg>
      <span className="time-slider-marks" aria-hidden="true">
        {marks.map(({ at, words }) => (
          // Custom properties are not part of React's CSSProperties.
          <i key={`${at} ${words}`} title={words} style={{ "--x": shareOf(at, from, to) } as CSSProperties} />
        ))}
      </span>
    </>
  );
}
