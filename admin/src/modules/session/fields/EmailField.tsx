import type { ReactNode } from "react";
import { isEmailAddress } from "../../../ui/form/email-address.ts";
import { Field } from "../../../ui/form/Field.tsx";

type EmailFieldProps = {
  value: string;
  onChange: (value: string) => void;
  hint?: ReactNode;
  error?: string | undefined;
  /** Known already: it is shown so that a password manager keeps it with the password. */
  readOnly?: boolean;
};

/** The e-mail address that one signs in with. */
export function EmailField({ value, onChange, hint, error, readOnly = false }: EmailFieldProps) {
  return (
    <Field label="E-mail" hint={hint} error={error}>
      {(control) => (
        <input
          {...control}
          className="input"
          type="email"
          name="email"
          inputMode="email"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          maxLength={254}
          readOnly={readOnly}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** Why an address is refused before it is sent; undefined when the server decides. */
export function refusalOfEmail(email: string): string | undefined {
  return isEmailAddress(email.trim()) ? undefined : "Write an e-mail address, such as ann@example.org.";
}
