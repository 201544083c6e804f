import { shortName } from "../../../ui/value/visible-text.ts";
import { ShownOnceDialog } from "../ShownOnceDialog.tsx";

/** A signing secret that was just made. */
export type MadeSecret = { alertName: string; secret: string };

type SecretDialogProps = { made: MadeSecret | null; onClose: () => void };

/** Shows a signing secret for the only time, with what a receiver does with it. */
export function SecretDialog({ made, onClose }: SecretDialogProps) {
  return (
    <ShownOnceDialog
      open={made !== null}
      title="Keep the signing secret"
      lead={`“${shortName(made?.alertName ?? "")}” signs its webhooks with this secret. It is shown now and never again; a lost one can only be replaced.`}
      text={made?.secret ?? ""}
      copyLabel="Copy the secret"
      doneWord="I have kept it"
      onClose={onClose}
    >
      <p className="text-3 small">
        The receiver computes HMAC-SHA256 over <code>webhook-id.webhook-timestamp.body</code> with the
        base64-decoded part behind <code>whsec_</code> as key and compares it with{" "}
        <code>webhook-signature</code>, as Standard Webhooks describes. A repeated <code>webhook-id</code> is
        the same message.
      </p>
    </ShownOnceDialog>
  );
}
