import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { UserSummary } from "../../api/rows.ts";
import { Field } from "../../ui/form/Field.tsx";
import { FormDialog } from "../../ui/overlay/Dialog.tsx";
import { showToast } from "../../ui/overlay/toasts.ts";
import { formatQuantity } from "../../ui/value/format.ts";
import { visibleText } from "../../ui/value/visible-text.ts";
import { Refusal } from "../settings/public.ts";
import { eraseUser, useUserRefresh } from "./users-api.ts";

type EraseDialogProps = { user: UserSummary; open: boolean; onClose: () => void };

/** Whether a name was typed as it is shown: runs of spaces stand as one, and what cannot be seen as its symbol. */
function isSameName(typed: string, name: string): boolean {
  const asShown = (text: string) => visibleText(text).replaceAll(/\s+/g, " ").trim();
  return asShown(typed) === asShown(name);
}

/** Erases a person's data once their name was typed; says what goes and what stays. Give each asking a `key`. */
export function EraseDialog({ user, open, onClose }: EraseDialogProps) {
  const [typed, setTyped] = useState("");
  const refresh = useUserRefresh();
  const erasing = useMutation({
    mutationFn: () => eraseUser(user.id, user.name),
    onSuccess: (erased) => {
      onClose();
      refresh(erased);
      showToast({ tone: "ok", words: "The person's data is erased." });
    },
  });
  const fits = isSameName(typed, user.name);
  return (
    <FormDialog
      wide
      open={open}
      title="Erase this person's data?"
      sendWord="Erase for ever"
      look="danger"
      busy={erasing.isPending}
      disabledReason={fits ? undefined : "Type the name first, exactly as it is shown."}
      onSend={() => fits && erasing.mutate()}
      onClose={onClose}
    >
      <div className="user-erasure">
        <section>
          <h3>Goes, and never comes back</h3>
          <ul>
            <li>name and e-mail address</li>
            <li>password, second factor and ties to a single sign-on</li>
            <li>sessions, API tokens, one-time links and saved views</li>
            <li>addresses and browsers in the audit log</li>
          </ul>
        </section>
        <section>
          <h3>Stays, under “Erased person”</h3>
          <ul>
            <li>{formatQuantity(user.unit_count, "unit")} with their lessons and media</li>
            <li>{formatQuantity(user.llm_request_count, "LLM request")} and what they cost</li>
            <li>what was done, in the audit log, without a name</li>
            <li>names that somebody wrote into a course's own text</li>
          </ul>
        </section>
      </div>
      <p className="text-2">Export the data first if the person may want it.</p>
      <Field
        label="Type the person's name to confirm"
        hint={
          <>
            The name is <bdi className="strong">{visibleText(user.name)}</bdi>
          </>
        }
      >
        {(control) => (
          <input
            {...control}
            className="input"
            data-first-focus=""
            autoComplete="off"
            spellCheck={false}
            maxLength={200}
            value={typed}
            onChange={(event) => {
              setTyped(event.target.value);
              erasing.reset();
            }}
          />
        )}
      </Field>
      <Refusal error={erasing.error} />
    </FormDialog>
  );
}
