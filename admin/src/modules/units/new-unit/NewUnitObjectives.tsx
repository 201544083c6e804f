import { useRef } from "react";
import { Button, IconButton } from "../../../ui/page/Button.tsx";
import { type DraftObjective, isTooShort } from "./new-unit-form.ts";

const mostObjectives = 40;

type NewUnitObjectivesProps = {
  objectives: DraftObjective[];
  error: string | undefined;
  onChange: (objectives: DraftObjective[]) => void;
};

/** Wished objectives, one field each; Enter in one adds the next. */
export function NewUnitObjectives({ objectives, error, onChange }: NewUnitObjectivesProps) {
  const list = useRef<HTMLFieldSetElement>(null);
  const add = () => {
    if (objectives.length >= mostObjectives) return;
    onChange([...objectives, { key: crypto.randomUUID(), text: "" }]);
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>("li:last-of-type input")?.focus());
  };
  const replace = (key: string, text: string) =>
    onChange(objectives.map((one) => (one.key === key ? { key, text } : one)));
  return (
    <fieldset className="choices" ref={list}>
      <legend>Learning objectives</legend>
      {objectives.length > 0 && (
        <ol className="new-unit-objectives">
          {objectives.map((objective, position) => (
            <li key={objective.key} className="row">
              <input
                className="input"
                aria-label={`Objective ${position + 1}`}
                aria-invalid={error !== undefined && isTooShort(objective.text)}
                value={objective.text}
                maxLength={500}
                placeholder="Learners can …"
                onChange={(event) => replace(objective.key, event.target.value)}
                onKeyDown={(event) => {
                  if (event.key !== "Enter") return;
                  event.preventDefault();
                  add();
                }}
              />
              <IconButton
                icon="close"
                label={`Remove objective ${position + 1}`}
                onClick={() => onChange(objectives.filter((one) => one.key !== objective.key))}
              />
            </li>
          ))}
        </ol>
      )}
      <div>
        <Button
          icon="plus"
          disabledReason={objectives.length >= mostObjectives ? `At most ${mostObjectives} fit.` : undefined}
          onClick={add}
        >
          Add an objective
        </Button>
      </div>
      <p className={error === undefined ? "field-hint" : "field-hint field-error is-bad"}>
        {error ?? "Without any, they are found in the text."}
      </p>
    </fieldset>
  );
}
