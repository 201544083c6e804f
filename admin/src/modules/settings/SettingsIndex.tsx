import type { ReactNode } from "react";
import type { ItemState } from "../../api/item-query.ts";
import { useLiveState } from "../../api/live/use-live.ts";
import { describeError } from "../../api/problem.ts";
import { paths } from "../../paths.ts";
import { Icon } from "../../ui/icon/Icon.tsx";
import type { IconName } from "../../ui/icon/icon-shapes.tsx";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { DataStates } from "../../ui/page/DataStates.tsx";
import { useDocumentTitle } from "../../ui/page/document-title.ts";
import { PageHeader } from "../../ui/page/PageHeader.tsx";
import { SkeletonRows } from "../../ui/page/Skeleton.tsx";
import { formatQuantity } from "../../ui/value/format.ts";
import { useConnections } from "../engines/public.ts";
import { useAlerts } from "./alerts/alerts-api.ts";
import { standingWords as connectionWords } from "./connections/connection-words.ts";
import "./settings.css";

/** The sections of the settings with how each stands. */
export function SettingsIndex() {
  useDocumentTitle("Settings");
  const both = bothOf(useAlerts(), useConnections());
  return (
    <>
      <PageHeader
        title="Settings"
        live={useLiveState()}
        onReload={both.reload}
        reloading={both.reloading}
        loadedAt={both.loadedAt}
      />
      <DataStates
        data={both.data}
        failure={both.error === null ? null : describeError(both.error)}
        skeleton={<SkeletonRows rows={2} label="Loading the settings" />}
        onReload={both.reload}
        reloading={both.reloading}
      >
        {([alerts, connections]) => (
          <ul className="settings-sections">
            <Section icon="bell" title="Alerts" href={paths.settingsAlerts()} standing={alertWords(alerts)}>
              What to watch for, and whom to tell by webhook or e-mail when it happens.
            </Section>
            <Section
              icon="plug"
              title="Connections"
              href={paths.settingsConnections()}
              standing={connectionWords(connections)}
            >
              Prefect servers whose course generation is seen and steered from here.
            </Section>
          </ul>
        )}
      </DataStates>
    </>
  );
}

type SectionProps = { icon: IconName; title: string; href: string; standing: string; children: ReactNode };

function Section({ icon, title, href, standing, children }: SectionProps) {
  return (
    <li>
      <AppLink className="settings-section card" href={href}>
        <Icon name={icon} />
        <span>
          <span className="strong">{title}</span>
          <span className="text-2">{children}</span>
        </span>
        <span className="text-3 no-wrap">{standing}</span>
        <Icon name="right" small />
      </AppLink>
    </li>
  );
}

/** Two readings as one: there when both are, as old as the older one. */
function bothOf<First, Second>(
  first: ItemState<First>,
  second: ItemState<Second>,
): ItemState<[First, Second]> {
  const loaded = [first.loadedAt, second.loadedAt].filter((at) => at !== undefined);
  return {
    data: first.data === undefined || second.data === undefined ? undefined : [first.data, second.data],
    error: first.error ?? second.error,
    reloading: first.reloading || second.reloading,
    loadedAt: loaded.length < 2 ? undefined : Math.min(...loaded),
    reload: () => {
      first.reload();
      second.reload();
    },
  };
}

function alertWords(alerts: readonly { is_enabled: boolean; firing: unknown }[]): string {
  if (alerts.length === 0) return "none yet";
  const firing = alerts.filter((alert) => alert.is_enabled && alert.firing !== null).length;
  const on = alerts.filter((alert) => alert.is_enabled).length;
  const words = `${formatQuantity(on, "alert")} on`;
  return firing === 0 ? words : `${words}, ${firing} firing`;
}
