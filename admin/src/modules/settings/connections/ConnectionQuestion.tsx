import { useMutation } from "@tanstack/react-query";
import type { Connection } from "../../../api/engine-rows.ts";
import { ConfirmDialog } from "../../../ui/overlay/Dialog.tsx";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { formatQuantity } from "../../../ui/value/format.ts";
import { shortName } from "../../../ui/value/visible-text.ts";
import { useConnectionsRefresh } from "../../engines/public.ts";
import { Refusal } from "../Refusal.tsx";
import { changeConnection, removeConnection } from "./connections-api.ts";

/** What is asked before it is done. What was asked stays while the dialog closes. */
export type Question = { kind: "disable" | "remove"; open: boolean };

type ConnectionQuestionProps = {
  connection: Connection;
  question: Question | null;
  onAsk: (question: Question | null) => void;
};

/** Asks before a connection with runs that have not ended is switched off, or one is removed, and does it. */
export function ConnectionQuestion({ connection, question, onAsk }: ConnectionQuestionProps) {
  const refresh = useConnectionsRefresh();
  const isRemoval = question?.kind !== "disable";
  const close = () => onAsk(question === null ? null : { ...question, open: false });
  const action = useMutation({
    mutationFn: async () => {
      if (isRemoval) await removeConnection(connection.id);
      else await changeConnection(connection.id, { is_enabled: false });
    },
    onSuccess: () => {
      close();
      if (isRemoval) showToast({ tone: "ok", words: `“${shortName(connection.name)}” is removed.` });
    },
    onSettled: refresh,
  });
  return (
    <ConfirmDialog
      open={question?.open ?? false}
      title={isRemoval ? "Remove this connection?" : "Stop watching this connection?"}
      confirmWord={isRemoval ? "Remove the connection" : "Switch it off"}
      dangerous={isRemoval}
      busy={action.isPending}
      failure={action.error !== null && <Refusal error={action.error} />}
      onConfirm={() => action.mutate()}
      onClose={close}
    >
      <Consequences connection={connection} isRemoval={isRemoval} />
    </ConfirmDialog>
  );
}

function Consequences({ connection, isRemoval }: { connection: Connection; isRemoval: boolean }) {
  const { live_runs } = connection;
  const name = `“${shortName(connection.name)}”`;
  return (
    <div className="stack">
      <p>
        {live_runs === 0
          ? `No run of ${name} is under way as far as is known.`
          : `${formatQuantity(live_runs, "run")} of ${name} ${live_runs === 1 ? "has" : "have"} not ended. Prefect goes on with them; what becomes of them is not seen here ${isRemoval ? "any more" : "until it is switched on again"}, and units that are being written there stay in progress.`}
      </p>
      <p>
        {isRemoval
          ? "The address and the stored credentials are wiped. What was seen stays: flow runs, tasks, logs and finished lessons keep their place and say as of when they are. Adding the server again begins a new connection."
          : "What was seen stays and says as of when it is. Switched on again, it reads what it missed."}
      </p>
    </div>
  );
}
