import type { CourseGeneration, MonitorFigures as Figures } from "../../api/monitor-rows.ts";
import { FigureStrip } from "../../ui/page/Card.tsx";
import { Meter } from "../../ui/status/ProgressBar.tsx";
import { formatCount, formatDuration, formatQuantity, formatUsd } from "../../ui/value/format.ts";
import { useWordsSince } from "./answer-moment.tsx";
import "./dashboard.css";
import { HealthFigure } from "./HealthFigure.tsx";

function OldestWaiting({ figures }: { figures: Figures }) {
  const words = useWordsSince((sinceMs) =>
    formatDuration(Math.floor((figures.oldest_waiting_ms + sinceMs) / 1000) * 1000),
  );
  if (figures.queued === 0) return figures.paused === 0 ? "nothing waits" : pausedWordsOf(figures);
  return (
    <>
      oldest {words}
      {figures.paused > 0 && `, ${pausedWordsOf(figures)}`}
    </>
  );
}

const pausedWordsOf = ({ paused }: Figures) => `${formatCount(paused)} paused`;

function failedShareOf({ finished_today, failed_today }: Figures): string {
  if (failed_today === 0) return "";
  const share = (failed_today / (finished_today + failed_today)) * 100;
  return share < 0.1 ? "< 0.1 %" : `${share.toFixed(share < 10 ? 1 : 0)} %`;
}

/** The failed share, and how many ended without all of their parts, in words. */
export function failedWordsOf(figures: Figures): string {
  const { partial_today } = figures;
  const partial = partial_today === 0 ? "" : `${formatCount(partial_today)} more not whole`;
  return [failedShareOf(figures), partial].filter((words) => words !== "").join(", ");
}

/** How much of the day's budget is spent, in words. */
export function budgetWordsOf({ spent_today_usd, budget_usd_per_day }: Figures): string {
  if (budget_usd_per_day === null) return "no daily budget";
  const budget = `of ${formatUsd(budget_usd_per_day)}`;
  if (spent_today_usd === null) return budget;
  return spent_today_usd > budget_usd_per_day ? `${budget}, over the budget` : budget;
}

function Budget({ figures }: { figures: Figures }) {
  const { spent_today_usd, budget_usd_per_day } = figures;
  if (budget_usd_per_day === null || budget_usd_per_day <= 0 || spent_today_usd === null) return null;
  const share = Math.min(1, spent_today_usd / budget_usd_per_day);
  const color = share >= 1 ? "var(--bad-mark)" : share >= 0.8 ? "var(--warn-mark)" : "var(--cat-1)";
  return (
    <Meter
      label={`${Math.round(share * 100)} % of the daily budget spent`}
      parts={[
        { label: "spent", share, color },
        { label: "left", share: 1 - share, color: "var(--track)" },
      ]}
    />
  );
}

/** Health, work, queue, outcomes and money of today in one line. */
export function MonitorFigures({ answer, isPast }: { answer: CourseGeneration; isPast: boolean }) {
  const { figures } = answer;
  const spent = figures.spent_today_usd;
  const day = isPast ? "that day" : "today";
  return (
    <FigureStrip
      label="Health, work and spending"
      figures={[
        { label: "Health", value: <HealthFigure parts={answer.health} isPast={isPast} /> },
        {
          label: "Running",
          value: formatCount(figures.running),
          note: slotWordsOf(figures),
        },
        {
          label: "Queued",
          value: formatCount(figures.queued),
          note: <OldestWaiting figures={figures} />,
        },
        {
          label: `Finished ${day}`,
          value: formatCount(figures.finished_today),
          note:
            figures.median_duration_ms === null
              ? undefined
              : `median ${formatDuration(figures.median_duration_ms)}`,
        },
        {
          label: `Failed ${day}`,
          value: formatCount(figures.failed_today),
          note: failedWordsOf(figures) || undefined,
        },
        {
          label: `Spent ${day}`,
          value: spent === null ? "unknown" : formatUsd(spent),
          note: budgetWordsOf(figures),
          below: <Budget figures={figures} />,
        },
      ]}
    />
  );
}

/** How much of our own room is taken; what Prefect carries out takes none of it. */
export function slotWordsOf({
  running,
  outside_running,
  capacity,
}: Pick<Figures, "running" | "outside_running" | "capacity">): string {
  const slots = formatQuantity(capacity, "slot");
  if (outside_running === 0) return capacity === 0 ? "no slot is open" : `of ${slots}`;
  const here =
    capacity === 0 ? "no slot is open here" : `${formatCount(running - outside_running)} of ${slots}`;
  return `${here}, ${formatCount(outside_running)} on Prefect`;
}
