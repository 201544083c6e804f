import { Choice, Field } from "../../../ui/form/Field.tsx";
import { Card } from "../../../ui/page/Card.tsx";
import { NewUnitObjectives } from "./NewUnitObjectives.tsx";
import { type DraftErrors, type NewUnitDraft, remarkOn } from "./new-unit-form.ts";

const levels = [
  { value: "beginner", word: "Beginner", text: "Knows nothing of the subject." },
  { value: "intermediate", word: "Intermediate", text: "Knows its words and wants its reasons." },
  { value: "advanced", word: "Advanced", text: "Works with it and wants its edges." },
];

type NewUnitPlanProps = {
  draft: NewUnitDraft;
  errors: DraftErrors;
  onChange: (patch: Partial<NewUnitDraft>) => void;
};

/** For whom the unit is and how long it gets. */
export function NewUnitPlan({ draft, errors, onChange }: NewUnitPlanProps) {
  return (
    <Card title="For whom, and how much" padded>
      <div className="stack">
        <fieldset className="choices">
          <legend>Learner level</legend>
          {levels.map((level) => (
            <Choice
              key={level.value}
              name="learner_level"
              title={level.word}
              checked={draft.learner_level === level.value}
              onChoose={() => onChange({ learner_level: level.value })}
            >
              {level.text}
            </Choice>
          ))}
        </fieldset>
        <Field label="Lessons" error={errors.lesson_count} hint={remarkOn(draft) ?? "1 to 20"}>
          {(control) => (
            <input
              {...control}
              className="input"
              type="number"
              min={1}
              max={20}
              value={draft.lesson_count}
              onChange={(event) => onChange({ lesson_count: event.target.value })}
            />
          )}
        </Field>
        <Field label="Title" error={errors.title} hint="Left empty, it is taken from the text.">
          {(control) => (
            <input
              {...control}
              className="input"
              value={draft.title}
              maxLength={200}
              onChange={(event) => onChange({ title: event.target.value })}
            />
          )}
        </Field>
        <NewUnitObjectives
          objectives={draft.objectives}
          error={errors.objectives}
          onChange={(objectives) => onChange({ objectives })}
        />
      </div>
    </Card>
  );
}
