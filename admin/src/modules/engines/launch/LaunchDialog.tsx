import { useRouter } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import type { Connection, Deployment } from "../../../api/engine-rows.ts";
import type { ItemState } from "../../../api/item-query.ts";
import { describeError } from "../../../api/problem.ts";
import { paths } from "../../../paths.ts";
import { Field } from "../../../ui/form/Field.tsx";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { Dialog } from "../../../ui/overlay/Dialog.tsx";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { Button } from "../../../ui/page/Button.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";
import { useDeployments } from "../connections-api.ts";
import { connectionLook, isOut, outageWords } from "../engine-words.ts";
import "../engines.css";
import { DeploymentChoice } from "./DeploymentChoice.tsx";
import { useLaunch } from "./launch-api.ts";
import { furtherParameters, givenParameters, likelyDeployment, readParameters } from "./launch-form.ts";

/** What is to be generated. `id` null: the unit is made when it is launched. */
export type LaunchedUnit = { id: string | null; title: string; hasLessons: boolean };

type LaunchDialogProps = {
  unit: LaunchedUnit;
  /** Those that can be chosen: enabled ones, one at least. */
  connections: readonly Connection[];
  open: boolean;
  onClose: () => void;
  /** Makes the unit as a draft and answers its id; needed where `unit.id` is null. */
  makeUnit?: () => Promise<string>;
};

/** Lets a unit be written by a run of a Prefect deployment, after saying what follows from it. Give each asking a `key`. */
export function LaunchDialog({ unit, connections, open, onClose, makeUnit }: LaunchDialogProps) {
  const id = useId();
  const form = useLaunchForm({ unit, connections, open, onClose, makeUnit });
  const { connection, deployments, deployment, parameters, tried, launching, madeId } = form;
  if (connection === undefined) return null;
  return (
    <Dialog
      wide
      open={open}
      onClose={onClose}
      title="Generate on Prefect"
      footer={
        <>
          <Button large onClick={onClose}>
            Not now
          </Button>
          <Button
            large
            look="primary"
            type="submit"
            form={id}
            busy={launching.isPending}
            disabledReason={reasonToWait(deployments)}
            data-first-focus=""
          >
            {unit.id === null ? "Create and generate" : "Generate on Prefect"}
          </Button>
        </>
      }
    >
      <form id={id} className="stack" noValidate onSubmit={form.submit}>
        <ConnectionChoice connections={connections} chosen={connection} onChoose={form.chooseConnection} />
        <DeploymentChoice
          connection={connection}
          chosen={deployment}
          error={tried && deployment === null && deployments.data !== undefined ? "Choose one." : undefined}
          deployments={deployments}
          onChoose={form.chooseDeployment}
        />
        <ParametersField
          text={form.text}
          deployment={deployment}
          error={tried ? (parameters.error ?? undefined) : undefined}
          remark={parameters.remark}
          onChange={form.setText}
        />
        <Consequences unit={unit} connection={connection} />
        <Failure error={launching.error} madeId={madeId} />
      </form>
    </Dialog>
  );
}

function reasonToWait({ data, error }: ItemState<Deployment[]>): string | undefined {
  if (data === undefined) {
    return error === null
      ? "Prefect is being asked for its deployments."
      : "The deployments could not be read: ask again first.";
  }
  return data.length === 0 ? "There is no deployment that could be started." : undefined;
}

/** What the dialog holds while it is being filled in, and the sending of it. */
function useLaunchForm({ unit, connections, open, onClose, makeUnit }: LaunchDialogProps) {
  const router = useRouter();
  const [connectionId, setConnectionId] = useState(() => preferred(connections)?.id);
  const connection = connections.find(({ id }) => id === connectionId) ?? connections[0];
  const deployments = useDeployments(open && connection !== undefined ? connection.id : null);
  const [deploymentId, setDeploymentId] = useState<string | null>(null);
  const known = deployments.data ?? [];
  const deployment = known.find(({ id }) => id === deploymentId) ?? likelyDeployment(known);
  const [text, setText] = useState("");
  const [tried, setTried] = useState(false);
  const { launching, madeId } = useLaunch(makeUnit);
  const parameters = readParameters(text, deployment);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (connection === undefined || deployment === null || launching.isPending) return;
    if (parameters.parameters === null) return;
    const launch = {
      connection_id: connection.id,
      unit_id: unit.id,
      deployment_id: deployment.id,
      parameters: parameters.parameters,
    };
    // What called the dialog may be gone as soon as the unit's status changes: the way on must not hang on it.
    launching.mutateAsync(launch).then(
      ({ unit_id }) => {
        onClose();
        showToast({ tone: "ok", words: `Prefect “${shortName(connection.name, 60)}” is asked to start.` });
        void router.navigate({ href: paths.unit(unit_id) });
      },
      () => undefined, // A refusal is shown from the mutation's own state.
    );
  };
  return {
    ...{ connection, deployments, deployment, text, setText, parameters, tried, launching, madeId, submit },
    chooseConnection: (id: string) => {
      setConnectionId(id);
      setDeploymentId(null);
      launching.reset();
    },
    chooseDeployment: ({ id }: Deployment) => {
      setDeploymentId(id);
      launching.reset();
    },
  };
}

