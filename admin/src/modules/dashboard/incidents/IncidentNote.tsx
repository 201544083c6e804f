import { type FormEvent, useState } from "react";
import type { IncidentDetails } from "../../../api/monitor-rows.ts";
import { describeError } from "../../../api/problem.ts";
import { useMay } from "../../../api/session/use-session.ts";
import { Field } from "../../../ui/form/Field.tsx";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { Button } from "../../../ui/page/Button.tsx";
import { Moment } from "../../../ui/value/Moment.tsx";
import { visibleText } from "../../../ui/value/visible-text.ts";
import { useEditIncident } from "./incident-api.ts";

const longestNote = 4_000;

type IncidentNoteProps = { incident: IncidentDetails; isPast: boolean; onChanged: () => void };

/** What people know about an incident: read by everybody, written by whoever learns something. */
export function IncidentNote({ incident, isPast, onChanged }: IncidentNoteProps) {
  const written = incident.note ?? "";
  // Typed words stay when the incident changes meanwhile; an untouched field follows it.
  const [draft, setDraft] = useState<string | null>(null);
  const edit = useEditIncident(incident.id, onChanged);
  const text = draft ?? written;
  const mayWrite = useMay("operator").may;
  const save = (event: FormEvent) => {
    event.preventDefault();
    edit.mutate(
      { note: text.trim() === "" ? null : text.trim() },
      {
        onSuccess: () => {
          setDraft(null);
          showToast({ tone: "ok", words: text.trim() === "" ? "The note is gone." : "The note is kept." });
        },
      },
    );
  };
  const hint =
    incident.noted_at === null ? (
      "Everybody who opens this incident reads it."
    ) : (
      <>
        Written {incident.noted_by !== null && `by ${incident.noted_by} `}at <Moment at={incident.noted_at} />
      </>
    );
  if (isPast || !mayWrite)
    return written === "" ? null : <p className="incident-note">{visibleText(written)}</p>;
  return (
    <form className="incident-note-form" onSubmit={save}>
      <Field
        label="Note"
        hint={hint}
        error={edit.error === null ? undefined : describeError(edit.error).text}
      >
        {(control) => (
          <textarea
            {...control}
            className="input"
            rows={3}
            maxLength={longestNote}
            placeholder="What is known, what was tried, who is on it"
            value={text}
            onChange={(event) => setDraft(event.target.value)}
          />
        )}
      </Field>
      {draft !== null && draft !== written && (
        <div className="row">
          <Button type="submit" busy={edit.isPending}>
            Keep the note
          </Button>
          <Button look="quiet" onClick={() => setDraft(null)}>
            Discard
          </Button>
        </div>
      )}
    </form>
  );
}
