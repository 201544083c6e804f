import { useState } from "react";
import type { Connection } from "../../../api/engine-rows.ts";
import { useLiveState } from "../../../api/live/use-live.ts";
import { describeError } from "../../../api/problem.ts";
import { paths } from "../../../paths.ts";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { useSearchParams } from "../../../ui/link/search-params.ts";
import { DataStates } from "../../../ui/page/DataStates.tsx";
import { useDocumentTitle } from "../../../ui/page/document-title.ts";
import { PageHeader } from "../../../ui/page/PageHeader.tsx";
import { SkeletonRows } from "../../../ui/page/Skeleton.tsx";
import { Disagreements, useConnections } from "../../engines/public.ts";
import { RoleButton } from "../../session/public.ts";
import { ConnectionDialog } from "./ConnectionDialog.tsx";
import { ConnectionRow } from "./ConnectionRow.tsx";
import "./connections.css";
import { NoConnections } from "./NoConnections.tsx";

/** What the dialog is about: a connection that is there, or a new one. Asked anew each time. */
type Editing = { connection: Connection | null; askedAt: number; open: boolean };

/** The Prefect servers that are watched and steered, and how each stands. */
export function ConnectionsPage() {
  useDocumentTitle("Connections");
  const connections = useConnections();
  const [editing, setEditing] = useState<Editing | null>(null);
  const edit = (connection: Connection | null) => setEditing({ connection, askedAt: Date.now(), open: true });
  return (
    <>
      <PageHeader
        title="Connections"
        breadcrumbs={[
          <AppLink key="settings" href={paths.settings()}>
            Settings
          </AppLink>,
          "Connections",
        ]}
        count={connections.data?.length}
        live={useLiveState()}
        actions={
          connections.data !== undefined &&
          connections.data.length > 0 && (
            <RoleButton least="admin" look="primary" icon="plus" onClick={() => edit(null)}>
              Add a connection
            </RoleButton>
          )
        }
        onReload={connections.reload}
        reloading={connections.reloading}
        loadedAt={connections.loadedAt}
      />
      <DataStates
        data={connections.data}
        failure={connections.error === null ? null : describeError(connections.error)}
        skeleton={<SkeletonRows rows={3} label="Loading the connections" />}
        onReload={connections.reload}
        reloading={connections.reloading}
      >
        {(shown) =>
          shown.length === 0 ? (
            <section className="card" aria-label="Connections">
              <NoConnections onAdd={() => edit(null)} />
            </section>
          ) : (
            <ConnectionList connections={shown} onEdit={edit} />
          )
        }
      </DataStates>
      {editing !== null && (
        <ConnectionDialog
          key={editing.askedAt}
          connection={editing.connection}
          others={(connections.data ?? []).filter(({ id }) => id !== editing.connection?.id)}
          open={editing.open}
          onClose={() => setEditing({ ...editing, open: false })}
        />
      )}
    </>
  );
}

type ConnectionListProps = { connections: Connection[]; onEdit: (connection: Connection) => void };

function ConnectionList({ connections, onEdit }: ConnectionListProps) {
  const [search] = useSearchParams();
  return (
    <>
      <ul className="card" aria-label="Connections">
        {connections.map((connection) => (
          <ConnectionRow
            key={connection.id}
            connection={connection}
            isSought={search.open === connection.id}
            onEdit={() => onEdit(connection)}
          />
        ))}
      </ul>
      <Disagreements />
    </>
  );
}
