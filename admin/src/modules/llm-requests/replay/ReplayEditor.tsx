import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId, useMemo, useState } from "react";
import { describeError } from "../../../api/problem.ts";
import { Field } from "../../../ui/form/Field.tsx";
import { Dialog } from "../../../ui/overlay/Dialog.tsx";
import { Button } from "../../../ui/page/Button.tsx";
import { formatQuantity } from "../../../ui/value/format.ts";
import "./replay.css";
import type { KnownModel, LlmRequestDetail } from "../../../api/detail-rows.ts";
import { replayRequest, useModels } from "./replay-api.ts";
import {
  draftOf,
  earlierMessagesOf,
  editsOf,
  modelChoicesOf,
  problemsOf,
  type ReplayDraft,
  type ReplayField,
  replayCostSentence,
  replayFieldsOf,
  replayFieldWords,
  replayTexts,
} from "./replay-form.ts";

type ReplayEditorProps = {
  request: LlmRequestDetail;
  open: boolean;
  onClose: () => void;
  /** Called with the replay's task once it was accepted. */
  onSent: (taskId: string) => void;
};

/** What is sent again, field by field, with its price; what stays untouched is sent exactly as it was. */
export function ReplayEditor({ request, open, onClose, onSent }: ReplayEditorProps) {
  const id = useId();
  const fields = replayFieldsOf(request);
  const original = useMemo(() => draftOf(request), [request]);
  const [draft, setDraft] = useState(original);
  const edits = editsOf(original, draft, fields);
  const problems = problemsOf(original, draft, fields);
  const edited = Object.keys(edits).length;
  const send = useMutation({
    mutationFn: () => replayRequest(request.id, edits),
    onSuccess: ({ task_id }) => onSent(task_id),
  });
  const refusal = Object.keys(problems).length > 0 ? "Correct the marked fields first." : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (refusal === undefined && !send.isPending) send.mutate();
  };
  const footer = (
    <>
      <span className="replay-price text-2">{replayCostSentence(request, edits)}</span>
      {edited > 0 && (
        <Button large look="quiet" onClick={() => setDraft(original)}>
          Undo {edited === 1 ? "the edit" : `${edited} edits`}
        </Button>
      )}
      <Button large onClick={onClose}>
        Not now
      </Button>
      <Button
        large
        look="primary"
        type="submit"
        form={id}
        busy={send.isPending}
        disabledReason={refusal}
        data-first-focus=""
      >
        {edited === 0 ? "Send as it was" : "Send edited"}
      </Button>
    </>
  );
  const failure = send.error === null ? null : describeError(send.error);
  return (
    <Dialog open={open} onClose={onClose} title="Send this request again" footer={footer} wide>
      <form id={id} className="stack" onSubmit={submit}>
        <p className="text-2">
          The answer is kept as a request of its own, to compare with this one. The unit and its lessons stay
          as they are. Budgets and rate limits count it like any call.
        </p>
        {request.request === null && (
          <p className="text-2">Its texts are too long to be edited here; they are sent as they were.</p>
        )}
        <ReplayFields
          request={request}
          original={original}
          draft={draft}
          problems={problems}
          fields={fields}
          onChange={(field, value) => setDraft({ ...draft, [field]: value })}
        />
        {failure !== null && (
          <p role="alert" className="is-bad field-error">
            {failure.title}. {failure.text}
          </p>
        )}
      </form>
    </Dialog>
  );
}

type ReplayFieldsProps = {
  request: LlmRequestDetail;
  original: ReplayDraft;
  draft: ReplayDraft;
  problems: Partial<Record<ReplayField, string>>;
  fields: readonly ReplayField[];
  onChange: (field: ReplayField, value: string) => void;
};

function ReplayFields(props: ReplayFieldsProps) {
  const { request, fields } = props;
  const models = useModels(true);
  const choices = modelChoicesOf(models.data ?? [], request.kind);
  return (
    <>
      <div className="replay-settings">
        {fields
          .filter((field) => !replayTexts.includes(field))
          .map((field) => (
            <ShortField key={field} field={field} choices={choices} {...props} />
          ))}
      </div>
      {fields
        .filter((field) => replayTexts.includes(field))
        .map((field) => (
          <LongField key={field} field={field} {...props} />
        ))}
    </>
  );
}

function hintOf(field: ReplayField, original: ReplayDraft, draft: ReplayDraft): string | undefined {
  if (draft[field] !== original[field]) {
    const was = original[field];
    if (replayTexts.includes(field)) return "edited";
    return was === "" ? "edited; the original left it out" : `edited; the original had ${was}`;
  }
  return original[field] === "" ? "the original left it out" : undefined;
}

type OneFieldProps = ReplayFieldsProps & { field: ReplayField };

function ShortField({ choices, ...props }: OneFieldProps & { choices: KnownModel[] }) {
  const { field, draft, original, problems, onChange } = props;
  const listId = useId();
  const numeric = field === "temperature" || field === "max_output_tokens";
  return (
    <Field label={replayFieldWords[field]} hint={hintOf(field, original, draft)} error={problems[field]}>
      {(control) => (
        <>
          <input
            {...control}
            className={field === "model" ? "input mono" : "input"}
            value={draft[field]}
            inputMode={numeric ? "decimal" : undefined}
            autoComplete="off"
            spellCheck={false}
            list={field === "model" ? listId : undefined}
            placeholder={numeric ? "the provider's default" : undefined}
            onChange={(event) => onChange(field, event.target.value)}
          />
          {field === "model" && (
            <datalist id={listId}>
              {choices.map((known) => (
                <option key={known.model} value={known.model}>
                  {known.is_configured ? `${known.provider}, in use` : `${known.provider}, used before`}
                </option>
              ))}
            </datalist>
          )}
        </>
      )}
    </Field>
  );
}

const charactersInRow = 105;

function rowsOf(text: string): number {
  return text
    .split("\n")
    .reduce((rows, line) => rows + Math.max(1, Math.ceil(line.length / charactersInRow)), 0);
}

function LongField({ field, request, draft, original, problems, onChange }: OneFieldProps) {
  const earlier = field === "prompt" ? earlierMessagesOf(request) : 0;
  const before =
    earlier === 0 ? "" : `The ${formatQuantity(earlier, "message")} before it go along as they were. `;
  const hint = `${before}${hintOf(field, original, draft) ?? ""}`;
  const lines = Math.min(18, Math.max(3, rowsOf(draft[field])));
  return (
    <Field label={replayFieldWords[field]} hint={hint} error={problems[field]}>
      {(control) => (
        <textarea
          {...control}
          className="input replay-text"
          rows={lines}
          value={draft[field]}
          onChange={(event) => onChange(field, event.target.value)}
        />
      )}
    </Field>
  );
}
