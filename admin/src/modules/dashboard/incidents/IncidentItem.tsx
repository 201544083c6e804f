import type { Incident } from "../../../api/monitor-rows.ts";
import { describeError } from "../../../api/problem.ts";
import { paths } from "../../../paths.ts";
import { Sparkline } from "../../../ui/chart/Sparkline.tsx";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { Button } from "../../../ui/page/Button.tsx";
import { formatQuantity } from "../../../ui/value/format.ts";
import { Moment, RelativeTime } from "../../../ui/value/Moment.tsx";
import { shortName, visibleText } from "../../../ui/value/visible-text.ts";
import { RoleButton } from "../../session/public.ts";
import { useEditIncident } from "./incident-api.ts";
import { consequenceWords, incidentTitle, trendWords } from "./incident-words.ts";
import { ReasonItem } from "./ReasonItem.tsx";
import { RecoverIncident } from "./RecoverIncident.tsx";
import { RecoveryProgress } from "./RecoveryProgress.tsx";

type IncidentItemProps = {
  incident: Incident;
  isPast: boolean;
  onLook: (id: string) => void;
  onChanged: () => void;
};

/** Failures with one cause: what happened, what follows, and the way on. */
export function IncidentItem({ incident, isPast, onLook, onChanged }: IncidentItemProps) {
  const { recovery, unit_count, unit_count_unrepaired, first_seen_at, last_seen_at, failure_count } =
    incident;
  const isRecovering = recovery?.state === "running";
  const canRecover = !isPast && !isRecovering && unit_count_unrepaired > 0;
  const isSettled = !isPast && !isRecovering && unit_count_unrepaired === 0;
  return (
    <ReasonItem
      status={unit_count_unrepaired > 0 || unit_count === 0 ? "failed" : "to_review"}
      title={incidentTitle(incident)}
      aside={<Sparkline values={incident.trend} label={trendWords(incident.trend)} />}
      text={
        <>
          <p>
            {consequenceWords(incident)}
            <OnlyUnit incident={incident} />, since <Moment at={first_seen_at} />
            {failure_count > 1 && (
              <>
                {", last "}
                <span className="no-wrap">
                  {isPast ? <Moment at={last_seen_at} /> : <RelativeTime at={last_seen_at} />}
                </span>
              </>
            )}
            .
          </p>
          {incident.note !== null && <p className="incident-note">{visibleText(incident.note)}</p>}
          {recovery !== null && recovery.state !== "completed" && (
            <RecoveryProgress
              incidentId={incident.id}
              recovery={recovery}
              isPast={isPast}
              isShort
              onChanged={onChanged}
            />
          )}
        </>
      }
      actions={
        <>
          <Button onClick={() => onLook(incident.id)}>Look</Button>
          {canRecover && (
            <RecoverIncident
              incidentId={incident.id}
              word={`Recover ${formatQuantity(unit_count_unrepaired, "unit")}`}
              onChanged={onChanged}
            />
          )}
          {isSettled && <ResolveIncident incidentId={incident.id} onChanged={onChanged} />}
        </>
      }
    />
  );
}

/** Where one unit alone is affected, which one. */
function OnlyUnit({ incident: { unit_count, sample } }: { incident: Incident }) {
  if (unit_count !== 1 || sample === null || sample.unit_id === null || sample.unit_title === null)
    return null;
  return (
    <>
      {": "}
      <AppLink className="link" href={paths.unit(sample.unit_id)}>
        {shortName(sample.unit_title)}
      </AppLink>
    </>
  );
}

function ResolveIncident({ incidentId, onChanged }: { incidentId: string; onChanged: () => void }) {
  const edit = useEditIncident(incidentId, onChanged);
  const resolve = () =>
    edit.mutate(
      { is_resolved: true },
      {
        onError: (error) => {
          const words = describeError(error);
          showToast({ tone: "bad", words: `${words.title}. ${words.text}` });
        },
      },
    );
  return (
    <RoleButton
      least="operator"
      busy={edit.isPending}
      title="A further failure with this cause opens a new incident"
      onClick={resolve}
    >
      Mark as resolved
    </RoleButton>
  );
}
