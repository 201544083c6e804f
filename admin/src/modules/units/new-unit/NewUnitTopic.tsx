import { Field } from "../../../ui/form/Field.tsx";
import { Card } from "../../../ui/page/Card.tsx";
import type { DraftErrors, NewUnitDraft } from "./new-unit-form.ts";

type NewUnitTopicProps = {
  draft: NewUnitDraft;
  errors: DraftErrors;
  /** No text model is set, so that nobody could write about a topic alone. */
  needsSource: boolean;
  onChange: (patch: Partial<NewUnitDraft>) => void;
};

/** A topic instead of a text, or beside it. */
export function NewUnitTopic({ draft, errors, needsSource, onChange }: NewUnitTopicProps) {
  const hint = needsSource
    ? "Alone it needs a text model: set COURSEWRIGHT_LLM_BASE_URL and COURSEWRIGHT_TEXT_MODEL and start the server again."
    : "A model writes the source text first. With a text above, the topic steers what is taken from it.";
  return (
    <Card title="Or only a topic" padded>
      <Field label="Topic" error={errors.topic} hint={hint}>
        {(control) => (
          <input
            {...control}
            className="input"
            value={draft.topic}
            maxLength={500}
            placeholder="How tides work"
            onChange={(event) => onChange({ topic: event.target.value })}
          />
        )}
      </Field>
    </Card>
  );
}
