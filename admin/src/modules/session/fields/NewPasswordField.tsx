import { PasswordField } from "./PasswordField.tsx";
import { judgePassword } from "./password-strength.ts";

type NewPasswordFieldProps = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** Name and e-mail address: a password must not be made of them. */
  own: readonly string[];
  error?: string | undefined;
};

/** A new password with a hint at how good it is. */
export function NewPasswordField({ label, value, onChange, own, error }: NewPasswordFieldProps) {
  const strength = judgePassword(value, own);
  return (
    <PasswordField
      label={label}
      value={value}
      onChange={onChange}
      autoComplete="new-password"
      error={error}
      hint={
        <span className={`strength is-${strength.tone}`}>
          <progress aria-hidden="true" max={1} value={strength.share} />
          <span role="status">{strength.words}</span>
        </span>
      }
    />
  );
}
