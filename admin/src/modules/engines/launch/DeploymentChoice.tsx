import { useId, useState } from "react";
import type { Connection, Deployment } from "../../../api/engine-rows.ts";
import { describeError } from "../../../api/problem.ts";
import { Choice } from "../../../ui/form/Field.tsx";
import { Icon } from "../../../ui/icon/Icon.tsx";
import "../../../ui/status/status-badge.css";
import { Button } from "../../../ui/page/Button.tsx";
import { SkeletonBlock } from "../../../ui/page/Skeleton.tsx";
import { Moment } from "../../../ui/value/Moment.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";
import type { useDeployments } from "../connections-api.ts";
import { givenParameters, returnsLessons } from "./launch-form.ts";

type DeploymentChoiceProps = {
  connection: Connection;
  chosen: Deployment | null;
  /** Why it cannot be sent yet, once somebody tried. */
  error: string | undefined;
  deployments: ReturnType<typeof useDeployments>;
  onChoose: (deployment: Deployment) => void;
};

const searchedFrom = 8;

/** The deployments of a connection, each with what it is ready for. */
export function DeploymentChoice(props: DeploymentChoiceProps) {
  const { connection, chosen, error, deployments, onChoose } = props;
  const name = useId();
  const [text, setText] = useState("");
  const { data } = deployments;
  const failure = deployments.error === null ? null : describeError(deployments.error);
  if (failure !== null && data === undefined) {
    return (
      <div role="alert" className="launch-unread">
        <p>
          The deployments of “{shortName(connection.name)}” could not be read: {failure.title}.
        </p>
        <p className="text-2">{failure.text}</p>
        <Button icon="reload" busy={deployments.reloading} onClick={deployments.reload}>
          Ask again
        </Button>
      </div>
    );
  }
  if (data === undefined) return <SkeletonBlock lines={3} label="Asking Prefect for its deployments" />;
  if (data.length === 0) {
    return (
      <p>
        “{shortName(connection.name)}” has no deployments yet. Serve or deploy a flow there, such as{" "}
        <code>examples/prefect</code>, and{" "}
        <button type="button" className="link" onClick={deployments.reload}>
          ask again
        </button>
        .
      </p>
    );
  }
  const wanted = text.trim().toLowerCase();
  const shown = data.filter((one) => `${one.flow_name}/${one.name}`.toLowerCase().includes(wanted));
  return (
    <fieldset className="choices" aria-invalid={error !== undefined} tabIndex={-1}>
      <legend>Deployment</legend>
      {data.length >= searchedFrom && (
        <input
          className="input"
          type="search"
          aria-label="Find a deployment"
          placeholder="Find a deployment"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      )}
      <div className="launch-deployments">
        {shown.map((one) => (
          <Choice
            key={one.id}
            name={name}
            title={shortName(`${one.flow_name}/${one.name}`)}
            checked={chosen?.id === one.id}
            onChoose={() => onChoose(one)}
          >
            <DeploymentNotes deployment={one} />
          </Choice>
        ))}
        {shown.length === 0 && <p className="text-3">No deployment has this in its name.</p>}
      </div>
      {error !== undefined && <p className="is-bad field-error">{error}</p>}
    </fieldset>
  );
}

function DeploymentNotes({ deployment }: { deployment: Deployment }) {
  const given = givenParameters(deployment);
  return (
    <span className="launch-notes">
      {deployment.description !== null && deployment.description !== "" && (
        <span>{shortName(deployment.description, 200)}</span>
      )}
      {deployment.work_pool_name !== null && (
        <span className="text-3">Work pool {shortName(deployment.work_pool_name, 80)}</span>
      )}
      {!deployment.is_ready && (
        <Remark>
          Not ready: nothing has fetched its runs
          {deployment.last_polled_at !== null && (
            <>
              {" since "}
              <Moment at={deployment.last_polled_at} />
            </>
          )}
          . The run waits until something does.
        </Remark>
      )}
      {deployment.is_paused && (
        <Remark>Paused in Prefect: its schedules rest. A run from here is made all the same.</Remark>
      )}
      {!returnsLessons(deployment) && (
        <Remark>
          Its flow does not take {given.includes("unit_id") ? "return_to" : "unit_id and return_to"}: the run
          is watched, but lessons do not come back from it by themselves.
        </Remark>
      )}
    </span>
  );
}

function Remark({ children }: { children: React.ReactNode }) {
  return (
    <span className="status is-warn">
      <Icon name="triangle" small />
      <span>{children}</span>
    </span>
  );
}
