import type { FiringAlert } from "../../api/monitor-rows.ts";
import { paths } from "../../paths.ts";
import { Icon } from "../../ui/icon/Icon.tsx";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { Moment } from "../../ui/value/Moment.tsx";
import { shortName } from "../../ui/value/visible-text.ts";
import "./dashboard.css";

const shownAtMost = 4;

/** The alerts that fire, one line each, above everything else. */
export function FiringAlerts({ alerts, isPast }: { alerts: readonly FiringAlert[]; isPast: boolean }) {
  if (alerts.length === 0) return null;
  const more = alerts.length - shownAtMost;
  return (
    <section className="firing is-bad" aria-label="Alerts" role="status">
      <ul>
        {alerts.slice(0, shownAtMost).map((alert) => (
          <li key={alert.id}>
            <Icon name="triangle" small className="is-bad" />
            <span className="firing-words">
              <b>{shortName(alert.name)}</b>{" "}
              {alert.task_id === null ? (
                shortName(alert.sentence, 300)
              ) : (
                <AppLink href={paths.task(alert.task_id)}>{shortName(alert.sentence, 300)}</AppLink>
              )}{" "}
              <span className="text-3 no-wrap">
                since <Moment at={alert.since} />
              </span>
            </span>
          </li>
        ))}
      </ul>
      <span className="firing-end">
        {more > 0 && <span className="text-3">and {more} more</span>}
        {!isPast && (
          <AppLink className="link" href={paths.settingsAlerts()}>
            Alerts
          </AppLink>
        )}
      </span>
    </section>
  );
}
