import { type ReactNode, useState } from "react";
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

const shownAtFirst = 6;
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
  const { broken, brokenBeyond, paused } = stopped;
  const changed = () => {
    stopped.reload();
    onChanged();
  };
  const items = [
    ...healthItems(answer),
    ...incidentItems(answer, { isPast: false, onLook, onChanged: changed }),
    ...paused.flatMap((group) =>
      group.units.length < leastGroup
        ? group.units.map((unit) => <UnitItem key={unit.id} unit={unit} onChanged={changed} />)
        : [<PausedUnits key={group.reason} group={group} hasMore={stopped.hasMorePaused} />],
    ),
    ...broken.map((unit) => <UnitItem key={unit.id} unit={unit} onChanged={changed} />),
    ...(doubts > 0 ? [<DoubtItem key="doubts" count={doubts} />] : []),
  ];
  const beyond = answer.incident_total - answer.incidents.length;
  return (
    <>
      <SectionTitle title="Needs attention" note={formatCount(items.length + beyond + brokenBeyond)} />
      <section className="card incidents" aria-label="Needs attention">
        {items.length + brokenBeyond === 0 && (
          <EmptyState icon="check" title="Nothing needs you">
            Failures appear here grouped by their cause, beside units that wait for a decision.
          </EmptyState>
        )}
        <FoldedItems items={items}>
          <OlderIncidents count={beyond} />
          <OtherUnits count={brokenBeyond} />
        </FoldedItems>
        <ResolvedIncidents onLook={onLook} />
      </section>
    </>
  );
}

function PastReasons({ answer, onLook, onChanged }: ReasonsProps) {
  const items = [...healthItems(answer), ...incidentItems(answer, { isPast: true, onLook, onChanged })];
  const beyond = answer.incident_total - answer.incidents.length;
  return (
    <>
      <SectionTitle title="Needed attention" note={formatCount(items.length + beyond)} />
      <section className="card incidents" aria-label="Needed attention">
        {items.length === 0 && (
          <EmptyState icon="check" title="Nothing needed anybody">
            No incident was open at this moment and everything was well.
          </EmptyState>
        )}
        <FoldedItems items={items}>
          <OlderIncidents count={beyond} />
        </FoldedItems>
      </section>
    </>
  );
}

const healthItems = ({ health }: CourseGeneration) =>
  healthReasonsOf(health).map((part) => <HealthReason key={`${part.kind} ${part.name}`} part={part} />);

type ItemsOptions = { isPast: boolean; onLook: (id: string) => void; onChanged: () => void };

const incidentItems = ({ incidents }: CourseGeneration, { isPast, onLook, onChanged }: ItemsOptions) =>
  incidents.map((incident) => (
    <IncidentItem
      key={incident.id}
      incident={incident}
      isPast={isPast}
      onLook={onLook}
      onChanged={onChanged}
    />
  ));

/** The first six, the rest once somebody asks for it; what was not read at all is told below the last. */
function FoldedItems({ items, children }: { items: ReactNode[]; children: ReactNode }) {
  const [isWhole, setWhole] = useState(false);
  if (isWhole || items.length <= shownAtFirst) {
    return (
      <>
        {items}
        {children}
      </>
    );
  }
  return (
    <>
      {items.slice(0, shownAtFirst)}
      <div className="card-foot">
        <Button look="quiet" onClick={() => setWhole(true)}>
          Show all {formatCount(items.length)}
        </Button>
      </div>
    </>
  );
}

function OlderIncidents({ count }: { count: number }) {
  if (count <= 0) return null;
  return (
    <div className="card-foot">
      <span>and {formatQuantity(count, "older incident")}; resolve some to see them</span>
    </div>
  );
}

function OtherUnits({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <div className="card-foot">
      <span>and {formatQuantity(count, "more unit")} without an open incident</span>
      <span className="spacer" />
      <AppLink className="link" href={paths.units({ status: "failed,partial" })}>
        All stopped units
      </AppLink>
    </div>
  );
}
