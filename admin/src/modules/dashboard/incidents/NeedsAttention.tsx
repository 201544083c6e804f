import { useState } from "react";
import type { CourseGeneration } from "../../../api/monitor-rows.ts";
import { paths } from "../../../paths.ts";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { useSearchParams } from "../../../ui/link/search-params.ts";
import { Button } from "../../../ui/page/Button.tsx";
import { SectionTitle } from "../../../ui/page/Card.tsx";
import { EmptyState } from "../../../ui/page/EmptyState.tsx";
import { formatCount, formatQuantity } from "../../../ui/value/format.ts";
import { HealthReason, healthReasonsOf } from "./HealthReasons.tsx";
import { IncidentDialog } from "./IncidentDialog.tsx";
import { IncidentItem } from "./IncidentItem.tsx";
import { ResolvedIncidents } from "./ResolvedIncidents.tsx";
import { DoubtItem, PausedUnits, UnitItem } from "./StoppedUnits.tsx";
import { useDoubts, useStoppedUnits } from "./stopped-units.ts";
import "./incidents.css";

const shownIncidents = 5;
const shownUnits = 6;
/** Fewer paused units of one reason stand for themselves, each with its button. */
const leastGroup = 3;

type NeedsAttentionProps = {
  answer: CourseGeneration;
  /** No action is offered for a past moment. */
  isPast: boolean;
  onChanged: () => void;
};

/** What needs a decision: what is not well, failures by their cause, and what stopped for another reason. `?incident=` opens one. */
export function NeedsAttention({ answer, isPast, onChanged }: NeedsAttentionProps) {
  const [search, change] = useSearchParams();
  const opened = search.incident ?? "";
  const look = (id: string) => change({ incident: id });
  return (
    <>
      {isPast ? (
        <PastReasons answer={answer} onLook={look} onChanged={onChanged} />
      ) : (
        <PresentReasons answer={answer} onLook={look} onChanged={onChanged} />
      )}
      {opened !== "" && (
        <IncidentDialog
          key={opened}
          incidentId={opened}
          known={answer.incidents.find(({ id }) => id === opened)}
          isPast={isPast}
          onChanged={onChanged}
          onClose={() => change({ incident: "" })}
        />
      )}
    </>
  );
}

type ReasonsProps = {
  answer: CourseGeneration;
  onLook: (id: string) => void;
  onChanged: () => void;
};

function PresentReasons({ answer, onLook, onChanged }: ReasonsProps) {
  const doubts = useDoubts();
  const stopped = useStoppedUnits(answer);
  const { broken, brokenBeyond } = stopped;
  const health = healthReasonsOf(answer.health);
  const units = broken.length + brokenBeyond + stopped.paused.length;
  const count = health.length + answer.incident_total + units + (doubts > 0 ? 1 : 0);
  const changed = () => {
    stopped.reload();
    onChanged();
  };
  const more = brokenBeyond + Math.max(0, broken.length - shownUnits);
  return (
    <>
      <SectionTitle title="Needs attention" note={formatCount(count)} />
      <section className="card incidents" aria-label="Needs attention">
        {count === 0 && (
          <EmptyState icon="check" title="Nothing needs you">
            Failures appear here grouped by their cause, beside units that wait for a decision.
          </EmptyState>
        )}
        {health.map((part) => (
          <HealthReason key={`${part.kind} ${part.name}`} part={part} />
        ))}
        <Incidents answer={answer} isPast={false} onLook={onLook} onChanged={changed} />
        {stopped.paused.map((group) =>
          group.units.length < leastGroup ? (
            group.units.map((unit) => <UnitItem key={unit.id} unit={unit} onChanged={changed} />)
          ) : (
            <PausedUnits key={group.reason} group={group} hasMore={stopped.hasMorePaused} />
          ),
        )}
        {broken.slice(0, shownUnits).map((unit) => (
          <UnitItem key={unit.id} unit={unit} onChanged={changed} />
        ))}
        {more > 0 && (
          <div className="card-foot">
            <span>and {formatQuantity(more, "more unit")} without an open incident</span>
            <span className="spacer" />
            <AppLink className="link" href={paths.units({ status: "failed,partial" })}>
              All stopped units
            </AppLink>
          </div>
        )}
        {doubts > 0 && <DoubtItem count={doubts} />}
        <ResolvedIncidents onLook={onLook} />
      </section>
    </>
  );
}

function PastReasons({ answer, onLook, onChanged }: ReasonsProps) {
  const health = healthReasonsOf(answer.health);
  const count = health.length + answer.incident_total;
  return (
    <>
      <SectionTitle title="Needed attention" note={formatCount(count)} />
      <section className="card incidents" aria-label="Needed attention">
        {count === 0 && (
          <EmptyState icon="check" title="Nothing needed anybody">
            No incident was open at this moment and everything was well.
          </EmptyState>
        )}
        {health.map((part) => (
          <HealthReason key={`${part.kind} ${part.name}`} part={part} />
        ))}
        <Incidents answer={answer} isPast onLook={onLook} onChanged={onChanged} />
      </section>
    </>
  );
}

function Incidents({ answer, isPast, onLook, onChanged }: ReasonsProps & { isPast: boolean }) {
  const [isWhole, setWhole] = useState(false);
  const { incidents, incident_total } = answer;
  const shown = isWhole ? incidents : incidents.slice(0, shownIncidents);
  const folded = incidents.length - shown.length;
  const beyond = incident_total - incidents.length;
  return (
    <>
      {shown.map((incident) => (
        <IncidentItem
          key={incident.id}
          incident={incident}
          isPast={isPast}
          onLook={() => onLook(incident.id)}
          onChanged={onChanged}
        />
      ))}
      {(folded > 0 || beyond > 0) && (
        <div className="card-foot">
          {folded > 0 && (
            <Button look="quiet" onClick={() => setWhole(true)}>
              Show {formatQuantity(folded, "more incident")}
            </Button>
          )}
          {folded === 0 && (
            <span>and {formatQuantity(beyond, "older incident")}; resolve some to see them</span>
          )}
        </div>
      )}
    </>
  );
}
