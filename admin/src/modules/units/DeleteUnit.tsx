import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type FormEvent, useId, useState } from "react";
import { sendJson } from "../../api/client.ts";
import type { UnitDetail } from "../../api/content-rows.ts";
import { paths } from "../../paths.ts";
import { Field } from "../../ui/form/Field.tsx";
import { Dialog } from "../../ui/overlay/Dialog.tsx";
import { showToast } from "../../ui/overlay/toasts.ts";
import { Button } from "../../ui/page/Button.tsx";
import { formatQuantity } from "../../ui/value/format.ts";
import { shortName, visibleText } from "../../ui/value/visible-text.ts";
import { Refusal } from "./next-step/Refusal.tsx";

type DeleteUnitProps = {
  unit: Pick<UnitDetail, "id" | "title" | "status" | "lessons" | "exercise_count" | "published_at">;
  open: boolean;
  onClose: () => void;
};

const unfinished = ["in_progress", "paused"];

const typeable = 80;

/** What must be typed: the title, or "delete" where the title is too long or holds what no keyboard types. */
export function confirmationOf(title: string): string {
  return title.length <= typeable && visibleText(title) === title && title.trim() === title
    ? title
    : "delete";
}

function refusalFor(title: string): string {
  return confirmationOf(title) === title ? "Type the title of the unit first." : 'Type "delete" first.';
}

/** Deletes a unit once its title was typed; says what goes and what stays. */
export function DeleteUnit({ unit, open, onClose }: DeleteUnitProps) {
  const id = useId();
  const [typed, setTyped] = useState("");
  const deletion = useDeletion(unit);
  const wanted = confirmationOf(unit.title);
  const matches = typed.trim() === wanted;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (matches && !deletion.isPending) deletion.mutate();
  };
  const footer = (
    <>
      <Button large onClick={onClose}>
        Not now
      </Button>
      <Button
        large
        look="danger"
        type="submit"
        form={id}
        busy={deletion.isPending}
        disabledReason={matches ? undefined : refusalFor(unit.title)}
      >
        Delete the unit
      </Button>
    </>
  );
  return (
    <Dialog open={open} onClose={onClose} title="Delete this unit?" footer={footer}>
      <form id={id} className="stack" onSubmit={submit}>
        <div className="text-2">
          <p>
            {formatQuantity(unit.lessons.length, "lesson")}, {formatQuantity(unit.exercise_count, "exercise")}
            , the sources, audio and cover are removed and cannot be brought back.
            {unit.published_at !== null && " Learners lose it at once."}
            {unfinished.includes(unit.status) && " Its task is cancelled first."}
          </p>
          <p>Its tasks, flow runs, requests and costs stay, under the title.</p>
        </div>
        <Field label={`Type "${wanted}" to confirm`}>
          {(control) => (
            <input
              {...control}
              className="input"
              value={typed}
              autoComplete="off"
              data-first-focus=""
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Field>
        <Refusal error={deletion.error} />
      </form>
    </Dialog>
  );
}

function useDeletion(unit: Pick<UnitDetail, "id" | "title">) {
  const router = useRouter();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => sendJson<undefined>("DELETE", `/content/units/${unit.id}`),
    onSuccess: async () => {
      showToast({ tone: "ok", words: `"${shortName(unit.title)}" is deleted.` });
      await router.navigate({ href: paths.units() });
      void queryClient.invalidateQueries({ queryKey: ["list"] });
    },
  });
}
