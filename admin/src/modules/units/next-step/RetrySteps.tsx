import { useState } from "react";
import { Icon } from "../../../ui/icon/Icon.tsx";
import { Button } from "../../../ui/page/Button.tsx";
import { formatCount, formatQuantity } from "../../../ui/value/format.ts";
import "./next-step.css";
import type { RetryStep } from "./retry-options.ts";
import { groupSteps, reasonWords, type StepGroup } from "./retry-words.ts";

const groupsAtOnce = 12;

/** Every step that resuming would run, by the part that it makes; each part opens to its steps. */
export function RetrySteps({ steps }: { steps: RetryStep[] }) {
  const [shown, setShown] = useState(groupsAtOnce);
  const groups = groupSteps(steps);
  if (groups.length === 0) return null;
  return (
    <section className="retry-steps" aria-label="Steps that will run">
      {groups.slice(0, shown).map((group) => (
        <StepsOfPart key={group.key} group={group} open={groups.length === 1} />
      ))}
      {groups.length > shown && (
        <Button look="quiet" onClick={() => setShown(shown * 10)}>
          {formatQuantity(groups.length - shown, "more part")}
        </Button>
      )}
    </section>
  );
}

function StepsOfPart({ group, open }: { group: StepGroup; open: boolean }) {
  const keyed = group.steps.map((step, position) => ({ step, key: `step-${position}` }));
  return (
    <details open={open}>
      <summary className="row">
        <Icon name="right" small className="icon-turns" />
        <span>{group.title}</span>
        <span className="text-3 small">
          {formatCount(group.steps.length)} {group.steps.length === 1 ? "step" : "steps"}
        </span>
      </summary>
      <ol>
        {keyed.map(({ step, key }) => (
          <li key={key}>
            {step.step_name} <span className="text-3">{reasonWords[step.why]}</span>
          </li>
        ))}
      </ol>
    </details>
  );
}
