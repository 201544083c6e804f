import type { Incident, IncidentDetails } from "../../../api/monitor-rows.ts";
import { describeError } from "../../../api/problem.ts";
import { Sparkline } from "../../../ui/chart/Sparkline.tsx";
import { Dialog } from "../../../ui/overlay/Dialog.tsx";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { Facts } from "../../../ui/page/Card.tsx";
import { DataStates } from "../../../ui/page/DataStates.tsx";
import { SkeletonBlock } from "../../../ui/page/Skeleton.tsx";
import { StatusBadge } from "../../../ui/status/StatusBadge.tsx";
import { formatCount, formatQuantity } from "../../../ui/value/format.ts";
import { LongText } from "../../../ui/value/LongText.tsx";
import { Moment } from "../../../ui/value/Moment.tsx";
import { RoleButton } from "../../session/public.ts";
import { IncidentNote } from "./IncidentNote.tsx";
import { IncidentSample } from "./IncidentSample.tsx";
import { IncidentUnits } from "./IncidentUnits.tsx";
import { useEditIncident, useIncident } from "./incident-api.ts";
import { consequenceWords, incidentAdvice, incidentTitle, trendWords } from "./incident-words.ts";
import { RecoverIncident } from "./RecoverIncident.tsx";
import { RecoveryProgress } from "./RecoveryProgress.tsx";
import { recoverWord } from "./recovery-words.ts";

type IncidentDialogProps = {
  incidentId: string;
  /** As the list knows it, shown while its details are on their way. */
  known: Incident | undefined;
  isPast: boolean;
  onChanged: () => void;
  onClose: () => void;
};

/** One incident with everything about it: its sample, its units, what people noted, and its recovery. */
export function IncidentDialog({ incidentId, known, isPast, onChanged, onClose }: IncidentDialogProps) {
  const incident = useIncident(incidentId);
  const summary = incident.data ?? known;
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={summary === undefined ? "Incident" : incidentTitle(summary)}
      footer={
        incident.data !== undefined &&
        !isPast && <IncidentActions incident={incident.data} onChanged={onChanged} />
      }
    >
      <DataStates
        data={incident.data}
        failure={incident.error === null ? null : describeError(incident.error)}
        skeleton={<SkeletonBlock lines={8} label="Loading the incident" />}
        onReload={incident.reload}
        reloading={incident.reloading}
      >
        {(shown) => <IncidentBody incident={shown} isPast={isPast} onChanged={onChanged} />}
      </DataStates>
    </Dialog>
  );
}

type PartProps = { incident: IncidentDetails; isPast: boolean; onChanged: () => void };

function IncidentBody({ incident, isPast, onChanged }: PartProps) {
  const { status, trend, recovery, units } = incident;
  return (
    <div className="incident-body">
      {isPast && (
        <p className="text-3">
          This is the incident as it is now. Go back to now to write a note, resolve or recover it.
        </p>
      )}
      <div className="incident-state">
        {status === "open" ? (
          <StatusBadge status="failed" word="open" pill />
        ) : (
          <StatusBadge status="completed" word="resolved" pill />
        )}
        <span className="text-2">{consequenceWords(incident)}.</span>
        <span className="spacer" />
        <span className="inline-row text-3 small">
          24 hours <Sparkline values={trend} label={trendWords(trend)} />
        </span>
      </div>
      {status === "resolved" && <ResolvedWords incident={incident} />}
      {status === "open" && <p>{incidentAdvice(incident)}</p>}
      {recovery !== null && (
        <RecoveryProgress
          incidentId={incident.id}
          recovery={recovery}
          isPast={isPast}
          onChanged={onChanged}
        />
      )}
      <pre className="code incident-message">
        <LongText text={incident.error_message} />
      </pre>
      <IncidentFacts incident={incident} />
      <IncidentSample incident={incident} />
      <IncidentUnits units={units} total={incident.unit_count} />
      <IncidentNote incident={incident} isPast={isPast} onChanged={onChanged} />
    </div>
  );
}

const resolvedWords = {
  recovered: "Resolved by its recovery",
  repaired: "Every unit was whole again when incidents began to be counted",
} as const;

function ResolvedWords({ incident }: { incident: Incident }) {
  const { resolved_because, resolved_by, resolved_at } = incident;
  const words =
    resolved_because === "recovered" || resolved_because === "repaired"
      ? resolvedWords[resolved_because]
      : `Marked as resolved by ${resolved_by ?? "somebody"}`;
  return (
    <p className="text-2">
      {words}
      {resolved_at !== null && (
        <>
          {", "}
          <Moment at={resolved_at} />
        </>
      )}
      . A further failure with this cause opens a new incident.
    </p>
  );
}

function IncidentFacts({ incident }: { incident: Incident }) {
  const { failure_count, first_seen_at, last_seen_at, provider, model, http_status } = incident;
  return (
    <Facts
      facts={[
        { name: "Failures", value: formatCount(failure_count) },
        {
          name: "Seen",
          value: (
            <>
              first <Moment at={first_seen_at} />, last <Moment at={last_seen_at} />
            </>
          ),
        },
        { name: "Model", value: model === null ? provider : `${provider}/${model}` },
        { name: "HTTP status", value: http_status },
        { name: "Step", value: incident.step_name },
        { name: "Flow", value: incident.flow_name },
        { name: "Code", value: incident.error_code !== null && <code>{incident.error_code}</code> },
      ]}
    />
  );
}

function IncidentActions({ incident, onChanged }: { incident: IncidentDetails; onChanged: () => void }) {
  const edit = useEditIncident(incident.id, onChanged);
  const isOpen = incident.status === "open";
  const { recover, recovery, unit_count_unrepaired } = incident;
  const settle = () =>
    edit.mutate(
      { is_resolved: isOpen },
      {
        onSuccess: () =>
          showToast({ tone: "ok", words: isOpen ? "Marked as resolved." : "The incident is open again." }),
      },
    );
  const refusal = edit.error === null ? null : describeError(edit.error);
  return (
    <>
      <span className="incident-refusal is-bad" role="alert">
        {refusal !== null && `${refusal.title}. ${refusal.text}`}
      </span>
      <RoleButton least="operator" large busy={edit.isPending} onClick={settle}>
        {isOpen ? "Mark as resolved" : "Open again"}
      </RoleButton>
      {isOpen && recovery?.state !== "running" && unit_count_unrepaired > 0 && (
        <RecoverIncident
          large
          incidentId={incident.id}
          word={
            recover.is_allowed
              ? recoverWord(unit_count_unrepaired, recover.estimate.cost_usd)
              : `Recover ${formatQuantity(unit_count_unrepaired, "unit")}`
          }
          onChanged={onChanged}
        />
      )}
    </>
  );
}
