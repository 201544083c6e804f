import { useState } from "react";
import type { Connection, Deployment } from "../../../api/engine-rows.ts";
import { describeError } from "../../../api/problem.ts";
import { Field } from "../../../ui/form/Field.tsx";
import { shortenId } from "../../../ui/value/format.ts";
import { shortName } from "../../../ui/value/visible-text.ts";
import { useDeployments } from "../../engines/public.ts";
import type { ConnectionForm, FormErrors } from "./connection-form.ts";

type FilterFieldsProps = {
  form: ConnectionForm;
  stored: Connection | null;
  errors: FormErrors;
  onChange: (part: Partial<ConnectionForm>) => void;
};

/** Which runs are watched: by tags, and by the deployments that Prefect has. */
export function FilterFields({ form, stored, errors, onChange }: FilterFieldsProps) {
  return (
    <fieldset className="connection-fields">
      <legend>Which runs</legend>
      <Field
        label="Tags"
        error={errors.tags}
        hint="Optional, with commas between. A run has to carry all of them."
      >
        {(control) => (
          <input
            {...control}
            className="input"
            autoComplete="off"
            spellCheck={false}
            placeholder="All tags"
            value={form.tags}
            onChange={(event) => onChange({ tags: event.target.value })}
          />
        )}
      </Field>
      {stored === null ? (
        <p className="text-3 small">
          All deployments are watched. Once the connection is added, its deployments can be chosen here.
        </p>
      ) : (
        <DeploymentChoice
          connectionId={stored.id}
          chosen={form.deployment_ids}
          onChange={(deployment_ids) => onChange({ deployment_ids })}
        />
      )}
    </fieldset>
  );
}

type DeploymentChoiceProps = {
  connectionId: string;
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
};

const searchedFrom = 8;

function DeploymentChoice({ connectionId, chosen, onChange }: DeploymentChoiceProps) {
  const deployments = useDeployments(connectionId, "all");
  const [text, setText] = useState("");
  const all = deployments.data ?? [];
  const known = new Set(all.map(({ id }) => id));
  const gone = chosen.filter((id) => !known.has(id));
  const toggle = (id: string) =>
    onChange(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  const failure = deployments.error === null ? null : describeError(deployments.error);
  return (
    <fieldset className="deployments" aria-busy={deployments.reloading}>
      <legend>
        Deployments <span className="text-3">{chosen.length === 0 ? "all" : `${chosen.length} chosen`}</span>
      </legend>
      {failure !== null && (
        <p className="text-2">
          They could not be read: {failure.title}. {failure.text}{" "}
          <button type="button" className="link" onClick={deployments.reload}>
            Ask again
          </button>
        </p>
      )}
      {deployments.data === undefined && failure === null && <p className="text-3">Asking Prefect…</p>}
      {deployments.data !== undefined && all.length === 0 && (
        <p className="text-3">Prefect has no deployments: all runs are watched.</p>
      )}
      {all.length >= searchedFrom && (
        <input
          className="input"
          type="search"
          aria-label="Find a deployment"
          placeholder="Find a deployment"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      )}
      <ul>
        {all
          .filter((one) => nameOf(one).toLowerCase().includes(text.trim().toLowerCase()))
          .map((one) => (
            <DeploymentLine
              key={one.id}
              name={nameOf(one)}
              note={one.tags.join(", ")}
              checked={chosen.includes(one.id)}
              onToggle={() => toggle(one.id)}
            />
          ))}
        {failure === null &&
          deployments.data !== undefined &&
          gone.map((id) => (
            <DeploymentLine
              key={id}
              name={shortenId(id)}
              note="Prefect does not know it any more"
              checked
              onToggle={() => toggle(id)}
            />
          ))}
      </ul>
    </fieldset>
  );
}

function nameOf(deployment: Deployment): string {
  return `${deployment.flow_name}/${deployment.name}`;
}

type DeploymentLineProps = { name: string; note: string; checked: boolean; onToggle: () => void };

function DeploymentLine({ name, note, checked, onToggle }: DeploymentLineProps) {
  return (
    <li>
      <label className="row">
        <input type="checkbox" checked={checked} onChange={onToggle} />
        <span className="cut">{shortName(name)}</span>
        {note !== "" && <span className="text-3 small cut">{shortName(note, 80)}</span>}
      </label>
    </li>
  );
}