/** One that can be read now, else the first. */
function preferred(connections: readonly Connection[]): Connection | undefined {
  return connections.find((one) => !isOut(one)) ?? connections[0];
}

type ConnectionChoiceProps = {
  connections: readonly Connection[];
  chosen: Connection;
  onChoose: (id: string) => void;
};

function ConnectionChoice({ connections, chosen, onChoose }: ConnectionChoiceProps) {
  if (connections.length < 2) return null;
  return (
    <Field label="Connection" hint={chosen.base_url}>
      {(control) => (
        <select
          {...control}
          className="input"
          value={chosen.id}
          onChange={(event) => onChoose(event.target.value)}
        >
          {connections.map((one) => (
            <option key={one.id} value={one.id}>
              {shortName(one.name, 80)} ({connectionLook(one.health).word})
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

type ParametersFieldProps = {
  text: string;
  deployment: Deployment | null;
  error: string | undefined;
  remark: string | null;
  onChange: (text: string) => void;
};

function ParametersField({ text, deployment, error, remark, onChange }: ParametersFieldProps) {
  const further = deployment === null ? [] : furtherParameters(deployment);
  const given = deployment === null ? [] : givenParameters(deployment);
  const hint =
    remark ??
    (further.length === 0
      ? "Optional, as JSON."
      : `Optional, as JSON. The flow also takes ${further.slice(0, 12).join(", ")}.`);
  return (
    <>
      <Field label="Further parameters" error={error} hint={hint}>
        {(control) => (
          <textarea
            {...control}
            className="input launch-parameters"
            rows={3}
            spellCheck={false}
            autoComplete="off"
            placeholder="{}"
            value={text}
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </Field>
      {given.length > 0 && (
        <p className="launch-gets text-3 small">
          From the unit it gets
          {given.map((name) => (
            <code key={name}>{name}</code>
          ))}
        </p>
      )}
    </>
  );
}

function Consequences({ unit, connection }: { unit: LaunchedUnit; connection: Connection }) {
  const lines: ReactNode[] = [
    unit.id === null
      ? "The unit is saved, and a run of the deployment writes it; you can leave the page."
      : `A run of the deployment writes “${shortName(unit.title)}”; you can leave the page.`,
    unit.hasLessons
      ? "The lessons that are there stay readable until the run ends; those that it sends then replace them."
      : "Lessons come back as they are written, and become the unit's when the run ends.",
    "Our budgets do not hold there: what the flow spends is not counted here. Cancelling works from here and from Prefect.",
  ];
  return (
    <div className="launch-consequences">
      {lines.map((line, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are fixed sentences
        <p key={place}>{line}</p>
      ))}
      {isOut(connection) && (
        <p className="is-warn strong">
          “{shortName(connection.name)}” {outageWords(connection.health)} now: what is asked waits for half an
          hour and is sent as soon as it can be.
        </p>
      )}
    </div>
  );
}

function Failure({ error, madeId }: { error: Error | null; madeId: string | null }) {
  if (error === null) return null;
  const { title, text } = describeError(error);
  return (
    <p role="alert" className="is-bad field-error">
      {title}. {text}{" "}
      {madeId !== null && (
        <>
          The unit is saved as a draft:{" "}
          <AppLink className="link" href={paths.unit(madeId)}>
            open it
          </AppLink>
          , or try again here.
        </>
      )}
    </p>
  );
}
