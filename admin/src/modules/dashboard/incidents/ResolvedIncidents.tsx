import { useState } from "react";
import { describeError } from "../../../api/problem.ts";
import { Icon } from "../../../ui/icon/Icon.tsx";
import { Button } from "../../../ui/page/Button.tsx";
import { DataStates } from "../../../ui/page/DataStates.tsx";
import { SkeletonRows } from "../../../ui/page/Skeleton.tsx";
import { Moment } from "../../../ui/value/Moment.tsx";
import { useResolvedIncidents } from "./incident-api.ts";
import { incidentTitle } from "./incident-words.ts";

/** Incidents that are settled, folded until somebody asks for them. */
export function ResolvedIncidents({ onLook }: { onLook: (id: string) => void }) {
  const [isOpen, setOpen] = useState(false);
  const resolved = useResolvedIncidents(isOpen);
  return (
    <details className="resolved" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Icon name="right" small className="icon-turns" />
        Resolved incidents
      </summary>
      {isOpen && (
        <DataStates
          data={resolved.data}
          failure={resolved.error === null ? null : describeError(resolved.error)}
          skeleton={<SkeletonRows rows={2} label="Loading resolved incidents" />}
          onReload={resolved.reload}
          reloading={resolved.reloading}
        >
          {(incidents) =>
            incidents.length === 0 ? (
              <p className="text-3">None was resolved yet.</p>
            ) : (
              <ul>
                {incidents.map((incident) => (
                  <li key={incident.id}>
                    <Icon name="check" small className="is-ok" />
                    <span>
                      {incidentTitle(incident)}{" "}
                      <span className="text-3 no-wrap">
                        resolved <Moment at={incident.resolved_at} />
                      </span>
                    </span>
                    <Button look="quiet" onClick={() => onLook(incident.id)}>
                      Look
                    </Button>
                  </li>
                ))}
              </ul>
            )
          }
        </DataStates>
      )}
    </details>
  );
}
