import type { UnitSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { RowLink } from "../../ui/link/list-trail.tsx";
import { ProgressBar } from "../../ui/status/ProgressBar.tsx";
import { StatusBadge } from "../../ui/status/StatusBadge.tsx";
import { lookOfStatus } from "../../ui/status/status-tone.ts";
import type { Column } from "../../ui/table/DataTable.tsx";
import { formatCount } from "../../ui/value/format.ts";
import { RelativeTime } from "../../ui/value/Moment.tsx";
import { Money } from "../../ui/value/Money.tsx";
import "./unit-columns.css";
import { shortName } from "../../ui/value/visible-text.ts";
import { RunOrigin, RunProgress, RunState } from "../engines/public.ts";
import { isOnPrefect, knownCostOf, unitRowOf } from "./on-prefect.ts";
import { stageWordOf, unitContentOf } from "./unit-words.ts";

function LessonCount({ unit }: { unit: UnitSummary }) {
  if (unit.status === "draft") return null;
  const planned = Math.max(unit.target_lesson_count, unit.lessons_completed + unit.lessons_failed);
  return (
    <span className="no-wrap">
      {formatCount(unit.lessons_completed)} of {formatCount(planned)}
      {unit.lessons_failed > 0 && (
        <span className="is-bad lessons-failed">, {unit.lessons_failed} failed</span>
      )}
    </span>
  );
}

function UnitProgress({ unit }: { unit: UnitSummary }) {
  const label = `Progress of ${shortName(unit.title)}`;
  const { status, progress_percentage } = unit;
  if (isOnPrefect(unit)) {
    const { connection_id } = unitRowOf(unit);
    return <RunProgress run={{ connection_id, status, progress_percentage }} label={label} />;
  }
  return (
    <ProgressBar percentage={progress_percentage} tone={lookOfStatus(status).tone} label={label} numbered />
  );
}

const atWork = ["in_progress", "paused"];

/** Columns of the list of units. */
export const unitColumns: Column<UnitSummary>[] = [
  {
    key: "status",
    header: "Status",
    minWidth: 112,
    phone: "mark",
    cell: (unit) => <StatusBadge status={unit.status} />,
  },
  {
    key: "title",
    header: "Unit",
    phone: "title",
    cell: (unit) => (
      <span className="name-and-part">
        <RowLink className="strong" href={paths.unit(unit.id)}>
          {shortName(unit.title)}
        </RowLink>
        <RunOrigin row={unitRowOf(unit)} what="its run" />
      </span>
    ),
  },
  {
    key: "level",
    header: "Level",
    above: 920,
    cell: (unit) => <span className="text-2">{unit.learner_level}</span>,
  },
  {
    key: "content",
    header: "Now, or content",
    slack: true,
    phone: "detail",
    cell: (unit) => (
      <>
        <RunState row={unitRowOf(unit)} /> <span className="text-2">{unitContentOf(unit, false)}</span>
      </>
    ),
  },
  {
    key: "stage",
    header: "Stage",
    wideOnly: true,
    // Which stage a flow on Prefect is at is not known.
    cell: (unit) => <span className="text-2">{isOnPrefect(unit) ? "" : stageWordOf(unit)}</span>,
  },
  {
    key: "lessons",
    header: "Lessons",
    align: "end",
    cell: (unit) => <LessonCount unit={unit} />,
  },
  {
    key: "progress",
    header: "Progress",
    wideOnly: true,
    cell: (unit) => atWork.includes(unit.status) && <UnitProgress unit={unit} />,
  },
  {
    key: "published",
    header: "Learners",
    above: 1280,
    cell: (unit) => <span className="text-2">{unit.published_at === null ? "" : "published"}</span>,
  },
  {
    key: "created",
    header: "Age",
    align: "end",
    phone: "aside-detail",
    cell: (unit) => (
      <span className="text-2 no-wrap">
        <RelativeTime at={unit.created_at} />
      </span>
    ),
  },
  {
    key: "cost",
    header: "Cost",
    align: "end",
    minWidth: 92,
    phone: "aside",
    cell: (unit) =>
      unit.status !== "draft" && <Money cost_usd={knownCostOf(unit)} offline={unit.author === "offline"} />,
  },
];
