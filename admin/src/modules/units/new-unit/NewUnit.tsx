import { type FormEvent, useRef, useState } from "react";
import { type ItemState, useItemQuery } from "../../../api/item-query.ts";
import { describeError } from "../../../api/problem.ts";
import { useDraft } from "../../../api/session/use-draft.ts";
import { paths } from "../../../paths.ts";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { Button } from "../../../ui/page/Button.tsx";
import { Card } from "../../../ui/page/Card.tsx";
import { useDocumentTitle } from "../../../ui/page/document-title.ts";
import { ErrorBlock, Notice } from "../../../ui/page/ErrorBlock.tsx";
import { PageHeader } from "../../../ui/page/PageHeader.tsx";
import { OfferedLaunch, useLaunchOffer } from "../../engines/public.ts";
import { NewUnitPlan } from "./NewUnitPlan.tsx";
import { NewUnitSource } from "./NewUnitSource.tsx";
import { NewUnitTopic } from "./NewUnitTopic.tsx";
import "./new-unit.css";
import {
  bodyOf,
  checkDraft,
  type DraftFile,
  emptyDraft,
  errorsOfRefusal,
  type NewUnitDraft,
} from "./new-unit-form.ts";
import { useCreateUnit, useUnitCreation } from "./use-create-unit.ts";

/** Who would write a unit that is created now. */
type Authors = {
  models: { text: string | null; speech: string | null; image: string | null };
  topic_needs_source: boolean;
  guidance: string;
};

/** Makes a unit of texts, files or a topic. What was typed survives every refusal, and the end of a session. */
export function NewUnit() {
  useDocumentTitle("New unit");
  const authors = useItemQuery<Authors>("/content-creator/authors");
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useDraft<NewUnitDraft>("new-unit", emptyDraft);
  const [tried, setTried] = useState(false);
  const creation = useCreateUnit();
  const createDraft = useUnitCreation();
  const prefect = useLaunchOffer();
  const change = (patch: Partial<NewUnitDraft>) => {
    setDraft((before) => ({ ...before, ...patch }));
    if (creation.isError) creation.reset();
  };
  // Several files of one drop arrive one after the other; a file of the same name is taken for a newer one.
  const addFile = (file: DraftFile) =>
    setDraft((before) => ({
      ...before,
      files: [...before.files.filter(({ name }) => name !== file.name), file],
    }));
  const topicNeedsSource = authors.data?.topic_needs_source ?? false;
  const errors = checkDraft(draft, topicNeedsSource);
  const refused = errorsOfRefusal(creation.error);
  const shown = tried ? { ...refused, ...errors } : {};
  const showFirstError = () =>
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
  /** Goes on when the form is whole; else shows what is missing. */
  const whenWhole = (goOn: () => void) => {
    setTried(true);
    if (Object.keys(errors).length > 0) showFirstError();
    else if (!creation.isPending) goOn();
  };
  const send = (start: boolean) =>
    whenWhole(() => creation.mutate(bodyOf(draft, start), { onError: showFirstError }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send(true);
  };
  const unplaced = creation.error !== null && Object.keys(refused).length === 0;
  return (
    <>
      <NewUnitHeader authors={authors} />
      <Remarks
        guidance={topicNeedsSource ? authors.data?.guidance : undefined}
        failure={unplaced ? creation.error : null}
      />
      <form className="two-columns" ref={form} onSubmit={submit} noValidate>
        <div className="stack">
          <NewUnitSource draft={draft} errors={shown} onChange={change} onAddFile={addFile} />
          <NewUnitTopic draft={draft} errors={shown} needsSource={topicNeedsSource} onChange={change} />
        </div>
        <aside className="stack" aria-label="Plan of the unit">
          <NewUnitPlan draft={draft} errors={shown} onChange={change} />
          <SendCard
            authors={authors.data}
            busy={creation.isPending}
            onPrefect={prefect.connections.length === 0 ? null : () => whenWhole(prefect.ask)}
            onSaveDraft={() => send(false)}
          />
        </aside>
      </form>
      <OfferedLaunch
        offer={prefect}
        unit={{ id: null, title: draft.title, hasLessons: false }}
        makeUnit={async () => (await createDraft(bodyOf(draft, false))).unit_id}
      />
    </>
  );
}

type RemarksProps = {
  /** What to know while the offline author writes; undefined where a model does. */
  guidance: string | undefined;
  /** A refusal that is about no field. */
  failure: Error | null;
};

function Remarks({ guidance, failure }: RemarksProps) {
  const words = failure === null ? null : describeError(failure);
  return (
    <>
      {guidance !== undefined && (
        <Notice tone="idle" icon="book" title="The offline author will write this unit">
          <p>{guidance}</p>
        </Notice>
      )}
      {words !== null && (
        <ErrorBlock title={words.title} raw={words.raw}>
          <p>{words.text} What you entered is still here.</p>
        </ErrorBlock>
      )}
    </>
  );
}

function NewUnitHeader({ authors }: { authors: ItemState<Authors> }) {
  return (
    <PageHeader
      title="New unit"
      breadcrumbs={[
        <AppLink key="units" href={paths.units()}>
          Units
        </AppLink>,
        "New unit",
      ]}
      onReload={authors.reload}
      reloading={authors.reloading}
      loadedAt={authors.loadedAt}
    />
  );
}

type SendCardProps = {
  authors: Authors | undefined;
  busy: boolean;
  /** Null where there is no Prefect to ask. */
  onPrefect: (() => void) | null;
  onSaveDraft: () => void;
};

function SendCard({ authors, busy, onPrefect, onSaveDraft }: SendCardProps) {
  return (
    <Card padded>
      <div className="new-unit-send">
        <div className="row wraps">
          <Button look="primary" large type="submit" busy={busy}>
            Create the unit
          </Button>
          <Button look="quiet" large onClick={onSaveDraft}>
            Save as a draft
          </Button>
          {onPrefect !== null && (
            <Button large icon="plug" onClick={onPrefect}>
              Generate on Prefect…
            </Button>
          )}
        </div>
        <p className="text-3 small">
          {authors !== undefined && writersOf(authors)} It starts at once; you can leave the page.
        </p>
      </div>
    </Card>
  );
}

function writersOf({ models }: Authors): string {
  const text =
    models.text === null ? "quoted from your text, without an AI model" : `written by ${models.text}`;
  const speech = models.speech === null ? "spoken by the built-in voice" : `spoken by ${models.speech}`;
  const image =
    models.image === null
      ? "the cover drawn by the built-in generator"
      : `the cover drawn by ${models.image}`;
  return `The lessons are ${text}, ${speech}, ${image}.`;
}
