import type { EngineAction } from "../../../api/engine-rows.ts";
import { Icon } from "../../../ui/icon/Icon.tsx";
import "../../../ui/status/status-badge.css";
import { actionLook } from "../engine-words.ts";
import "../engines.css";
import { useEngineTask } from "../runs/engine-run-api.ts";
import { outcomeSentenceOf } from "../runs/outside-words.ts";

type LaunchStateProps = {
  /** A task that was given to Prefect. */
  taskId: string;
  /** Whether its run is on show: then there is nothing to wait for any more. */
  hasRun: boolean;
};

/** How the wish that Prefect starts a task stands, until its run appears or with why it never will. */
export function LaunchState({ taskId, hasRun }: LaunchStateProps) {
  const launch = useEngineTask(taskId).data?.recent_actions.find(({ kind }) => kind === "launch");
  if (launch === undefined || hasRun) return null;
  const { tone, icon } = actionLook(launch.status);
  return (
    <div className="launch-state" role="status">
      <span className={`status is-${tone}`}>
        <Icon name={icon} />
        <span className="strong">{launchWords[launch.status]}</span>
      </span>
      <p className="text-2">{detailOf(launch)}</p>
    </div>
  );
}

const launchWords: Readonly<Record<EngineAction["status"], string>> = {
  pending: "Asking Prefect to start",
  sent: "Asked Prefect to start",
  accepted: "Prefect has taken it",
  refused: "Prefect refused to start it",
  unknown: "Whether Prefect has started it is not known",
  expired: "Prefect was not reached in time",
};

function detailOf(launch: EngineAction): string {
  if (launch.status === "accepted") return "Its run appears here as soon as it was read.";
  if (launch.status === "unknown") {
    return "Its answer was lost. It is asked again with the same key, so there is never a second run.";
  }
  return outcomeSentenceOf(launch);
}
