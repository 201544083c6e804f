import type { EngineTask } from "../../../api/engine-rows.ts";
import { describeError } from "../../../api/problem.ts";
import { Icon } from "../../../ui/icon/Icon.tsx";
import { Card } from "../../../ui/page/Card.tsx";
import { DataStates } from "../../../ui/page/DataStates.tsx";
import { SkeletonBlock } from "../../../ui/page/Skeleton.tsx";
import { ShortId } from "../../../ui/value/CopyId.tsx";
import { LongText } from "../../../ui/value/LongText.tsx";
import { Moment } from "../../../ui/value/Moment.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";
import { EngineActions } from "./EngineActions.tsx";
import { useEngineTask } from "./engine-run-api.ts";
import { OnPrefectCard } from "./OnPrefectCard.tsx";
import { OpenOnPrefect } from "./RunMarks.tsx";
import "./runs.css";

type TaskOnPrefectProps = {
  task: {
    id: string;
    connection_id: string | null;
    queue_name: string;
    completed_at: string | null;
  };
  /** The run that carries the task out, once it is known; undefined for a task of our own. */
  rootRunId: string | undefined;
};

// Tasks of this queue are carried by Prefect one turn at a time (COURSEWRIGHT_DISPATCH=prefect).
const carriedQueue = "prefect";

/** What Prefect has to do with a task: it carries it out as a run of its own, or it only carries our execution. Nothing for all other tasks. */
export function TaskOnPrefect({ task, rootRunId }: TaskOnPrefectProps) {
  if (rootRunId !== undefined) return <OnPrefectCard flowRunId={rootRunId} short />;
  if (task.connection_id !== null) return <LaunchedTask task={task} />;
  return task.queue_name === carriedQueue ? <CarriedTask taskId={task.id} /> : null;
}

/** A task whose run Prefect has not shown yet. */
function LaunchedTask({ task }: Pick<TaskOnPrefectProps, "task">) {
  const asked = useEngineTask(task.id);
  const actions = asked.data?.recent_actions ?? [];
  return (
    <Card title="On Prefect" padded>
      <div className="on-prefect">
        <p className="text-2">
          {task.completed_at === null
            ? "Prefect was asked to start it; its run appears here as soon as Prefect has made it."
            : "It ended before Prefect showed a run of it."}
        </p>
        <EngineActions actions={actions} />
      </div>
    </Card>
  );
}

function CarriedTask({ taskId }: { taskId: string }) {
  const task = useEngineTask(taskId);
  return (
    <Card title="Carried by Prefect" padded>
      <DataStates
        data={task.data}
        failure={task.error === null ? null : describeError(task.error)}
        skeleton={<SkeletonBlock lines={3} label="Loading the runs that carried it" />}
        onReload={task.reload}
        reloading={task.reloading}
      >
        {(shown) => <Carriers carriers={shown.carriers} />}
      </DataStates>
    </Card>
  );
}

type Carrier = EngineTask["carriers"][number];

/** How a run of Prefect that carries a turn of a task stands, for its mark. */
export function carrierLookOf(
  carrier: Pick<Carrier, "launched_at" | "ended_at" | "error_message" | "external_state">,
): { tone: "run" | "ok" | "bad" | "idle"; icon: "half" | "check" | "cross" | "hollow"; word: string } {
  const word = carrier.external_state === null ? null : shortName(carrier.external_state, 40);
  if (carrier.error_message !== null) return { tone: "bad", icon: "cross", word: word ?? "not started" };
  if (carrier.ended_at !== null) return { tone: "ok", icon: "check", word: word ?? "ended" };
  if (carrier.launched_at !== null) return { tone: "run", icon: "half", word: word ?? "asked for" };
  return { tone: "idle", icon: "hollow", word: word ?? "about to be asked for" };
}

/** The runs that carried a task, newest first; the task itself stays what our own record says. */
export function Carriers({ carriers }: { carriers: readonly Carrier[] }) {
  if (carriers.length === 0)
    return <p className="text-2">No run of Prefect carries it yet. One is asked for as soon as it is due.</p>;
  return (
    <ol className="engine-actions engine-carriers" aria-label="Runs of Prefect that carried it, newest first">
      {carriers.map((carrier) => (
        <CarrierItem key={carrier.id} carrier={carrier} />
      ))}
    </ol>
  );
}

function CarrierItem({ carrier }: { carrier: Carrier }) {
  const look = carrierLookOf(carrier);
  return (
    <li>
      <Icon name={look.icon} small className={`is-${look.tone}`} />
      <span className="engine-action-words">
        {carrier.external_id === null ? (
          "A run"
        ) : (
          <>
            {carrier.ended_at === null ? "Carried by run " : "Was carried by run "}
            {carrier.external_url === null ? (
              <ShortId id={carrier.external_id} />
            ) : (
              <OpenOnPrefect href={carrier.external_url} what="the run">
                <ShortId id={carrier.external_id} />
              </OpenOnPrefect>
            )}
          </>
        )}{" "}
        <span className="text-2">
          on {shortName(carrier.connection_name, 80)}: <bdi>{look.word}</bdi>
        </span>
        {carrier.error_message !== null && (
          <p className="text-2">
            <LongText text={carrier.error_message} />
          </p>
        )}
      </span>
      <span className="text-3 small no-wrap">
        <Moment at={carrier.ended_at ?? carrier.launched_at ?? carrier.created_at} />
      </span>
    </li>
  );
}
