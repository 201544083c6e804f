import { Field } from "../../../ui/form/Field.tsx";
import { type AlertForm, type FormErrors, readForm, type TypedField } from "./alert-form.ts";
import { kindWords, ruleWords } from "./alert-words.ts";

type RuleFieldsProps = {
  form: AlertForm;
  errors: FormErrors;
  onChange: (part: Partial<AlertForm>) => void;
};

type NumberField = { field: TypedField; label: string; unit: string };

const fieldsOf: Record<AlertForm["kind"], readonly NumberField[]> = {
  failure_rate: [
    { field: "percentage", label: "More than", unit: "% of jobs fail" },
    { field: "window_minutes", label: "Within", unit: "minutes" },
    { field: "least_jobs", label: "Of at least", unit: "ended jobs" },
  ],
  stuck_job: [],
  queue_age: [{ field: "queue_minutes", label: "Longer than", unit: "minutes" }],
  spend_per_day: [{ field: "usd", label: "More than", unit: "US dollars" }],
  provider_down: [{ field: "provider_minutes", label: "For", unit: "minutes" }],
};

/** The kind of a rule, the fields of that kind, and the rule read back as a sentence. */
export function RuleFields({ form, errors, onChange }: RuleFieldsProps) {
  const kind = kindWords.find((one) => one.kind === form.kind);
  // The other fields are another matter: only the rule is read back.
  const rule = readForm({ ...form, name: "x", webhook_url: "", emails: "" }, []).draft?.rule;
  return (
    <fieldset className="alert-fields">
      <legend>Fires when</legend>
      <Field label="Rule" hint={kind?.explains}>
        {(control) => (
          <select
            {...control}
            className="input"
            value={form.kind}
            onChange={(event) => {
              const chosen = kindWords.find((one) => one.kind === event.target.value);
              if (chosen !== undefined) onChange({ kind: chosen.kind });
            }}
          >
            {kindWords.map((one) => (
              <option key={one.kind} value={one.kind}>
                {one.word}
              </option>
            ))}
          </select>
        )}
      </Field>
      {fieldsOf[form.kind].length > 0 && (
        <div className="alert-numbers">
          {fieldsOf[form.kind].map(({ field, label, unit }) => (
            <Field key={field} label={label} hint={unit} error={errors[field]}>
              {(control) => (
                <input
                  {...control}
                  className="input"
                  inputMode="decimal"
                  autoComplete="off"
                  value={form[field]}
                  onChange={(event) => onChange({ [field]: event.target.value })}
                />
              )}
            </Field>
          ))}
        </div>
      )}
      <p className="alert-read-back" aria-live="polite">
        {rule === undefined ? "The numbers do not make a rule yet." : `${ruleWords(rule)}.`}
      </p>
    </fieldset>
  );
}
