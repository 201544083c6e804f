import { useState } from "react";
import { useLiveState } from "../../../api/live/use-live.ts";
import type { Alert } from "../../../api/monitor-rows.ts";
import { describeError } from "../../../api/problem.ts";
import { paths } from "../../../paths.ts";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { useSearchParams } from "../../../ui/link/search-params.ts";
import { DataStates } from "../../../ui/page/DataStates.tsx";
import { useDocumentTitle } from "../../../ui/page/document-title.ts";
import { PageHeader } from "../../../ui/page/PageHeader.tsx";
import { SkeletonRows } from "../../../ui/page/Skeleton.tsx";
import { RoleButton } from "../../session/public.ts";
import "../settings.css";
import { AlertDialog } from "./AlertDialog.tsx";
import { AlertRow } from "./AlertRow.tsx";
import { useAlerts } from "./alerts-api.ts";
import { NoAlerts } from "./NoAlerts.tsx";
import { type MadeSecret, SecretDialog } from "./SecretDialog.tsx";

/** What the dialog is about: an alert that is there, or a new one. Asked anew each time. */
type Editing = { alert: Alert | null; askedAt: number; open: boolean };

/** The rules that are watched, whom they tell and what was sent. */
export function AlertsPage() {
  useDocumentTitle("Alerts");
  const alerts = useAlerts();
  const [editing, setEditing] = useState<Editing | null>(null);
  const [secret, setSecret] = useState<MadeSecret | null>(null);
  const edit = (alert: Alert | null) => setEditing({ alert, askedAt: Date.now(), open: true });
  return (
    <>
      <PageHeader
        title="Alerts"
        breadcrumbs={[
          <AppLink key="settings" href={paths.settings()}>
            Settings
          </AppLink>,
          "Alerts",
        ]}
        count={alerts.data?.length}
        live={useLiveState()}
        actions={
          alerts.data !== undefined &&
          alerts.data.length > 0 && (
            <RoleButton least="admin" look="primary" icon="plus" onClick={() => edit(null)}>
              Add an alert
            </RoleButton>
          )
        }
        onReload={alerts.reload}
        reloading={alerts.reloading}
        loadedAt={alerts.loadedAt}
      />
      <DataStates
        data={alerts.data}
        failure={alerts.error === null ? null : describeError(alerts.error)}
        skeleton={<SkeletonRows rows={5} label="Loading the alerts" />}
        onReload={alerts.reload}
        reloading={alerts.reloading}
      >
        {(shown) =>
          shown.length === 0 ? (
            <section className="card" aria-label="Alerts">
              <NoAlerts onAdd={() => edit(null)} />
            </section>
          ) : (
            <AlertList alerts={shown} onEdit={edit} onSecret={setSecret} />
          )
        }
      </DataStates>
      {editing !== null && (
        <AlertDialog
          key={editing.askedAt}
          alert={editing.alert}
          others={(alerts.data ?? []).filter(({ id }) => id !== editing.alert?.id)}
          open={editing.open}
          onClose={() => setEditing({ ...editing, open: false })}
          onSecret={setSecret}
        />
      )}
      <SecretDialog made={secret} onClose={() => setSecret(null)} />
    </>
  );
}

type AlertListProps = {
  alerts: Alert[];
  onEdit: (alert: Alert) => void;
  onSecret: (made: MadeSecret) => void;
};

function AlertList({ alerts, onEdit, onSecret }: AlertListProps) {
  const [search, change] = useSearchParams();
  return (
    <ul className="card" aria-label="Alerts">
      {alerts.map((alert) => (
        <AlertRow
          key={alert.id}
          alert={alert}
          open={search.open === alert.id}
          onToggle={() => change({ open: search.open === alert.id ? "" : alert.id })}
          onEdit={() => onEdit(alert)}
          onSecret={onSecret}
        />
      ))}
    </ul>
  );
}
