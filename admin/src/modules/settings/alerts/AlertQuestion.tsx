import { useMutation } from "@tanstack/react-query";
import type { Alert } from "../../../api/monitor-rows.ts";
import { ConfirmDialog } from "../../../ui/overlay/Dialog.tsx";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { shortName } from "../../../ui/value/visible-text.ts";
import { Refusal } from "../Refusal.tsx";
import { changeAlert, deleteAlert, useAlertsRefresh } from "./alerts-api.ts";
import type { MadeSecret } from "./SecretDialog.tsx";

/** What is asked before it is done. What was asked stays while the dialog closes. */
export type Question = { kind: "delete" | "renew"; open: boolean };

type AlertQuestionProps = {
  alert: Alert;
  question: Question | null;
  onAsk: (question: Question | null) => void;
  onSecret: (made: MadeSecret) => void;
};

/** Asks before an alert is deleted or gets another signing secret, and does it. */
export function AlertQuestion({ alert, question, onAsk, onSecret }: AlertQuestionProps) {
  const refresh = useAlertsRefresh();
  const isDeletion = question?.kind !== "renew";
  const close = () => onAsk(question === null ? null : { ...question, open: false });
  const action = useMutation({
    mutationFn: async () => {
      if (isDeletion) await deleteAlert(alert.id);
      else return (await changeAlert(alert.id, { renew_webhook_secret: true })).webhook_secret;
      return null;
    },
    onSuccess: (secret) => {
      close();
      if (secret !== null) onSecret({ alertName: alert.name, secret });
      else if (isDeletion) showToast({ tone: "ok", words: `“${shortName(alert.name)}” is deleted.` });
    },
    onSettled: refresh,
  });
  return (
    <ConfirmDialog
      open={question?.open ?? false}
      title={isDeletion ? "Delete this alert?" : "Make a new signing secret?"}
      confirmWord={isDeletion ? "Delete the alert" : "Make a new secret"}
      dangerous={isDeletion}
      busy={action.isPending}
      failure={action.error !== null && <Refusal error={action.error} />}
      onConfirm={() => action.mutate()}
      onClose={close}
    >
      {isDeletion ? (
        <p>
          “{shortName(alert.name)}” is no longer watched, and its delivery log goes with it. What waits to be
          sent is not sent. This cannot be taken back; switching it off can.
        </p>
      ) : (
        <p>
          The old secret of “{shortName(alert.name)}” ends at once: the receiver refuses messages until it
          knows the new one.
        </p>
      )}
    </ConfirmDialog>
  );
}
