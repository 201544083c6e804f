import { useState } from "react";
import { useItemQuery } from "../../../api/item-query.ts";
import { FileDrop, type FileOutcome } from "../../../ui/content/FileDrop.tsx";
import "../../../ui/filter/filters.css";
import { Field } from "../../../ui/form/Field.tsx";
import { Icon } from "../../../ui/icon/Icon.tsx";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { IconButton } from "../../../ui/page/Button.tsx";
import { Card } from "../../../ui/page/Card.tsx";
import { formatBytes, formatCount, formatQuantity } from "../../../ui/value/format.ts";
import {
  countWords,
  type DraftErrors,
  type DraftFile,
  draftWords,
  maxSourceBytes,
  type NewUnitDraft,
} from "./new-unit-form.ts";

type Sample = { id: string; title: string; words: number; text: string };

type NewUnitSourceProps = {
  draft: NewUnitDraft;
  errors: DraftErrors;
  onChange: (patch: Partial<NewUnitDraft>) => void;
  onAddFile: (file: DraftFile) => void;
};

/** What the unit is made from: pasted text, files, or one of the samples. */
export function NewUnitSource({ draft, errors, onChange, onAddFile }: NewUnitSourceProps) {
  const takeSample = (sample: Sample) => {
    const before = { source_text: draft.source_text, source_title: draft.source_title };
    onChange({ source_text: sample.text, source_title: sample.title });
    if (before.source_text.trim() === "" || before.source_text === sample.text) return;
    showToast({
      tone: "idle",
      words: "The sample took the place of your text.",
      action: { word: "Undo", onSelect: () => onChange(before) },
    });
  };
  const words = draftWords(draft);
  return (
    <Card title="What it is made from" padded>
      <div className="stack">
        <Samples chosen={draft.source_text} onChoose={takeSample} />
        <Field
          label="Your text"
          error={errors.source_text}
          hint={
            words === 0
              ? "Plain text or Markdown, in English."
              : `${formatQuantity(words, "word")}${draft.files.length > 0 ? " with the files below" : ""}`
          }
        >
          {(control) => (
            <textarea
              {...control}
              className="input new-unit-text"
              value={draft.source_text}
              placeholder="Paste the text to teach from"
              onChange={(event) => onChange({ source_text: event.target.value, source_title: "" })}
            />
          )}
        </Field>
        <Files
          files={draft.files}
          onAdd={onAddFile}
          onRemove={(key) => onChange({ files: draft.files.filter((file) => file.key !== key) })}
        />
      </div>
    </Card>
  );
}

type FilesProps = {
  files: DraftFile[];
  onAdd: (file: DraftFile) => void;
  onRemove: (key: string) => void;
};

function Files({ files, onAdd, onRemove }: FilesProps) {
  const [refusals, setRefusals] = useState<string[]>([]);
  const take = (outcome: FileOutcome) => {
    if ("refused" in outcome) setRefusals((before) => [...before, outcome.refused]);
    else onAdd({ key: crypto.randomUUID(), words: countWords(outcome.text), ...outcome });
  };
  return (
    <div className="new-unit-files">
      <FileDrop accept=".txt,.md,.markdown,text/plain,text/markdown" maxBytes={maxSourceBytes} onFile={take}>
        Drop text files here, or <span className="link">choose some</span>
      </FileDrop>
      <div role="status" aria-label="Files">
        <ul>
          {files.map((file) => (
            <li key={file.key} className="row">
              <Icon name="file" />
              <span className="strong cut">{file.name}</span>
              <span className="text-3 no-wrap">
                {formatQuantity(file.words, "word")} · {formatBytes(file.bytes)}
              </span>
              <span className="spacer" />
              <IconButton icon="close" label={`Remove ${file.name}`} onClick={() => onRemove(file.key)} />
            </li>
          ))}
          {refusals.map((refusal) => (
            <li key={refusal} className="row is-bad new-unit-refusal">
              <Icon name="cross" className="is-bad" />
              <span>{refusal}</span>
              <span className="spacer" />
              <IconButton
                icon="close"
                label="Dismiss"
                onClick={() => setRefusals(refusals.filter((one) => one !== refusal))}
              />
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

type SamplesProps = { chosen: string; onChoose: (sample: Sample) => void };

function Samples({ chosen, onChoose }: SamplesProps) {
  const samples = useItemQuery<Sample[]>("/content-creator/samples");
  if (samples.data === undefined || samples.data.length === 0) return null;
  return (
    <fieldset className="row wraps new-unit-samples" aria-label="Samples">
      <span className="text-3">Try a sample:</span>
      {samples.data.map((sample) => (
        <button
          key={sample.id}
          type="button"
          className="chip"
          aria-pressed={chosen === sample.text}
          onClick={() => onChoose(sample)}
        >
          <b>{sample.title}</b> {formatCount(sample.words)} words
        </button>
      ))}
    </fieldset>
  );
}
