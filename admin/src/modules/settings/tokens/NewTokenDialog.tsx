import { useMutation } from "@tanstack/react-query";
import { useId, useState } from "react";
import type { MadeApiToken } from "../../../api/account-rows.ts";
import { type Role, roleWords } from "../../../api/session/roles.ts";
import { Field } from "../../../ui/form/Field.tsx";
import { FormDialog } from "../../../ui/overlay/Dialog.tsx";
import { Refusal } from "../Refusal.tsx";
import { lifetimes, newTokenForm, readTokenForm, type TokenErrors, type TokenForm } from "./token-form.ts";
import { allowsScope, scopeWords } from "./token-words.ts";
import { createToken, useTokensRefresh } from "./tokens-api.ts";

type NewTokenDialogProps = {
  role: Role;
  /** Filled in for the command line already. */
  isForCommandLine: boolean;
  open: boolean;
  onClose: () => void;
  onMade: (made: MadeApiToken) => void;
};

/** Makes a token: what it is called, what it may do, how long it works. Give each asking a `key`. */
export function NewTokenDialog({ role, isForCommandLine, open, onClose, onMade }: NewTokenDialogProps) {
  const [form, setForm] = useState(() => newTokenForm(role, isForCommandLine));
  const [wasSent, setWasSent] = useState(false);
  const refresh = useTokensRefresh();
  const making = useMutation({
    mutationFn: createToken,
    onSuccess: (made) => {
      onClose();
      onMade(made);
      void refresh();
    },
  });
  const read = readTokenForm(form);
  const errors = wasSent ? read.errors : {};
  const change = (part: Partial<TokenForm>) => {
    setForm({ ...form, ...part });
    making.reset();
  };
  const send = () => {
    setWasSent(true);
    if (read.draft !== null) making.mutate(read.draft);
  };
  return (
    <FormDialog
      wide
      open={open}
      title="Make an API token"
      sendWord="Make the token"
      busy={making.isPending}
      onSend={send}
      onClose={onClose}
    >
      <NameAndLifetime form={form} errors={errors} onChange={change} />
      <ScopeChoices role={role} form={form} error={errors.scopes} onChange={change} />
      <Refusal error={making.error} />
    </FormDialog>
  );
}

type FieldsProps = { form: TokenForm; errors: TokenErrors; onChange: (part: Partial<TokenForm>) => void };

function NameAndLifetime({ form, errors, onChange }: FieldsProps) {
  return (
    <div className="settings-pair">
      <Field label="Name" error={errors.name} hint="Says later what uses it.">
        {(control) => (
          <input
            {...control}
            className="input"
            data-first-focus=""
            autoComplete="off"
            maxLength={80}
            placeholder="Such as: Nightly export"
            value={form.name}
            onChange={(event) => onChange({ name: event.target.value })}
          />
        )}
      </Field>
      <Field
        label="Works for"
        hint={form.lifetime === "never" ? "Until somebody revokes it." : "Then it ends by itself."}
      >
        {(control) => (
          <select
            {...control}
            className="input"
            value={form.lifetime}
            onChange={(event) => onChange({ lifetime: event.target.value })}
          >
            {lifetimes.map(({ value, word }) => (
              <option key={value} value={value}>
                {word}
              </option>
            ))}
          </select>
        )}
      </Field>
    </div>
  );
}

type ScopeChoicesProps = {
  role: Role;
  form: TokenForm;
  error: string | undefined;
  onChange: (part: Partial<TokenForm>) => void;
};

function ScopeChoices({ role, form, error, onChange }: ScopeChoicesProps) {
  const id = useId();
  const order = scopeWords.map(({ scope }) => scope);
  return (
    <fieldset className="choices" aria-describedby={`${id}-error`}>
      <legend>What it may do</legend>
      {scopeWords.map(({ scope, word, explains }) => {
        const allowed = allowsScope(role, scope);
        const chosen = form.scopes.includes(scope);
        return (
          <label key={scope} className={allowed ? "choice" : "choice choice-closed"}>
            <input
              type="checkbox"
              checked={chosen}
              aria-label={word}
              aria-describedby={`${id}-${scope}${error === undefined ? "" : ` ${id}-error`}`}
              aria-disabled={!allowed || undefined}
              aria-invalid={error !== undefined || undefined}
              onChange={() => {
                if (!allowed) return;
                const next = chosen ? form.scopes.filter((one) => one !== scope) : [...form.scopes, scope];
                onChange({ scopes: order.filter((one) => next.includes(one)) });
              }}
            />
            <span className="strong">{word}</span>
            <span className="choice-text" id={`${id}-${scope}`}>
              {explains}
              {!allowed && ` Your role, ${roleWords[role]}, does not allow it.`}
            </span>
          </label>
        );
      })}
      <p id={`${id}-error`} className={error === undefined ? "field-hint" : "field-error is-bad"}>
        {error ?? "It never does more than you may: when your role changes, so does the token."}
      </p>
    </fieldset>
  );
}
