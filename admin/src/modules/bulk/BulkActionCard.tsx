import { useMutation } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useState } from "react";
import type { BulkAction, TaskDetail } from "../../api/detail-rows.ts";
import { describeError } from "../../api/problem.ts";
import { paths } from "../../paths.ts";
import { StatusChip } from "../../ui/filter/Filters.tsx";
import { showToast } from "../../ui/overlay/toasts.ts";
import { Card } from "../../ui/page/Card.tsx";
import { DataStates } from "../../ui/page/DataStates.tsx";
import { SkeletonRows } from "../../ui/page/Skeleton.tsx";
import { ProgressBar } from "../../ui/status/ProgressBar.tsx";
import { formatCount } from "../../ui/value/format.ts";
import { RoleButton } from "../session/public.ts";
import "./bulk.css";
import { BulkDialog, useBulkQuestion } from "./BulkDialog.tsx";
import { BulkItems } from "./BulkItems.tsx";
import { type BulkItemStatus, bulkItemStatuses, listUnsuccessful, useBulkAction } from "./bulk-api.ts";
import { describeFilter, orderOver, outcomeSentence, quantityOf, verbWordsOf } from "./bulk-words.ts";

/** What a bulk action does, how far it is, and what became of each thing. */
export function BulkActionCard({ task }: { task: Pick<TaskDetail, "id" | "completed_at"> }) {
  const action = useBulkAction(task.id);
  return (
    <DataStates
      data={action.data}
      failure={action.error === null ? null : describeError(action.error)}
      skeleton={
        <section className="card">
          <SkeletonRows rows={5} label="Loading the bulk action" />
        </section>
      }
      onReload={action.reload}
      reloading={action.reloading}
    >
      {(shown) => <ActionContent action={shown} ended={task.completed_at !== null} />}
    </DataStates>
  );
}

function ActionContent({ action, ended }: { action: BulkAction; ended: boolean }) {
  const [chosen, setChosen] = useState<BulkItemStatus | "" | null>(null);
  // What needs a person comes first: without a choice of the reader, failures are shown where there are some.
  const shown = chosen ?? (ended ? firstToRead(action) : "");
  const { button } = verbWordsOf(action.action);
  return (
    <Card
      title={`${button}: ${quantityOf(action.entity, action.total)}`}
      note={describeFilter(action.filter)}
      actions={ended && <AgainButton action={action} />}
    >
      <div className="bulk-progress">
        <p className="text-2" role="status">
          {outcomeSentence(action, ended)}
        </p>
        {!ended && (
          <ProgressBar
            percentage={action.total === 0 ? 100 : ((action.total - action.pending) / action.total) * 100}
            label="Progress of the bulk action"
            numbered
          />
        )}
      </div>
      <fieldset className="bulk-counts" aria-label="Show items by outcome">
        <button type="button" className="chip" aria-pressed={shown === ""} onClick={() => setChosen("")}>
          <b>All</b> {formatCount(action.total)}
        </button>
        {bulkItemStatuses.map((status) => (
          <StatusChip
            key={status}
            status={status}
            count={action[status]}
            pressed={shown === status}
            onToggle={() => setChosen(shown === status ? "" : status)}
          />
        ))}
      </fieldset>
      <BulkItems key={shown} taskId={action.task_id} status={shown} ended={ended} />
    </Card>
  );
}

function firstToRead(action: BulkAction): BulkItemStatus | "" {
  if (action.failed > 0) return "failed";
  return action.refused > 0 ? "refused" : "";
}

function AgainButton({ action }: { action: BulkAction }) {
  const router = useRouter();
  const { question, ask, close } = useBulkQuestion();
  const count = action.failed + action.refused;
  const collect = useMutation({
    mutationFn: () => listUnsuccessful(action.task_id),
    onSuccess: (ids) => ask(orderOver(action, ids)),
    onError: (error) => {
      const words = describeError(error);
      showToast({ tone: "bad", words: `${words.title}. ${words.text}` });
    },
  });
  if (count === 0) return null;
  return (
    <>
      <RoleButton least="operator" busy={collect.isPending} onClick={() => collect.mutate()}>
        Try {count === 1 ? "the one" : `the ${formatCount(count)}`} that did not work again
      </RoleButton>
      {question !== null && (
        <BulkDialog
          key={question.askedAt}
          question={question}
          onClose={close}
          onStarted={(taskId) => void router.navigate({ href: paths.task(taskId) })}
        />
      )}
    </>
  );
}
