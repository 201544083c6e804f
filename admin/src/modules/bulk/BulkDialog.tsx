import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type FormEvent, useId, useState } from "react";
import type { BulkPreview } from "../../api/detail-rows.ts";
import { describeError } from "../../api/problem.ts";
import { paths } from "../../paths.ts";
import { Field } from "../../ui/form/Field.tsx";
import { Dialog } from "../../ui/overlay/Dialog.tsx";
import { showToast } from "../../ui/overlay/toasts.ts";
import { Button } from "../../ui/page/Button.tsx";
import { DataStates } from "../../ui/page/DataStates.tsx";
import { SkeletonBlock } from "../../ui/page/Skeleton.tsx";
import { formatCount } from "../../ui/value/format.ts";
import { type BulkOrder, startBulk, useBulkPreview } from "./bulk-api.ts";
import { needsTyping, quantityOf, verbWordsOf } from "./bulk-words.ts";
import { PreviewWords } from "./PreviewWords.tsx";

/** A question about many things, asked anew each time so that no old preview is shown. */
export type BulkQuestion = { order: BulkOrder; askedAt: number; open: boolean };

/** Holds the question that is being asked; what was asked stays while its dialog closes. */
export function useBulkQuestion() {
  const [question, setQuestion] = useState<BulkQuestion | null>(null);
  return {
    question,
    ask: (order: BulkOrder) => setQuestion({ order, askedAt: Date.now(), open: true }),
    close: () => setQuestion((asked) => (asked === null ? null : { ...asked, open: false })),
  };
}

type BulkDialogProps = {
  question: BulkQuestion;
  onClose: () => void;
  /** Called with the action's task once it was accepted. */
  onStarted: (taskId: string) => void;
};

/** Says what an action over many things will do and cost before it does it. Give each question a `key` of its own. */
export function BulkDialog({ question, onClose, onStarted }: BulkDialogProps) {
  const { order, askedAt } = question;
  const id = useId();
  const [typed, setTyped] = useState("");
  const preview = useBulkPreview(order, askedAt);
  const start = useBulkStart(order, (taskId) => {
    onClose();
    onStarted(taskId);
  });
  const words = verbWordsOf(order.action);
  const refusal = refusalOf(preview.data, typed);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (refusal === undefined && !start.isPending) start.mutate();
  };
  const footer = (
    <>
      <Button large onClick={onClose} data-first-focus="">
        Not now
      </Button>
      <Button
        large
        look={order.action === "resume" ? "primary" : "danger"}
        type="submit"
        form={id}
        busy={start.isPending}
        disabledReason={refusal}
      >
        {preview.data === undefined || preview.data.eligible === 0
          ? words.confirms
          : `${words.confirms} ${quantityOf(order.entity, preview.data.eligible)}`}
      </Button>
    </>
  );
  const failure = start.error === null ? null : describeError(start.error);
  return (
    <Dialog open={question.open} onClose={onClose} title={titleOf(order, preview.data)} footer={footer}>
      <form id={id} className="stack" onSubmit={submit}>
        <DataStates
          data={preview.data}
          failure={preview.error === null ? null : describeError(preview.error)}
          skeleton={<SkeletonBlock lines={4} label="Working out what would happen" />}
          onReload={preview.reload}
          reloading={preview.reloading}
        >
          {(shown) => (
            <>
              <PreviewWords order={order} preview={shown} />
              {needsTyping(shown.eligible) && (
                <Confirmation count={shown.eligible} typed={typed} onType={setTyped} />
              )}
            </>
          )}
        </DataStates>
        {failure !== null && (
          <p role="alert" className="is-bad field-error">
            {failure.title}. {failure.text}
          </p>
        )}
      </form>
    </Dialog>
  );
}

function Confirmation(props: { count: number; typed: string; onType: (typed: string) => void }) {
  return (
    <Field
      label={`Type ${props.count} to confirm`}
      hint="So many at once cannot be taken back with one click."
    >
      {(control) => (
        <input
          {...control}
          className="input"
          inputMode="numeric"
          autoComplete="off"
          value={props.typed}
          onChange={(event) => props.onType(event.target.value)}
        />
      )}
    </Field>
  );
}

function titleOf(order: BulkOrder, preview: BulkPreview | undefined): string {
  const { asks } = verbWordsOf(order.action);
  if (preview === undefined) return `${asks} what is selected?`;
  if (preview.eligible === 0) return `Nothing to ${asks.toLowerCase()} here`;
  return `${asks} ${quantityOf(order.entity, preview.eligible)}?`;
}

function refusalOf(preview: BulkPreview | undefined, typed: string): string | undefined {
  if (preview === undefined) return "What would happen is still being worked out.";
  if (preview.eligible === 0) return "None of the selected can be changed this way.";
  const digits = typed.replace(/[\s,.]/g, "");
  if (needsTyping(preview.eligible) && digits !== String(preview.eligible)) {
    return `Type ${formatCount(preview.eligible)} first.`;
  }
  return undefined;
}

function useBulkStart(order: BulkOrder, onStarted: (taskId: string) => void) {
  const router = useRouter();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => startBulk(order),
    onSuccess: ({ task_id, item_count }) => {
      showToast({
        tone: "ok",
        words: `${quantityOf(order.entity, item_count)}: the work goes on as a task of its own.`,
        action: {
          word: "Open the task",
          onSelect: () => void router.navigate({ href: paths.task(task_id) }),
        },
      });
      onStarted(task_id);
      void queryClient.invalidateQueries({ queryKey: ["list"] });
    },
  });
}
