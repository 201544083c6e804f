import { type KeyboardEvent, type ReactNode, useState } from "react";
import { Field } from "../../../ui/form/Field.tsx";

type PasswordFieldProps = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** `new-password` lets a password manager propose one. */
  autoComplete: "current-password" | "new-password";
  hint?: ReactNode;
  error?: string | undefined;
  /** In a dialog: the keyboard begins here. */
  comesFocused?: boolean;
};

/** A password that can be shown, pasted and filled in by a password manager; a locked Shift key is told while typing. */
export function PasswordField({
  label,
  value,
  onChange,
  autoComplete,
  hint,
  error,
  comesFocused,
}: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  const [isCapsLocked, setCapsLocked] = useState(false);
  const lookAtKeys = (event: KeyboardEvent) => setCapsLocked(event.getModifierState("CapsLock"));
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <div>
          <div className="password">
            <input
              {...control}
              className="input"
              data-first-focus={comesFocused ? "" : undefined}
              type={shown ? "text" : "password"}
              name={autoComplete}
              autoComplete={autoComplete}
              autoCapitalize="none"
              spellCheck={false}
              required
              maxLength={256}
              value={value}
              onChange={(event) => onChange(event.currentTarget.value)}
              onKeyDown={lookAtKeys}
              onKeyUp={lookAtKeys}
              onBlur={() => setCapsLocked(false)}
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
          <div className="password-caps is-warn" role="status">
            {isCapsLocked && "Caps Lock is on."}
          </div>
        </div>
      )}
    </Field>
  );
}
