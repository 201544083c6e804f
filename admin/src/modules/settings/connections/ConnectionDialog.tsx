import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { Connection } from "../../../api/engine-rows.ts";
import { ApiError } from "../../../api/problem.ts";
import { Field } from "../../../ui/form/Field.tsx";
import { FormDialog } from "../../../ui/overlay/Dialog.tsx";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { Button } from "../../../ui/page/Button.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";
import { useConnectionsRefresh } from "../../engines/public.ts";
import { Refusal } from "../Refusal.tsx";
import { CredentialFields } from "./CredentialFields.tsx";
import {
  type ConnectionForm,
  derivedUiUrl,
  type FormErrors,
  formOf,
  newForm,
  readForm,
  readProbe,
} from "./connection-form.ts";
import { changeConnection, createConnection, probeConnection } from "./connections-api.ts";
import { FilterFields } from "./FilterFields.tsx";
import { Verdict } from "./Verdict.tsx";

type ConnectionDialogProps = {
  /** Null: a new one. */
  connection: Connection | null;
  /** The others, whose names are taken. */
  others: readonly Connection[];
  open: boolean;
  onClose: () => void;
};

/** Adds or changes a connection, and tries it before that. Give each asking a `key`. */
export function ConnectionDialog({ connection, others, open, onClose }: ConnectionDialogProps) {
  // The row goes on changing behind the dialog; what is edited is what was opened.
  const [stored] = useState(connection);
  const [form, setForm] = useState<ConnectionForm>(() => (stored === null ? newForm : formOf(stored)));
  const [asked, setAsked] = useState<Asked>("nothing");
  const saving = useSaving(stored, onClose);
  const { probing, answers } = useProbing();
  const read = readForm(form, stored, others);
  const readForTest = readProbe(form, stored);
  const errors = shownErrors(asked, { ...issuesOf(saving.error), ...read.errors }, readForTest.errors);
  const change = (part: Partial<ConnectionForm>) => {
    setForm({ ...form, ...part });
    saving.reset();
    // What was found holds for what was tried.
    if (touchesReach(part)) probing.reset();
  };
  const send = () => {
    setAsked("all");
    if (read.draft !== null) saving.mutate(read.draft);
  };
  const test = () => {
    if (asked === "nothing") setAsked("test");
    if (readForTest.probe === null) showFirstFault(answers.current);
    else probing.mutate(readForTest.probe);
  };
  return (
    <FormDialog
      wide
      open={open}
      title={stored === null ? "Add a connection" : `Edit “${shortName(stored.name, 60)}”`}
      sendWord={stored === null ? "Add the connection" : "Save"}
      busy={saving.isPending}
      aside={
        <Button large icon="bolt" busy={probing.isPending} onClick={test}>
          Test
        </Button>
      }
      onSend={send}
      onClose={onClose}
    >
      <AddressFields form={form} errors={errors} onChange={change} />
      <CredentialFields form={form} stored={stored} errors={errors} onChange={change} />
      <FilterFields form={form} stored={stored} errors={errors} onChange={change} />
      <div ref={answers} role="status" className="connection-answers">
        {probing.isPending && <p className="text-2">Asking the server…</p>}
        {probing.data !== undefined && <Verdict verdict={probing.data} />}
      </div>
      <Refusal error={probing.error} />
      <Refusal error={Object.keys(issuesOf(saving.error)).length > 0 ? null : saving.error} />
    </FormDialog>
  );
}

/** Puts the keyboard into the first field at fault of the form around `part`, once it is drawn. */
function showFirstFault(part: HTMLElement | null): void {
  const fault = "[aria-invalid=true]";
  requestAnimationFrame(() => part?.closest("form")?.querySelector<HTMLElement>(fault)?.focus());
}

/** What was asked of the form so far: what nobody asked for is not found fault with. */
type Asked = "nothing" | "test" | "all";

function shownErrors(asked: Asked, all: FormErrors, ofTest: FormErrors | null): FormErrors {
  if (asked === "nothing") return {};
  return asked === "all" ? all : (ofTest ?? {});
}

function touchesReach(part: Partial<ConnectionForm>): boolean {
  return (["base_url", "auth_kind", "user", "password", "api_key"] as const).some((name) => name in part);
}

type FieldsProps = {
  form: ConnectionForm;
  errors: FormErrors;
  onChange: (part: Partial<ConnectionForm>) => void;
};

function AddressFields({ form, errors, onChange }: FieldsProps) {
  const isUnusual =
    form.base_url.trim() !== "" && !/\/api\/?$|\/workspaces\/[^/]+\/?$/.test(form.base_url.trim());
  return (
    <>
      <Field label="Name" error={errors.name} hint="What the dashboard calls it.">
        {(control) => (
          <input
            {...control}
            className="input"
            data-first-focus=""
            autoComplete="off"
            maxLength={80}
            placeholder="Such as: Production"
            value={form.name}
            onChange={(event) => onChange({ name: event.target.value })}
          />
        )}
      </Field>
      <Field
        label="Address of Prefect's API"
        error={errors.base_url}
        hint={
          isUnusual
            ? "It usually ends in /api: Prefect's pages alone do not answer."
            : "As the server that runs Coursewright reaches it; what PREFECT_API_URL holds elsewhere."
        }
      >
        {(control) => (
          <input
            {...control}
            className="input"
            type="url"
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            value={form.base_url}
            onChange={(event) => onChange({ base_url: event.target.value })}
          />
        )}
      </Field>
      <Field
        label="Address of its pages"
        error={errors.ui_url}
        hint="Optional. Where your browser reaches Prefect's own pages; links lead there."
      >
        {(control) => (
          <input
            {...control}
            className="input"
            type="url"
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            placeholder={derivedUiUrl(form.base_url)}
            value={form.ui_url}
            onChange={(event) => onChange({ ui_url: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}

const placeOfIssue: Readonly<Record<string, keyof FormErrors>> = {
  name: "name",
  base_url: "base_url",
  ui_url: "ui_url",
  filter_tags: "tags",
  "credentials.auth_string": "password",
  "credentials.api_key": "api_key",
};

/** What the server refused, beside the field it is about; empty when it is about none of them. */
function issuesOf(error: Error | null): FormErrors {
  if (!(error instanceof ApiError)) return {};
  if (error.code === "connection_name_taken") return { name: "Another connection has this name." };
  const errors: FormErrors = {};
  for (const { field, message } of error.issues) {
    const place = placeOfIssue[field] ?? placeOfIssue[field.split(".")[0] ?? ""];
    if (place === undefined) return {};
    errors[place] = `The server refused this: ${message}.`;
  }
  return errors;
}

/** Tries what is in the form, and brings what was found into sight: `answers` is its place. */
function useProbing() {
  const answers = useRef<HTMLDivElement>(null);
  const probing = useMutation({ mutationFn: probeConnection });
  const { data } = probing;
  useEffect(() => {
    // The form is longer than a phone's screen, and the button that asks stays below it.
    if (data !== undefined) answers.current?.scrollIntoView({ block: "nearest" });
  }, [data]);
  return { probing, answers };
}

function useSaving(stored: Connection | null, onClose: () => void) {
  const refresh = useConnectionsRefresh();
  return useMutation({
    mutationFn: (draft: Parameters<typeof createConnection>[0]) =>
      stored === null ? createConnection(draft) : changeConnection(stored.id, draft),
    onSuccess: (saved) => {
      onClose();
      const name = `“${shortName(saved.name)}”`;
      showToast({
        tone: "ok",
        words: stored === null ? `${name} is watched from now on.` : `${name} is saved.`,
      });
    },
    onSettled: refresh,
  });
}
