import { useRouter } from "@tanstack/react-router";
import { type FormEvent, useId, useState } from "react";
import type { Lesson, UnitDetail } from "../../../api/content-rows.ts";
import { paths } from "../../../paths.ts";
import { Field } from "../../../ui/form/Field.tsx";
import { Dialog } from "../../../ui/overlay/Dialog.tsx";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { Button } from "../../../ui/page/Button.tsx";
import { RoleButton } from "../../session/public.ts";
import { Refusal } from "../next-step/Refusal.tsx";
import { useUnitFlowRuns } from "../use-unit-flow-runs.ts";
import { useRegenerateLesson } from "./regeneration.ts";
import { lastCostOf, reasonAgainstRegenerating, regenerationCostSentence } from "./regeneration-words.ts";

const mostGuidance = 2000;

type RegenerateLessonProps = {
  lesson: Pick<Lesson, "id" | "unit_id" | "position" | "author" | "guidance">;
  unit: UnitDetail | undefined;
};

/** Writes one lesson anew after saying what that replaces and costs; the rest of the unit stays. */
export function RegenerateLesson({ lesson, unit }: RegenerateLessonProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <RoleButton
        least="operator"
        look="quiet"
        icon="reload"
        aria-label={`Write lesson ${lesson.position} anew`}
        disabledReason={reasonAgainstRegenerating(unit)}
        onClick={() => setOpen(true)}
      >
        Write anew…
      </RoleButton>
      {unit !== undefined && (
        <RegenerateDialog lesson={lesson} unit={unit} open={open} onClose={() => setOpen(false)} />
      )}
    </>
  );
}

type RegenerateDialogProps = {
  lesson: RegenerateLessonProps["lesson"];
  unit: UnitDetail;
  open: boolean;
  onClose: () => void;
};

function RegenerateDialog({ lesson, unit, open, onClose }: RegenerateDialogProps) {
  const id = useId();
  const router = useRouter();
  const [guidance, setGuidance] = useState(lesson.guidance ?? "");
  const regenerate = useRegenerateLesson(lesson);
  const isOffline = (lesson.author ?? unit.author) === "offline";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (regenerate.isPending) return;
    regenerate.mutate(isOffline ? "" : guidance.trim(), {
      onSuccess: ({ task_id }) => {
        onClose();
        const onSelect = () => void router.navigate({ href: paths.task(task_id) });
        showToast({
          tone: "ok",
          words: `Lesson ${lesson.position} is being written anew.`,
          action: { word: "Open the task", onSelect },
        });
      },
    });
  };
  const footer = (
    <>
      <Button large onClick={onClose}>
        Not now
      </Button>
      <Button large look="primary" type="submit" form={id} busy={regenerate.isPending}>
        Write lesson {lesson.position} anew
      </Button>
    </>
  );
  return (
    <Dialog open={open} onClose={onClose} title={`Write lesson ${lesson.position} anew?`} footer={footer}>
      <form id={id} className="stack" onSubmit={submit}>
        <Consequences unitId={unit.id} position={lesson.position} isOffline={isOffline} />
        <Field
          label="What should be different (optional)"
          hint={
            isOffline
              ? "The offline author quotes the source and cannot follow guidance."
              : "Goes to the model with the plan of the lesson."
          }
        >
          {(control) => (
            <textarea
              {...control}
              className="input"
              value={guidance}
              maxLength={mostGuidance}
              disabled={isOffline}
              data-first-focus={isOffline ? undefined : ""}
              onChange={(event) => setGuidance(event.target.value)}
            />
          )}
        </Field>
        <Refusal error={regenerate.error} />
      </form>
    </Dialog>
  );
}

type ConsequencesProps = { unitId: string; position: number; isOffline: boolean };

function Consequences({ unitId, position, isOffline }: ConsequencesProps) {
  const runs = useUnitFlowRuns(unitId).data ?? [];
  return (
    <div className="text-2 stack">
      <p>
        Its text, exercises and audio are replaced once the new ones are whole, and their review starts anew.
        Until then the old lesson stays readable; if it fails, nothing changes.
      </p>
      <p>The other lessons, the podcast and the cover stay as they are and are not paid again.</p>
      <p>{regenerationCostSentence(lastCostOf(runs, position), isOffline)}</p>
    </div>
  );
}
