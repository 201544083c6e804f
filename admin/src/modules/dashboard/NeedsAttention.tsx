import type { ReactNode } from "react";
import { useItemQuery, useResource } from "../../api/item-query.ts";
import { useLiveRefresh } from "../../api/live/use-live.ts";
import { describeError } from "../../api/problem.ts";
import type { LlmRequestSummary, UnitSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { showToast } from "../../ui/overlay/toasts.ts";
import { Button } from "../../ui/page/Button.tsx";
import { SectionTitle } from "../../ui/page/Card.tsx";
import { EmptyState } from "../../ui/page/EmptyState.tsx";
import { StatusMark } from "../../ui/status/StatusBadge.tsx";
import { useNow } from "../../ui/value/clock.ts";
import { formatQuantity } from "../../ui/value/format.ts";
import { getFlowRunsByUnitId } from "../flow-runs/public.ts";
import { ContinueTask } from "../tasks/public.ts";
import { useRetryUnit } from "../units/public.ts";
import { attentionWordsOf, freshDoubtsOf } from "./attention.ts";
import "./needs-attention.css";

const shownUnits = 6;

type NeedsAttentionProps = {
  units: UnitSummary[];
  /** Whether accepted work waits because nothing executes it. */
  noWorker: boolean;
  onChanged: () => void;
};

/** What stopped and needs a decision, each with its reason and the way on. */
export function NeedsAttention({ units, noWorker, onChanged }: NeedsAttentionProps) {
  const doubts = useDoubts();
  const count = units.length + (doubts.length > 0 ? 1 : 0) + (noWorker ? 1 : 0);
  const more = units.length - shownUnits;
  return (
    <>
      <SectionTitle title="Needs attention" note={count} />
      <section className="card incidents" aria-label="Needs attention">
        {count === 0 && (
          <EmptyState icon="check" title="Nothing needs you">
            Units that fail, stop half way or wait for a decision appear here with their reason.
          </EmptyState>
        )}
        {noWorker && <WorkerIncident />}
        {units.slice(0, shownUnits).map((unit) => (
          <UnitIncident key={unit.id} unit={unit} onChanged={onChanged} />
        ))}
        {doubts.length > 0 && <DoubtIncident count={doubts.length} />}
        {more > 0 && (
          <div className="card-foot">
            <span>and {formatQuantity(more, "more unit")}</span>
            <span className="spacer" />
            <AppLink className="link" href={paths.units({ status: "failed" })}>
              All failed units
            </AppLink>
          </div>
        )}
      </section>
    </>
  );
}

function useDoubts(): LlmRequestSummary[] {
  const requests = useItemQuery<LlmRequestSummary[]>("/llm/requests", { status: "in_doubt", limit: 100 });
  useLiveRefresh(
    (change) => change.entity === "llm_request" && change.patch?.status === "in_doubt",
    requests.reload,
  );
  return freshDoubtsOf(requests.data ?? [], useNow());
}

type IncidentProps = { status: string; title: ReactNode; text: ReactNode; actions: ReactNode };

function Incident({ status, title, text, actions }: IncidentProps) {
  return (
    <article className="incident">
      <StatusMark status={status} />
      <div>
        <h3>{title}</h3>
        <p className="text-2">{text}</p>
        <div className="incident-actions">{actions}</div>
      </div>
    </article>
  );
}

/** The newest failed run of the unit, where its failure can be read; null when none failed. */
function useFailedRunId(unit: UnitSummary): string | null {
  const run = useResource(
    ["failed-run", unit.id, unit.task_id],
    async (signal) =>
      (await getFlowRunsByUnitId(unit.id, { status: "failed", limit: 1 }, signal)).rows[0] ?? null,
    unit.status !== "paused",
  );
  return run.data?.id ?? null;
}

function UnitIncident({ unit, onChanged }: { unit: UnitSummary; onChanged: () => void }) {
  const failedRunId = useFailedRunId(unit);
  const words = attentionWordsOf(unit);
  const look = (
    <AppLink
      className="button"
      href={failedRunId === null ? paths.unit(unit.id) : paths.flowRun(failedRunId)}
    >
      Look
    </AppLink>
  );
  const onward =
    unit.status === "paused" && unit.task_id !== null ? (
      <ContinueTask taskId={unit.task_id} onContinued={onChanged} />
    ) : (
      <ResumeUnit unit={unit} onResumed={onChanged} />
    );
  return (
    <Incident
      status={words.status}
      title={<AppLink href={paths.unit(unit.id)}>{words.title}</AppLink>}
      text={words.text}
      actions={
        <>
          {look}
          {onward}
        </>
      }
    />
  );
}

function ResumeUnit({ unit, onResumed }: { unit: UnitSummary; onResumed: () => void }) {
  const retry = useRetryUnit(unit.id);
  // Awaited here: the lists are read again first, which takes this row away and with it any callback of the mutation.
  const resume = async () => {
    try {
      await retry.mutateAsync("resume");
      showToast({ tone: "ok", words: `${unit.title} goes on; finished steps are not paid again.` });
      onResumed();
    } catch (error) {
      const words = describeError(error);
      showToast({ tone: "bad", words: `${words.title}. ${words.text}` });
    }
  };
  return (
    <Button
      busy={retry.isPending}
      title="Only what is missing runs again; finished steps are kept"
      onClick={() => void resume()}
    >
      Resume
    </Button>
  );
}

function WorkerIncident() {
  return (
    <Incident
      status="failed"
      title="No worker is alive"
      text={
        <>
          What is accepted is kept and waits. Start one with <code>coursewright worker</code>.
        </>
      }
      actions={
        <AppLink className="button" href={paths.tasks()}>
          Look
        </AppLink>
      }
    />
  );
}

function DoubtIncident({ count }: { count: number }) {
  const one = count === 1;
  return (
    <Incident
      status="in_doubt"
      title={`${formatQuantity(count, "request")} ${one ? "is" : "are"} in doubt`}
      text={`Sent in the last 24 hours by a process that died before an answer came. ${one ? "It" : "They"} may have been charged.`}
      actions={
        <AppLink className="button" href={paths.llmRequests({ status: "in_doubt" })}>
          Look
        </AppLink>
      }
    />
  );
}
