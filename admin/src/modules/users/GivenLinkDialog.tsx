import type { GivenLink } from "../../api/account-rows.ts";
import { Icon } from "../../ui/icon/Icon.tsx";
import { Dialog } from "../../ui/overlay/Dialog.tsx";
import { Button } from "../../ui/page/Button.tsx";
import { Moment } from "../../ui/value/Moment.tsx";
import { shortName } from "../../ui/value/visible-text.ts";
import { ShownOnce } from "../settings/public.ts";

/** A link that was just made, for whom. */
export type ShownLink = { name: string; link: GivenLink };

type GivenLinkDialogProps = { shown: ShownLink | null; onClose: () => void };

/** Shows a one-time link for the only time, with what became of the e-mail. */
export function GivenLinkDialog({ shown, onClose }: GivenLinkDialogProps) {
  return (
    <Dialog
      // A click beside it must not close it: the link would be lost.
      wide
      open={shown !== null}
      onClose={onClose}
      title="Hand over the one-time link"
      footer={
        <Button large look="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      {shown !== null && (
        <div className="stack">
          <p className="text-2">
            Whoever opens it signs in as <bdi>{shortName(shown.name, 80)}</bdi>: send it on a way that only
            they read. It works once, until <Moment at={shown.link.expires_at} />, and is shown now and never
            again; a new one ends it.
          </p>
          <ShownOnce text={shown.link.url} copyLabel="Copy the link" />
          <MailOutcome link={shown.link} />
        </div>
      )}
    </Dialog>
  );
}

function MailOutcome({ link }: { link: GivenLink }) {
  if (link.mailed_to !== null) {
    return (
      <p className="row">
        <Icon name="check" className="is-ok" />
        <span>
          Also sent to <bdi>{shortName(link.mailed_to)}</bdi>.
        </span>
      </p>
    );
  }
  if (link.mail_problem !== null) {
    return (
      <p className="row is-warn" role="alert">
        <Icon name="triangle" className="is-warn" />
        <span>It could not be sent by e-mail: {shortName(link.mail_problem, 300)}</span>
      </p>
    );
  }
  return <p className="text-3">It was not sent by e-mail.</p>;
}
