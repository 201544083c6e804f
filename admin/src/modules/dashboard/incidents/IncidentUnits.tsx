import type { IncidentDetails } from "../../../api/monitor-rows.ts";
import { paths } from "../../../paths.ts";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { StatusBadge } from "../../../ui/status/StatusBadge.tsx";
import { formatCount, formatQuantity } from "../../../ui/value/format.ts";
import { Moment } from "../../../ui/value/Moment.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";

type IncidentUnitsProps = {
  units: IncidentDetails["units"];
  /** How many there are; the list ends at 200. */
  total: number;
};

/** The units that failed with a cause, each with how it is now. */
export function IncidentUnits({ units, total }: IncidentUnitsProps) {
  if (units.length === 0) return null;
  return (
    <section>
      <h3 className="facts-title">{formatQuantity(total, "unit")}</h3>
      <ul className="incident-units">
        {units.map((unit) => (
          <li key={unit.unit_id}>
            <StatusBadge status={unit.status} />
            <AppLink className="cut strong" href={paths.unit(unit.unit_id)}>
              {shortName(unit.title)}
            </AppLink>
            <span className="text-2 no-wrap">
              {unit.flow_run_id === null ? (
                formatQuantity(unit.failure_count, "failure")
              ) : (
                <AppLink className="link" href={paths.flowRun(unit.flow_run_id)}>
                  {formatQuantity(unit.failure_count, "failure")}
                </AppLink>
              )}
            </span>
            <span className="text-3 no-wrap">
              <Moment at={unit.last_failed_at} />
            </span>
          </li>
        ))}
      </ul>
      {total > units.length && (
        <p className="text-3 small">The newest {formatCount(units.length)} of them.</p>
      )}
    </section>
  );
}
