import { type ReactNode, useId } from "react";
import "./form.css";

type FieldProps = {
  label: string;
  /** Explains what the field does, before anything goes wrong. */
  hint?: ReactNode;
  /** What to change, after it went wrong. */
  error?: string | undefined;
  /** Builds the control with the ids that tie label, hint and error to it. */
  children: (control: { id: string; "aria-describedby": string; "aria-invalid": boolean }) => ReactNode;
};

/** A labelled control with its hint and its error. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, "aria-describedby": `${id}-hint`, "aria-invalid": error !== undefined })}
      <div id={`${id}-hint`} className={error === undefined ? "field-hint" : "field-hint field-error is-bad"}>
        {error ?? hint}
      </div>
    </div>
  );
}

type ChoiceProps = {
  name: string;
  title: ReactNode;
  children?: ReactNode;
  checked: boolean;
  onChoose: () => void;
};

/** One card of a choice of one, on a native radio input. */
export function Choice({ name, title, children, checked, onChoose }: ChoiceProps) {
  return (
    <label className="choice">
      <input type="radio" name={name} checked={checked} onChange={onChoose} />
      <span className="strong">{title}</span>
      {children !== undefined && <span className="choice-text">{children}</span>}
    </label>
  );
}
