import { useState } from "react";
import type { Disagreement } from "../../../api/engine-rows.ts";
import { describeError } from "../../../api/problem.ts";
import { paths } from "../../../paths.ts";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { ConfirmDialog } from "../../../ui/overlay/Dialog.tsx";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { StatusMark } from "../../../ui/status/StatusBadge.tsx";
import { LongText } from "../../../ui/value/LongText.tsx";
import { Moment } from "../../../ui/value/Moment.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";
import { RoleButton } from "../../session/public.ts";
import { useRepair } from "./disagreement-api.ts";
import { kindWordsOf, type RepairKind, repairWordsOf } from "./disagreement-words.ts";
import "./disagreements.css";

function addressOf({ flow_run_id, task_id, unit_id }: Disagreement): string | null {
  if (flow_run_id !== null) return paths.flowRun(flow_run_id);
  if (task_id !== null) return paths.task(task_id);
  return unit_id === null ? null : paths.unit(unit_id);
}

/** One disagreement: what it is about, what each side says, since when, and the ways to repair it. */
export function DisagreementItem({ disagreement }: { disagreement: Disagreement }) {
  const { kind, connection_name, title, since, ours, theirs } = disagreement;
  const address = addressOf(disagreement);
  const name = shortName(title, 120);
  return (
    <article className="disagreement" aria-label={`${kindWordsOf(kind)}: ${name}`}>
      <StatusMark status="suspect" />
      <div className="disagreement-words">
        <h3>
          {kindWordsOf(kind)}:{" "}
          {address === null ? (
            name
          ) : (
            <AppLink className="link" href={address}>
              {name}
            </AppLink>
          )}
        </h3>
        <dl className="disagreement-sides">
          <div>
            <dt>Here</dt>
            <dd>
              <LongText text={ours} limit={300} />
            </dd>
          </div>
          <div>
            <dt>{shortName(connection_name, 40)}</dt>
            <dd>
              <LongText text={theirs} limit={300} />
            </dd>
          </div>
        </dl>
        <p className="text-3 small">
          since <Moment at={since} />
        </p>
        <Repairs disagreement={disagreement} />
      </div>
    </article>
  );
}

function Repairs({ disagreement: { id, repairs } }: { disagreement: Disagreement }) {
  const [asking, setAsking] = useState<RepairKind | null>(null);
  const repair = useRepair(id);
  const words = repair.error === null ? null : describeError(repair.error);
  const failure = words === null ? undefined : `${words.title}. ${words.text}`;
  const start = (kind: RepairKind) =>
    repair.mutate(kind, {
      onSuccess: () => {
        setAsking(null);
        showToast({ tone: "ok", words: repairWordsOf(kind).done });
      },
    });
  const askFor = (kind: RepairKind) => {
    repair.reset();
    if (repairWordsOf(kind).question === null) start(kind);
    else setAsking(kind);
  };
  const asked = asking === null ? null : repairWordsOf(asking);
  return (
    <>
      <div className="disagreement-repairs">
        {repairs.map((kind) => (
          <RoleButton
            least="operator"
            key={kind}
            busy={repair.isPending && repair.variables === kind}
            onClick={() => askFor(kind)}
          >
            {repairWordsOf(kind).button}
          </RoleButton>
        ))}
      </div>
      {asking === null && failure !== undefined && (
        <p role="alert" className="is-bad field-error">
          {failure}
        </p>
      )}
      <ConfirmDialog
        open={asking !== null}
        title={asked?.question?.title ?? ""}
        confirmWord={asked?.button ?? ""}
        dangerous={asked?.dangerous ?? false}
        busy={repair.isPending}
        failure={failure}
        onConfirm={() => {
          if (asking !== null) start(asking);
        }}
        onClose={() => setAsking(null)}
      >
        {asked?.question?.consequence}
      </ConfirmDialog>
    </>
  );
}
