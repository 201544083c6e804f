import type { UnitSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { ProgressBar } from "../../ui/status/ProgressBar.tsx";
import { StatusBadge } from "../../ui/status/StatusBadge.tsx";
import { lookOfStatus } from "../../ui/status/status-tone.ts";
import type { Column } from "../../ui/table/DataTable.tsx";
import { Moment } from "../../ui/value/Moment.tsx";
import { Money } from "../../ui/value/Money.tsx";
import { unitContentOf } from "./unit-words.ts";

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
      <AppLink className="strong" href={paths.unit(unit.id)}>
        {unit.title}
      </AppLink>
    ),
  },
  {
    key: "level",
    header: "Level",
    phone: "detail",
    cell: (unit) => <span className="text-2">{unit.learner_level}</span>,
  },
  {
    key: "content",
    header: "Now, or content",
    slack: true,
    cell: (unit) => <span className="text-2">{unitContentOf(unit)}</span>,
  },
  {
    key: "progress",
    header: "Progress",
    wideOnly: true,
    cell: (unit) =>
      atWork.includes(unit.status) && (
        <ProgressBar
          percentage={unit.progress_percentage}
          tone={lookOfStatus(unit.status).tone}
          label={`Progress of ${unit.title}`}
          numbered
        />
      ),
  },
  {
    key: "published",
    header: "Learners",
    wideOnly: true,
    cell: (unit) => <span className="text-2">{unit.published_at === null ? "" : "published"}</span>,
  },
  {
    key: "created",
    header: "Created",
    align: "end",
    phone: "aside-detail",
    cell: (unit) => (
      <span className="text-2">
        <Moment at={unit.created_at} />
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
      unit.status !== "draft" && <Money cost_usd={unit.cost_usd} offline={unit.author === "offline"} />,
  },
];
