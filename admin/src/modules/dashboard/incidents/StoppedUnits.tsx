import { useResource } from "../../../api/item-query.ts";
import { describeError } from "../../../api/problem.ts";
import type { UnitSummary } from "../../../api/rows.ts";
import { paths } from "../../../paths.ts";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { formatQuantity } from "../../../ui/value/format.ts";
import { shortName } from "../../../ui/value/visible-text.ts";
import { getFlowRunsByUnitId } from "../../flow-runs/public.ts";
import { RoleButton } from "../../session/public.ts";
import { ContinueTask } from "../../tasks/public.ts";
import { useRetryUnit } from "../../units/public.ts";
import { attentionWordsOf, type PausedGroup } from "./attention.ts";
import { ReasonItem } from "./ReasonItem.tsx";

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

/** A unit that needs somebody and belongs to no incident. */
export function UnitItem({ unit, onChanged }: { unit: UnitSummary; onChanged: () => void }) {
  const failedRunId = useFailedRunId(unit);
  const words = attentionWordsOf(unit);
  return (
    <ReasonItem
      status={words.status}
      title={<AppLink href={paths.unit(unit.id)}>{words.title}</AppLink>}
      text={<p>{words.text}</p>}
      actions={
        <>
          <AppLink
            className="button"
            href={failedRunId === null ? paths.unit(unit.id) : paths.flowRun(failedRunId)}
          >
            Look
          </AppLink>
          {unit.status === "paused" && unit.task_id !== null ? (
            <ContinueTask taskId={unit.task_id} onContinued={onChanged} />
          ) : (
            <ResumeUnit unit={unit} onResumed={onChanged} />
          )}
        </>
      }
    />
  );
}

type PausedUnitsProps = {
  group: PausedGroup;
  /** Whether more units are paused than were read, maybe for this reason. */
  hasMore: boolean;
};

/** Units that wait for one and the same reason. */
export function PausedUnits({ group, hasMore }: PausedUnitsProps) {
  return (
    <ReasonItem
      status="paused"
      title={`${hasMore ? "At least " : ""}${formatQuantity(group.units.length, "unit")} are paused`}
      text={<p>{group.reason}</p>}
      actions={
        <AppLink className="button" href={paths.units({ status: "paused" })}>
          Look
        </AppLink>
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
      showToast({
        tone: "ok",
        words: `${shortName(unit.title)} goes on; finished steps are not paid again.`,
      });
      onResumed();
    } catch (error) {
      const words = describeError(error);
      showToast({ tone: "bad", words: `${words.title}. ${words.text}` });
    }
  };
  return (
    <RoleButton
      least="operator"
      busy={retry.isPending}
      title="Only what is missing runs again; finished steps are kept"
      onClick={() => void resume()}
    >
      Resume
    </RoleButton>
  );
}

/** Requests that were sent and whose outcome is not known. */
export function DoubtItem({ count }: { count: number }) {
  const one = count === 1;
  return (
    <ReasonItem
      status="in_doubt"
      title={`${formatQuantity(count, "request")} ${one ? "is" : "are"} in doubt`}
      text={
        <p>
          Sent in the last 24 hours by a process that died before an answer came. {one ? "It" : "They"} may
          have been charged.
        </p>
      }
      actions={
        <AppLink className="button" href={paths.llmRequests({ status: "in_doubt" })}>
          Look
        </AppLink>
      }
    />
  );
}
