import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { Alert } from "../../../api/monitor-rows.ts";
import { Field } from "../../../ui/form/Field.tsx";
import { FormDialog } from "../../../ui/overlay/Dialog.tsx";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { Refusal } from "../Refusal.tsx";
import { type AlertForm, type FormErrors, formOf, newForm, readForm } from "./alert-form.ts";
import { type AlertDraft, changeAlert, createAlert, useAlertsRefresh, useMailSetup } from "./alerts-api.ts";
import { RuleFields } from "./RuleFields.tsx";
import type { MadeSecret } from "./SecretDialog.tsx";

type AlertDialogProps = {
  /** Null: a new one. */
  alert: Alert | null;
  /** The others, whose names are taken. */
  others: readonly Alert[];
  open: boolean;
  onClose: () => void;
  onSecret: (made: MadeSecret) => void;
};

/** Adds or changes an alert. What is wrong is said beside its field once the form was sent. Give each asking a `key`. */
export function AlertDialog({ alert, others, open, onClose, onSecret }: AlertDialogProps) {
  const [form, setForm] = useState<AlertForm>(() => (alert === null ? newForm : formOf(alert)));
  const [wasSent, setWasSent] = useState(false);
  const saving = useSaving(alert, (made) => {
    onClose();
    if (made !== null) onSecret(made);
  });
  const read = readForm(form, others);
  const errors: FormErrors = wasSent ? (read.errors ?? {}) : {};
  const change = (part: Partial<AlertForm>) => {
    setForm({ ...form, ...part });
    saving.reset();
  };
  const send = () => {
    setWasSent(true);
    if (read.draft !== null) saving.mutate(read.draft);
  };
  return (
    <FormDialog
      wide
      open={open}
      title={alert === null ? "Add an alert" : "Edit the alert"}
      sendWord={alert === null ? "Add the alert" : "Save"}
      busy={saving.isPending}
      onSend={send}
      onClose={onClose}
    >
      <Field label="Name" error={errors.name}>
        {(control) => (
          <input
            {...control}
            className="input"
            data-first-focus=""
            autoComplete="off"
            maxLength={80}
            placeholder="Such as: Too many failures"
            value={form.name}
            onChange={(event) => change({ name: event.target.value })}
          />
        )}
      </Field>
      <RuleFields form={form} errors={errors} onChange={change} />
      <ReceiverFields form={form} errors={errors} onChange={change} />
      <Refusal error={saving.error} />
    </FormDialog>
  );
}

type FieldsProps = { form: AlertForm; errors: FormErrors; onChange: (part: Partial<AlertForm>) => void };

function ReceiverFields({ form, errors, onChange }: FieldsProps) {
  const mail = useMailSetup();
  const cannotMail = mail.data?.is_configured === false;
  return (
    <fieldset className="alert-fields">
      <legend>Tell whom</legend>
      <Field
        label="Webhook"
        hint={
          form.stored_webhook === null
            ? "Optional. Receives signed JSON by POST; what does not arrive is sent again, up to eight times."
            : `It is kept as a secret: ${form.stored_webhook}. Leave the field empty to keep it.`
        }
        error={errors.webhook_url}
      >
        {(control) => (
          <input
            {...control}
            className="input"
            type="url"
            inputMode="url"
            autoComplete="off"
            placeholder={form.stored_webhook === null ? "https://" : "A new address in its place"}
            disabled={form.removes_webhook}
            value={form.webhook_url}
            onChange={(event) => onChange({ webhook_url: event.target.value })}
          />
        )}
      </Field>
      {form.stored_webhook !== null && (
        <label className="row">
          <input
            type="checkbox"
            checked={form.removes_webhook}
            onChange={(event) => onChange({ removes_webhook: event.target.checked })}
          />
          <span>Take the webhook away</span>
        </label>
      )}
      <Field
        label="E-mail addresses"
        hint={
          cannotMail
            ? "The server has no mail server: set COURSEWRIGHT_SMTP_URL and start it again."
            : "Optional. One a line, or with commas between."
        }
        error={errors.emails}
      >
        {(control) => (
          <textarea
            {...control}
            className="input alert-emails"
            rows={2}
            autoComplete="off"
            spellCheck={false}
            // What is set already can be taken out, so only an empty field is closed.
            disabled={cannotMail && form.emails.trim() === ""}
            value={form.emails}
            onChange={(event) => onChange({ emails: event.target.value })}
          />
        )}
      </Field>
    </fieldset>
  );
}

function useSaving(alert: Alert | null, onSaved: (made: MadeSecret | null) => void) {
  const refresh = useAlertsRefresh();
  return useMutation({
    mutationFn: (draft: AlertDraft) => (alert === null ? createAlert(draft) : changeAlert(alert.id, draft)),
    onSuccess: ({ alert: saved, webhook_secret }) => {
      showToast({
        tone: "ok",
        words: alert === null ? `“${saved.name}” is watched from now on.` : `“${saved.name}” is saved.`,
      });
      onSaved(webhook_secret === null ? null : { alertName: saved.name, secret: webhook_secret });
      void refresh();
    },
  });
}
