import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { roleWords } from "../../../api/session/roles.ts";
import { arrive } from "../../../api/session/session-store.ts";
import { usePerson } from "../../../api/session/use-session.ts";
import { Field } from "../../../ui/form/Field.tsx";
import { Form } from "../../../ui/form/Form.tsx";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { Button } from "../../../ui/page/Button.tsx";
import { Card } from "../../../ui/page/Card.tsx";
import { FormRefusal, issueOf } from "../fields/FormRefusal.tsx";
import { rename } from "../session-api.ts";

const meanings = {
  admin: "may do everything, accounts and settings included",
  operator: "may create, review, publish, retry and cancel",
  viewer: "may see everything but accounts, and change nothing",
  learner: "reads published lessons",
};

/** Who one is here: the name can be changed, the role only by an administrator. */
export function NameCard() {
  const { name, role } = usePerson();
  const [draft, setDraft] = useState(name);
  const renaming = useMutation({
    mutationFn: async () => {
      await rename(draft.trim());
      await arrive();
    },
    onSuccess: () => showToast({ tone: "ok", words: "Your name is changed." }),
  });
  const wanted = draft.trim();
  return (
    <Card title="You" padded>
      <Form className="account-form" busy={renaming.isPending} onSend={() => renaming.mutate()}>
        <FormRefusal error={renaming.error} />
        <Field
          label="Name"
          hint="As others see it beside what you did."
          error={issueOf(renaming.error, "name")}
        >
          {(control) => (
            <input
              {...control}
              className="input"
              type="text"
              autoComplete="name"
              maxLength={100}
              value={draft}
              onChange={(event) => setDraft(event.currentTarget.value)}
            />
          )}
        </Field>
        <div className="field">
          <span className="strong">Role</span>
          <p className="text-2">
            {roleWords[role]}: {meanings[role]}
          </p>
        </div>
        <div>
          <Button type="submit" busy={renaming.isPending} disabledReason={refusalOf(wanted, name)}>
            Change the name
          </Button>
        </div>
      </Form>
    </Card>
  );
}

function refusalOf(wanted: string, name: string): string | undefined {
  if (wanted === "") return "Write a name.";
  return wanted === name ? "This is your name already." : undefined;
}
