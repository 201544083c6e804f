import { useState } from "react";
import { Dialog } from "../../../ui/overlay/Dialog.tsx";
import { Button } from "../../../ui/page/Button.tsx";
import { CopyButton } from "../../../ui/value/CopyId.tsx";

/** A signing secret that was just made. */
export type MadeSecret = { alertName: string; secret: string };

type SecretDialogProps = { made: MadeSecret | null; onClose: () => void };

/** Shows a signing secret for the only time, with what a receiver does with it. */
export function SecretDialog({ made, onClose }: SecretDialogProps) {
  // Stays on show while the dialog closes.
  const [shown, setShown] = useState(made);
  if (made !== null && made !== shown) setShown(made);
  return (
    <Dialog
      // A click beside it must not close it: the secret would be lost.
      wide
      open={made !== null}
      onClose={onClose}
      title="Keep the signing secret"
      footer={
        <Button large look="primary" onClick={onClose}>
          I have kept it
        </Button>
      }
    >
      <div className="stack">
        <p className="text-2">
          “{shown?.alertName}” signs its webhooks with this secret. It is shown now and never again; a lost
          one can only be replaced.
        </p>
        <div className="alert-secret">
          <code>{shown?.secret}</code>
          <CopyButton text={shown?.secret ?? ""} label="Copy the secret" />
        </div>
        <p className="text-3 small">
          The receiver computes HMAC-SHA256 over <code>webhook-id.webhook-timestamp.body</code> with the
          base64-decoded part behind <code>whsec_</code> as key and compares it with{" "}
          <code>webhook-signature</code>, as Standard Webhooks describes. A repeated <code>webhook-id</code>{" "}
          is the same message.
        </p>
      </div>
    </Dialog>
  );
}
