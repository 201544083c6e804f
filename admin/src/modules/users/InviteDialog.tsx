import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { InvitedUser } from "../../api/account-rows.ts";
import { ApiError } from "../../api/problem.ts";
import { FormDialog } from "../../ui/overlay/Dialog.tsx";
import { Refusal } from "../settings/public.ts";
import { PersonFields, RoleField, readUserForm, type UserFormValues } from "./UserForm.tsx";
import { inviteUser, useUserRefresh } from "./users-api.ts";

type InviteDialogProps = { open: boolean; onClose: () => void; onInvited: (invited: InvitedUser) => void };

const nobodyYet: UserFormValues = { email: "", name: "", role: "viewer" };

/** Asks who is to be invited and in which role. Give each asking a `key`. */
export function InviteDialog({ open, onClose, onInvited }: InviteDialogProps) {
  const [values, setValues] = useState(nobodyYet);
  const [wasSent, setWasSent] = useState(false);
  const refresh = useUserRefresh();
  const inviting = useMutation({
    mutationFn: inviteUser,
    onSuccess: (invited) => {
      onClose();
      onInvited(invited);
      refresh();
    },
  });
  const issues = readUserForm(values, true);
  const isTaken = inviting.error instanceof ApiError && inviting.error.code === "email_taken";
  const errors = {
    ...(wasSent ? issues : {}),
    ...(isTaken ? { email: "There is an account with this address already." } : {}),
  };
  const change = (part: Partial<UserFormValues>) => {
    setValues({ ...values, ...part });
    inviting.reset();
  };
  const send = () => {
    setWasSent(true);
    if (Object.keys(issues).length > 0) return;
    inviting.mutate({ ...values, email: values.email.trim(), name: values.name.trim() });
  };
  return (
    <FormDialog
      wide
      open={open}
      title="Invite somebody"
      sendWord="Invite"
      busy={inviting.isPending}
      onSend={send}
      onClose={onClose}
    >
      <p className="text-2">
        They get a link that works once and choose a password with it. It is sent by e-mail where the server
        can do that, and shown here in any case.
      </p>
      <PersonFields
        values={values}
        errors={errors}
        emailHint="They sign in with it. Each account has its own."
        onChange={change}
      />
      <RoleField role={values.role} onChange={(role) => change({ role })} />
      {!isTaken && <Refusal error={inviting.error} />}
    </FormDialog>
  );
}
