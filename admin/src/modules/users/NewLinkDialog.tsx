import { useMutation } from "@tanstack/react-query";
import { useId, useState } from "react";
import type { GivenLink } from "../../api/account-rows.ts";
import type { UserSummary } from "../../api/rows.ts";
import { FormDialog } from "../../ui/overlay/Dialog.tsx";
import { shortName } from "../../ui/value/visible-text.ts";
import { Refusal, useMailSetup } from "../settings/public.ts";
import { linkKindFor } from "./user-words.ts";
import { giveLink, useUserRefresh } from "./users-api.ts";

type NewLinkDialogProps = {
  user: UserSummary;
  open: boolean;
  onClose: () => void;
  onGiven: (link: GivenLink) => void;
};

const explanations = {
  invitation:
    "With the link they choose a password and are signed in; it works for seven days. A former one ends.",
  password_reset:
    "With the link they choose a new password; it works for a day. Until they do the former password goes on working, then all their sessions end. A second factor is still asked for.",
};

/** Makes a new one-time link for somebody: an invitation, or the way to a new password. Give each asking a `key`. */
export function NewLinkDialog({ user, open, onClose, onGiven }: NewLinkDialogProps) {
  const id = useId();
  const mail = useMailSetup();
  const [wantsMail, setWantsMail] = useState(false);
  const refresh = useUserRefresh();
  const kind = linkKindFor(user);
  const canMail = user.email !== null && mail.data?.is_configured === true;
  const giving = useMutation({
    mutationFn: () => giveLink(user.id, kind, canMail && wantsMail),
    onSuccess: (link) => {
      onClose();
      onGiven(link);
      refresh();
    },
  });
  return (
    <FormDialog
      wide
      open={open}
      title={kind === "invitation" ? "Make a new invitation" : "Make a one-time link"}
      sendWord="Make the link"
      beginsAt="send"
      busy={giving.isPending}
      onSend={() => giving.mutate()}
      onClose={onClose}
    >
      <p>{explanations[kind]}</p>
      {user.email !== null && (
        <label className={canMail ? "choice" : "choice choice-closed"}>
          <input
            type="checkbox"
            checked={canMail && wantsMail}
            aria-disabled={!canMail || undefined}
            aria-label="Also send it by e-mail"
            aria-describedby={`${id}-mail`}
            onChange={() => canMail && setWantsMail(!wantsMail)}
          />
          <span className="strong">Also send it by e-mail</span>
          <span className="choice-text" id={`${id}-mail`}>
            {mail.data?.is_configured === false
              ? "The server has no mail server: set COURSEWRIGHT_SMTP_URL and start it again."
              : `To ${shortName(user.email)}. It is shown here in any case.`}
          </span>
        </label>
      )}
      <Refusal error={giving.error} />
    </FormDialog>
  );
}
