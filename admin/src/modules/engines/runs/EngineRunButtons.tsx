import { useState } from "react";
import type { EngineRun } from "../../../api/engine-rows.ts";
import { describeError } from "../../../api/problem.ts";
import { ConfirmDialog } from "../../../ui/overlay/Dialog.tsx";
import { RoleButton } from "../../session/public.ts";
import { type RunActionKind, useActOnRun } from "./engine-run-api.ts";
import { askedWordOf, isOpen } from "./outside-words.ts";
import "../../../ui/form/form.css";

/** Why an action cannot be asked for now; undefined when it can. What was asked and is not settled is not asked twice. */
export function reasonAgainst(run: EngineRun, kind: RunActionKind): string | undefined {
  const open = run.recent_actions.find((action) => action.kind === kind && isOpen(action));
  if (open !== undefined) return "It was asked already and is not settled yet.";
  return run.actions.find((action) => action.kind === kind)?.why_not ?? undefined;
}

type EngineRunButtonsProps = {
  run: EngineRun;
  /** Where the page has its own way to cancel. */
  withoutCancel?: boolean;
};

/** Cancel, retry and resume, each with the reason where it is not possible. */
export function EngineRunButtons({ run, withoutCancel = false }: EngineRunButtonsProps) {
  const [asking, setAsking] = useState(false);
  const act = useActOnRun(run.flow_run_id);
  const words = act.error === null ? null : describeError(act.error);
  const failure = words === null ? undefined : `${words.title}. ${words.text}`;
  const askFor = (kind: RunActionKind) => {
    if (kind === "cancel") {
      act.reset();
      setAsking(true);
    } else act.mutate(kind);
  };
  const cancel = () => act.mutate("cancel", { onSuccess: () => setAsking(false) });
  const offered = run.actions.filter(({ kind }) => !(withoutCancel && kind === "cancel"));
  const refused = offered.flatMap(({ kind }) => {
    const reason = reasonAgainst(run, kind);
    return reason === undefined ? [] : [{ kind, reason }];
  });
  return (
    <>
      <div className="on-prefect-buttons">
        {offered.map(({ kind }) => (
          <RoleButton
            least="operator"
            key={kind}
            disabledReason={reasonAgainst(run, kind)}
            busy={act.isPending && act.variables === kind}
            onClick={() => askFor(kind)}
          >
            {askedWordOf(kind)}
          </RoleButton>
        ))}
      </div>
      {refused.length > 0 && (
        <p className="text-3 small" aria-hidden="true">
          {refused.map(({ kind, reason }) => `${askedWordOf(kind)}: ${reason}`).join(" ")}
        </p>
      )}
      {!asking && failure !== undefined && (
        <p role="alert" className="is-bad field-error">
          {failure}
        </p>
      )}
      <ConfirmDialog
        open={asking}
        title="Cancel this run on Prefect?"
        confirmWord="Cancel the run"
        dangerous
        busy={act.isPending}
        failure={failure}
        onConfirm={cancel}
        onClose={() => setAsking(false)}
      >
        Prefect is asked to end the run with everything below it. Its process ends within seconds, or when
        Prefect's own time limit is over where nobody carries it any more. What it has returned until then is
        kept; a run that is retried later begins again on Prefect.
      </ConfirmDialog>
    </>
  );
}
