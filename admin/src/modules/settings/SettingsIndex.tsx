import { useLiveState } from "../../api/live/use-live.ts";
import { describeError } from "../../api/problem.ts";
import { paths } from "../../paths.ts";
import { Icon } from "../../ui/icon/Icon.tsx";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { DataStates } from "../../ui/page/DataStates.tsx";
import { useDocumentTitle } from "../../ui/page/document-title.ts";
import { PageHeader } from "../../ui/page/PageHeader.tsx";
import { SkeletonRows } from "../../ui/page/Skeleton.tsx";
import { formatQuantity } from "../../ui/value/format.ts";
import { useAlerts } from "./alerts/alerts-api.ts";
import "./settings.css";

/** The sections of the settings with how each stands. */
export function SettingsIndex() {
  useDocumentTitle("Settings");
  const alerts = useAlerts();
  return (
    <>
      <PageHeader
        title="Settings"
        live={useLiveState()}
        onReload={alerts.reload}
        reloading={alerts.reloading}
        loadedAt={alerts.loadedAt}
      />
      <DataStates
        data={alerts.data}
        failure={alerts.error === null ? null : describeError(alerts.error)}
        skeleton={<SkeletonRows rows={2} label="Loading the settings" />}
        onReload={alerts.reload}
        reloading={alerts.reloading}
      >
        {(shown) => (
          <ul className="settings-sections">
            <li>
              <AppLink className="settings-section card" href={paths.settingsAlerts()}>
                <Icon name="bell" />
                <span>
                  <span className="strong">Alerts</span>
                  <span className="text-2">
                    What to watch for, and whom to tell by webhook or e-mail when it happens.
                  </span>
                </span>
                <span className="text-3 no-wrap">{standingWords(shown)}</span>
                <Icon name="right" small />
              </AppLink>
            </li>
          </ul>
        )}
      </DataStates>
    </>
  );
}

function standingWords(alerts: readonly { is_enabled: boolean; firing: unknown }[]): string {
  if (alerts.length === 0) return "none yet";
  const firing = alerts.filter((alert) => alert.is_enabled && alert.firing !== null).length;
  const on = alerts.filter((alert) => alert.is_enabled).length;
  const words = `${formatQuantity(on, "alert")} on`;
  return firing === 0 ? words : `${words}, ${firing} firing`;
}
