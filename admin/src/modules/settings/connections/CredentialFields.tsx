import type { Connection } from "../../../api/engine-rows.ts";
import { Field } from "../../../ui/form/Field.tsx";
import { type ConnectionForm, type FormErrors, hasSecretFor, keepsSecret } from "./connection-form.ts";

type CredentialFieldsProps = {
  form: ConnectionForm;
  /** The connection that is edited, whose credentials may stay. */
  stored: Connection | null;
  errors: FormErrors;
  onChange: (part: Partial<ConnectionForm>) => void;
};

const kinds: readonly { kind: Connection["auth_kind"]; word: string; explains: string }[] = [
  { kind: "none", word: "None", explains: "A Prefect server of your own without authentication." },
  {
    kind: "basic",
    word: "User and password",
    explains: "What the server's PREFECT_SERVER_API_AUTH_STRING holds.",
  },
  {
    kind: "bearer",
    word: "API key",
    explains: "Of Prefect Cloud or of a proxy that asks for one; sent as a bearer token.",
  },
];

const kept = "Stored, never shown. Leave it empty to keep it.";

/** How the server identifies itself to Prefect. Secrets go one way only. */
export function CredentialFields({ form, stored, errors, onChange }: CredentialFieldsProps) {
  const kind = kinds.find((one) => one.kind === form.auth_kind);
  const isStored = hasSecretFor(form, stored);
  const isElsewhere = !isStored && stored?.auth_kind === form.auth_kind && form.auth_kind !== "none";
  return (
    <fieldset className="connection-fields">
      <legend>Credentials</legend>
      <Field label="Kind" hint={kind?.explains}>
        {(control) => (
          <select
            {...control}
            className="input"
            value={form.auth_kind}
            onChange={(event) => {
              const chosen = kinds.find((one) => one.kind === event.target.value);
              if (chosen !== undefined) onChange({ auth_kind: chosen.kind });
            }}
          >
            {kinds.map((one) => (
              <option key={one.kind} value={one.kind}>
                {one.word}
              </option>
            ))}
          </select>
        )}
      </Field>
      {isElsewhere && (
        <p className="text-2">What is stored is for the former server only. Write it again for this one.</p>
      )}
      {form.auth_kind === "basic" && (
        <div className="connection-pair">
          <Field label="User" error={errors.user} hint={isStored ? kept : undefined}>
            {(control) => (
              <input
                {...control}
                className="input"
                autoComplete="off"
                spellCheck={false}
                value={form.user}
                onChange={(event) => onChange({ user: event.target.value })}
              />
            )}
          </Field>
          <Secret
            label="Password"
            isKept={keepsSecret(form, stored)}
            error={errors.password}
            value={form.password}
            onChange={(password) => onChange({ password })}
          />
        </div>
      )}
      {form.auth_kind === "bearer" && (
        <Secret
          label="API key"
          isKept={keepsSecret(form, stored)}
          error={errors.api_key}
          value={form.api_key}
          onChange={(api_key) => onChange({ api_key })}
        />
      )}
    </fieldset>
  );
}

type SecretProps = {
  label: string;
  isKept: boolean;
  error: string | undefined;
  value: string;
  onChange: (value: string) => void;
};

function Secret({ label, isKept, error, value, onChange }: SecretProps) {
  return (
    <Field label={label} error={error} hint={isKept ? kept : "Stored encrypted and never shown again."}>
      {(control) => (
        <input
          {...control}
          className="input"
          type="password"
          // Not the visitor's own: a password manager has nothing to fill in or to keep here.
          autoComplete="new-password"
          maxLength={2000}
          placeholder={isKept ? "••••••••" : undefined}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
