import type { ReactNode } from "react";
import { Field } from "../../../ui/form/Field.tsx";

type CodeFieldProps = {
  value: string;
  onChange: (value: string) => void;
  /** A backup code instead of the app's six digits. */
  backup?: boolean;
  hint?: ReactNode;
  error?: string | undefined;
};

const digits = 6;

/** A code of the authenticator app, or a backup code. */
export function CodeField({ value, onChange, backup = false, hint, error }: CodeFieldProps) {
  return (
    <Field label={backup ? "Backup code" : "Code of your authenticator app"} hint={hint} error={error}>
      {(control) =>
        backup ? (
          <input
            {...control}
            key="backup"
            className="input mono"
            type="text"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            required
            maxLength={32}
            value={value}
            onChange={(event) => onChange(event.currentTarget.value.trim())}
          />
        ) : (
          <input
            {...control}
            key="app"
            className="input code-input"
            type="text"
            inputMode="numeric"
            autoComplete="one-time-code"
            required
            value={value}
            // Typed or pasted as apps show it, in groups and with what stands around it. No `maxLength`: it would cut that first.
            onChange={(event) => onChange(event.currentTarget.value.replace(/\D/g, "").slice(0, digits))}
          />
        )
      }
    </Field>
  );
}

/** Why a code is refused before it is sent; undefined when the server decides. */
export function refusalOfCode(code: string, backup = false): string | undefined {
  if (backup) return code.length < 6 ? "Type one of the backup codes that you kept." : undefined;
  return code.length === digits ? undefined : "The app shows six digits.";
}
