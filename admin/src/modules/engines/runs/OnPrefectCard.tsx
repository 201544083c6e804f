import type { ReactNode } from "react";
import type { EngineRun } from "../../../api/engine-rows.ts";
import { describeError } from "../../../api/problem.ts";
import { paths } from "../../../paths.ts";
import { Icon } from "../../../ui/icon/Icon.tsx";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { Card, Facts } from "../../../ui/page/Card.tsx";
import { DataStates } from "../../../ui/page/DataStates.tsx";
import { SkeletonBlock } from "../../../ui/page/Skeleton.tsx";
import { CopyId } from "../../../ui/value/CopyId.tsx";
import { LongText } from "../../../ui/value/LongText.tsx";
import { Moment, RelativeTime } from "../../../ui/value/Moment.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";
import { RoleButton } from "../../session/public.ts";
import { useConnections } from "../connections-api.ts";
import { EngineActions } from "./EngineActions.tsx";
import { EngineRunButtons } from "./EngineRunButtons.tsx";
import { useEngineRun, useReadRunAgain } from "./engine-run-api.ts";
import { OpenOnPrefect } from "./RunMarks.tsx";
import "./runs.css";
import { connectionLook, isOut, outageWords } from "../engine-words.ts";

type OnPrefectCardProps = {
  flowRunId: string;
  /** How far the run is, as a bar. */
  progress?: ReactNode;
  /** Where another page has the details: the state, what is doubtful and what can be asked only. */
  short?: boolean;
};

/** What Prefect says of a run, what can be asked of it, and what became of that. */
export function OnPrefectCard({ flowRunId, progress, short = false }: OnPrefectCardProps) {
  const run = useEngineRun(flowRunId);
  return (
    <Card
      title="On Prefect"
      padded
      actions={
        run.data !== undefined && (
          <>
            <OpenOnPrefect href={run.data.external_url} what="the run">
              Open in Prefect
            </OpenOnPrefect>
            <ReadAgain flowRunId={flowRunId} />
          </>
        )
      }
    >
      <DataStates
        data={run.data}
        failure={run.error === null ? null : describeError(run.error)}
        skeleton={<SkeletonBlock lines={6} label="Loading what Prefect says" />}
        onReload={run.reload}
        reloading={run.reloading}
      >
        {(shown) => <OnPrefect run={shown} short={short} progress={progress} />}
      </DataStates>
    </Card>
  );
}

function ReadAgain({ flowRunId }: { flowRunId: string }) {
  const read = useReadRunAgain(flowRunId);
  const start = () =>
    read.mutate(undefined, {
      onSuccess: () => showToast({ tone: "ok", words: "The run was read from Prefect." }),
      onError: (error) => {
        const words = describeError(error);
        showToast({ tone: "bad", words: `${words.title}. ${words.text}` });
      },
    });
  return (
    <RoleButton least="operator" look="quiet" icon="reload" busy={read.isPending} onClick={start}>
      Read again now
    </RoleButton>
  );
}

type ShownRun = { run: EngineRun };

function OnPrefect({ run, short, progress }: ShownRun & { short: boolean; progress: ReactNode }) {
  return (
    <div className="on-prefect">
      <Doubts run={run} />
      {short ? <ShortFacts run={run} /> : <AllFacts run={run} progress={progress} />}
      {run.connection.is_removed ? (
        <p className="text-3 small">The connection was removed: nothing can be asked of this run any more.</p>
      ) : (
        <EngineRunButtons run={run} withoutCancel={short} />
      )}
      <EngineActions actions={run.recent_actions} most={short ? 2 : 5} />
    </div>
  );
}

function Note({ children }: { children: ReactNode }) {
  return (
    <p className="on-prefect-note is-warn" role="status">
      <Icon name="triangle" small className="is-warn" />
      <span>{children}</span>
    </p>
  );
}

/** What is not certain about the run. None of it is a status: the run keeps the last one that Prefect told. */
function Doubts({ run }: ShownRun) {
  const { suspect_since, suspect_reason, missing_upstream_at, is_cancel_unconfirmed } = run;
  return (
    <>
      {suspect_since !== null && (
        <Note>
          <b className="strong">Suspect</b> since <Moment at={suspect_since} />:{" "}
          <LongText text={suspect_reason ?? "it gives no sign of life."} />
        </Note>
      )}
      {missing_upstream_at !== null && (
        <Note>
          Prefect does not know this run any more, since <Moment at={missing_upstream_at} />. What stands here
          is its last known state.
        </Note>
      )}
      {is_cancel_unconfirmed && (
        <Note>
          Prefect says cancelled, while steps of the run have not ended: its process may still be at work.
        </Note>
      )}
      <Outage run={run} />
    </>
  );
}

