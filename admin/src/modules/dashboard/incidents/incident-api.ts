import { useMutation, useQueryClient } from "@tanstack/react-query";
import { sendJson } from "../../../api/client.ts";
import { type ItemState, useItemQuery } from "../../../api/item-query.ts";
import { useLiveRefresh } from "../../../api/live/use-live.ts";
import type { Incident, IncidentDetails } from "../../../api/monitor-rows.ts";

const incidentsPath = "/admin/incidents";

/** One incident with its units and what a recovery would do, read again whenever it or one of its units changes; null waits. */
export function useIncident(id: string | null): ItemState<IncidentDetails> {
  const incident = useItemQuery<IncidentDetails>(id === null ? null : `${incidentsPath}/${id}`);
  const units = new Set(incident.data?.units.map(({ unit_id }) => unit_id));
  useLiveRefresh(
    (change) =>
      change.entity === "incident" ? change.id === id : change.entity === "unit" && units.has(change.id),
    incident.reload,
  );
  return incident;
}

/** Incidents that are settled, newest failure first, at most 50; not before `isWanted`. */
export function useResolvedIncidents(isWanted: boolean): ItemState<Incident[]> {
  const resolved = useItemQuery<Incident[]>(isWanted ? incidentsPath : null, {
    status: "resolved",
    limit: 50,
  });
  useLiveRefresh((change) => isWanted && change.entity === "incident", resolved.reload);
  return resolved;
}

type Edit = { note?: string | null; is_resolved?: boolean };

function useIncidentChange<Input>(send: (input: Input) => Promise<Incident>, onChanged: () => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: async () => {
      onChanged();
      await queryClient.invalidateQueries({
        predicate: ({ queryKey }) => typeof queryKey[1] === "string" && queryKey[1].startsWith(incidentsPath),
      });
    },
  });
}

/** Writes a note, or marks an incident as resolved or open. @throws ApiError `incident_superseded`. */
export function useEditIncident(id: string, onChanged: () => void) {
  return useIncidentChange(
    (edit: Edit) => sendJson<Incident>("PATCH", `${incidentsPath}/${id}`, edit),
    onChanged,
  );
}

/** Begins to resume an incident's units. @throws ApiError `recovery_running`, `nothing_to_recover`. */
export function useRecoverIncident(id: string, onChanged: () => void) {
  return useIncidentChange(() => sendJson<Incident>("POST", `${incidentsPath}/${id}/recover`), onChanged);
}

/** Begins no further wave. @throws ApiError `recovery_not_running`. */
export function useStopRecovery(id: string, onChanged: () => void) {
  return useIncidentChange(
    () => sendJson<Incident>("POST", `${incidentsPath}/${id}/recover/stop`),
    onChanged,
  );
}
