import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError } from "../../api/problem.ts";
import type { UserSummary } from "../../api/rows.ts";
import { FormDialog } from "../../ui/overlay/Dialog.tsx";
import { showToast } from "../../ui/overlay/toasts.ts";
import { shortName } from "../../ui/value/visible-text.ts";
import { Refusal } from "../settings/public.ts";
import { PersonFields, RoleField, readUserForm, type UserFormValues } from "./UserForm.tsx";
import { changeUser, type UserChange, useUserRefresh } from "./users-api.ts";

type EditUserDialogProps = {
  user: UserSummary;
  /** Why the e-mail address stays as it is. */
  emailReason: string | undefined;
  /** Why the role stays as it is. */
  roleReason: string | undefined;
  open: boolean;
  onClose: () => void;
};

/** Changes name, e-mail address and role. Give each asking a `key`. */
export function EditUserDialog({ user, emailReason, roleReason, open, onClose }: EditUserDialogProps) {
  // The row may change behind the dialog; what is edited is what was opened.
  const [stored] = useState(user);
  const [values, setValues] = useState<UserFormValues>({
    name: stored.name,
    email: stored.email ?? "",
    role: stored.role,
  });
  const [wasSent, setWasSent] = useState(false);
  const saving = useSaving(stored, onClose);
  const issues = readUserForm(values, stored.email !== null);
  const isTaken = saving.error instanceof ApiError && saving.error.code === "email_taken";
  const errors = {
    ...(wasSent ? issues : {}),
    ...(isTaken ? { email: "Another account has this address." } : {}),
  };
  const send = () => {
    setWasSent(true);
    if (Object.keys(issues).length > 0) return;
    const change = changeOf(stored, values);
    if (Object.keys(change).length === 0) onClose();
    else saving.mutate(change);
  };
  const edit = (part: Partial<UserFormValues>) => {
    setValues({ ...values, ...part });
    saving.reset();
  };
  return (
    <FormDialog
      wide
      open={open}
      title={`Edit “${shortName(stored.name, 60)}”`}
      sendWord="Save"
      busy={saving.isPending}
      onSend={send}
      onClose={onClose}
    >
      <PersonFields
        values={values}
        errors={errors}
        emailHint="They sign in with it. A new one ends links that are still open."
        emailReason={emailReason}
        onChange={edit}
      />
      <RoleField role={values.role} closedBecause={roleReason} onChange={(role) => edit({ role })} />
      {!isTaken && <Refusal error={saving.error} />}
    </FormDialog>
  );
}

/** What is sent: only what differs, so that nothing is written over that somebody else changed meanwhile. */
function changeOf(stored: UserSummary, values: UserFormValues): UserChange {
  const [name, email] = [values.name.trim(), values.email.trim()];
  return {
    ...(name === stored.name ? {} : { name }),
    ...(email === (stored.email ?? "") ? {} : { email }),
    ...(values.role === stored.role ? {} : { role: values.role }),
  };
}

function useSaving(user: UserSummary, onClose: () => void) {
  const refresh = useUserRefresh();
  return useMutation({
    mutationFn: (change: UserChange) => changeUser(user.id, change),
    onSuccess: (saved) => {
      refresh(saved);
      onClose();
      showToast({ tone: "ok", words: `“${shortName(saved.name, 80)}” is saved.` });
    },
  });
}