function Outage({ run: { connection, observed_at } }: ShownRun) {
  const now = useConnections().data?.find(({ id }) => id === connection.id) ?? connection;
  if (!isOut(now)) return null;
  return (
    <Note>
      Prefect {outageWords(now.health)}: the run is shown as of{" "}
      <Moment at={observed_at ?? now.last_sync_at} />.
    </Note>
  );
}

function State({ run: { state_name, state_type, state_at } }: ShownRun) {
  const name = state_name ?? state_type;
  if (name === null) return "not read yet";
  const isOwnName = state_type !== null && name.toLowerCase() !== state_type.toLowerCase();
  return (
    <>
      <bdi className="strong">{shortName(name, 80)}</bdi>
      {isOwnName && <span className="text-3"> ({state_type})</span>}
      {state_at !== null && (
        <span className="text-2">
          {" since "}
          <Moment at={state_at} />
        </span>
      )}
    </>
  );
}

function ShortFacts({ run }: ShownRun) {
  return (
    <Facts
      facts={[
        { name: "State", value: <State run={run} /> },
        { name: "Work pool", value: run.work_pool_name !== null && shortName(run.work_pool_name) },
        {
          name: "Run",
          value: (
            <AppLink className="link" href={paths.flowRun(run.flow_run_id)}>
              {shortName(run.run_name ?? "its steps and log", 80)}
            </AppLink>
          ),
        },
      ]}
    />
  );
}

const progressSources: Readonly<Record<NonNullable<EngineRun["progress_source"]>, string>> = {
  artifact: "told by the flow's progress artifact",
  label: "counted against the total that its label names",
  counts: "counted; the end is not known",
};

function Progress({ run, progress }: ShownRun & { progress: ReactNode }) {
  if (run.progress_source === null) return progress;
  return (
    <>
      {progress}
      <span className="text-3 small on-prefect-source">{progressSources[run.progress_source]}</span>
    </>
  );
}

function AllFacts({ run, progress }: ShownRun & { progress: ReactNode }) {
  return (
    <Facts
      facts={[
        { name: "State", value: <State run={run} /> },
        { name: "Attempt", value: run.attempt },
        { name: "Run", value: run.run_name !== null && shortName(run.run_name, 80) },
        {
          name: "Deployment",
          value:
            run.deployment_name === null ? (
              <span className="text-3">none: it was started by hand</span>
            ) : (
              shortName(run.deployment_name, 120)
            ),
        },
        { name: "Work pool", value: run.work_pool_name !== null && shortName(run.work_pool_name, 80) },
        {
          name: "Progress",
          value: <Progress run={run} progress={progress} />,
        },
        {
          name: "Heartbeat",
          value: run.last_heartbeat_at !== null && <RelativeTime at={run.last_heartbeat_at} />,
        },
        { name: "Observed", value: <Observed run={run} /> },
        { name: "Connection", value: <ConnectionFact run={run} /> },
        { name: "Prefect's id", value: <CopyId id={run.external_id} label="Copy Prefect's id of the run" /> },
      ]}
    />
  );
}

/**
 * When it was read last. A run that has not changed is not announced anew: the connection tells how current its runs are, and a
 * state that stands here was read after it began.
 */
function Observed({ run: { connection, observed_at, state_at } }: ShownRun) {
  const now = useConnections().data?.find(({ id }) => id === connection.id);
  const synced = now?.last_sync_at ?? connection.last_sync_at;
  const seen = [observed_at, synced, state_at].filter((at) => at !== null);
  // Prefect's clock may be ahead of this one: what has not come yet was not observed.
  const past = seen.filter((at) => Date.parse(at) <= Date.now());
  return <Moment at={past.toSorted((left, right) => Date.parse(left) - Date.parse(right)).at(-1) ?? null} />;
}

function ConnectionFact({ run: { connection } }: ShownRun) {
  const health = useConnections().data?.find(({ id }) => id === connection.id)?.health ?? connection.health;
  const look = connectionLook(health);
  if (connection.is_removed) return `${shortName(connection.name, 80)}, removed`;
  return (
    <>
      <AppLink className="link" href={paths.settingsConnections({ open: connection.id })}>
        {shortName(connection.name, 80)}
      </AppLink>{" "}
      <span className={`status is-${look.tone}`}>
        <Icon name={look.icon} small />
        {look.word}
      </span>
    </>
  );
}
