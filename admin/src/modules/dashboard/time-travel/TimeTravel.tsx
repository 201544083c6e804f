import { useState } from "react";
import { useItemQuery } from "../../../api/item-query.ts";
import type { CourseGeneration, DashboardMetrics } from "../../../api/monitor-rows.ts";
import { Segmented } from "../../../ui/disclosure/Tabs.tsx";
import { Icon } from "../../../ui/icon/Icon.tsx";
import { TimeSlider } from "../../../ui/time-slider/TimeSlider.tsx";
import { formatMoment } from "../../../ui/value/format.ts";
import { momentOf, toLocalInput } from "../../lists/public.ts";
import "../../../ui/form/form.css";
import { barMsOf, barsOf, marksOf, type Span, type SpanName, spanFor, spanOf, spans } from "./moments.ts";
import "./time-travel.css";

const minuteMs = 60_000;
/** The slider's end lags behind now by this much at most: bars that crawl with every answer would be drawn for nothing. */
const restMs = 10_000;
const options = [...spans.map(({ value, word }) => ({ value, word })), { value: "all", word: "All" }];
// Read once a minute at most, however often the page is read.
const toMinute = (minutes: number) => new Date(minutes * minuteMs).toISOString();
const nameOf = (value: string): SpanName => spans.find((span) => span.value === value)?.value ?? "all";

type TimeTravelProps = {
  answer: CourseGeneration;
  /** The past moment that is asked for; null: now. */
  at: string | null;
  onTravel: (at: string | null) => void;
};

/** A slider over the time that was recorded: the page shows itself as it was at the chosen moment, at the right end as it is. */
export function TimeTravel({ answer, at, onTravel }: TimeTravelProps) {
  const { span, name, choose } = useSpan(answer, at);
  const metrics = useItemQuery<DashboardMetrics>("/admin/dashboard-metrics", {
    from: toMinute(Math.floor(span.from / minuteMs)),
    to: toMinute(Math.ceil(span.to / minuteMs)),
  });
  const [isOpen, setOpen] = useState(false);
  const travelTo = (ms: number) => onTravel(ms >= span.to ? null : new Date(ms).toISOString());
  const wordsOf = (ms: number) => (ms >= span.to ? "now" : formatMoment(new Date(ms), new Date()));
  return (
    <section className={isOpen ? "time-travel is-open" : "time-travel"} aria-label="Time travel">
      <span className="time-travel-title text-2">
        <Icon name="clock" small />
        <span>Look back</span>
      </span>
      <button
        type="button"
        className="time-travel-toggle text-2"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="clock" small />
        Look back
        <Icon name="right" small className="icon-turns" />
      </button>
      <TimeSlider
        label="Moment to look back to"
        from={span.from}
        to={span.to}
        value={at === null ? span.to : Date.parse(at)}
        stepMs={span.stepMs}
        pageMs={span.pageMs}
        wordsOf={wordsOf}
        bars={barsOf(metrics.data)}
        barMs={barMsOf(metrics.data)}
        marks={marksOf(answer.incidents, span)}
        onChange={travelTo}
      />
      <Segmented
        label="How far back the slider reaches"
        options={options}
        value={name}
        onChange={(value) => choose(nameOf(value))}
      />
      <MomentField at={at} onTravel={onTravel} />
    </section>
  );
}

/** The span on show. Its end stands still while the reader is in the past, so that the thumb stays where it was put. */
function useSpan(
  answer: CourseGeneration,
  at: string | null,
): { span: Span; name: SpanName; choose: (name: SpanName) => void } {
  const [chosen, setChosen] = useState<SpanName>("24h");
  const now = at === null ? Date.parse(answer.as_of) : Date.now();
  const [kept, setKept] = useState({ at, end: now });
  // Only now moves on.
  const isLate = at === null && Math.abs(now - kept.end) >= restMs;
  if ((kept.at === null) !== (at === null) || isLate) setKept({ at, end: now });
  const { end } = kept;
  const reaches = at === null || Date.parse(at) >= spanOf(chosen, answer.recorded_since, end).from;
  const name = reaches ? chosen : spanFor(Date.parse(at ?? ""), end);
  return { span: spanOf(name, answer.recorded_since, end), name, choose: setChosen };
}

type MomentFieldProps = { at: string | null; onTravel: (at: string | null) => void };

/** The moment to the second, in local time; empty is now. */
function MomentField({ at, onTravel }: MomentFieldProps) {
  const text = toLocalInput(at ?? undefined);
  const [draft, setDraft] = useState(text);
  const [shown, setShown] = useState(text);
  if (shown !== text) {
    setShown(text);
    setDraft(text);
  }
  const commit = () => {
    if (draft !== text) onTravel(momentOf(draft));
  };
  return (
    <input
      className={draft === "" ? "input time-travel-field is-empty" : "input time-travel-field"}
      type="datetime-local"
      step={1}
      aria-label="Moment, local time"
      title="Go to a moment, to the second"
      value={draft}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === "Enter") commit();
      }}
    />
  );
}
