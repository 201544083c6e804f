import { type ReactNode, useState } from "react";
import { Field } from "../../../ui/form/Field.tsx";

type PasswordFieldProps = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** `new-password` lets a password manager propose one. */
  autoComplete: "current-password" | "new-password";
  hint?: ReactNode;
  error?: string | undefined;
  firstFocus?: boolean;
};

/** A password that can be shown, pasted and filled in by a password manager. */
export function PasswordField(props: PasswordFieldProps) {
  const { label, value, onChange, autoComplete, hint, error, firstFocus = false } = props;
  const [shown, setShown] = useState(false);
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <div className="password">
          <input
            {...control}
            className="input"
            type={shown ? "text" : "password"}
            name={autoComplete}
            autoComplete={autoComplete}
            autoCapitalize="none"
            spellCheck={false}
            required
            maxLength={256}
            value={value}
            data-first-focus={firstFocus ? "" : undefined}
            onChange={(event) => onChange(event.currentTarget.value)}
          />
          <button
            type="button"
            className="password-show"
            aria-label={shown ? "Hide what is typed" : "Show what is typed"}
            onClick={() => setShown(!shown)}
          >
            {shown ? "Hide" : "Show"}
          </button>
        </div>
      )}
    </Field>
  );
}
