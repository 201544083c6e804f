import type { GivenLink } from "../../api/account-rows.ts";
import { Icon } from "../../ui/icon/Icon.tsx";
import { Moment } from "../../ui/value/Moment.tsx";
import { shortName } from "../../ui/value/visible-text.ts";
import { ShownOnceDialog } from "../settings/public.ts";

/** A link that was just made, for whom. */
export type ShownLink = { name: string; link: GivenLink };

type GivenLinkDialogProps = { shown: ShownLink | null; onClose: () => void };

/** Shows a one-time link for the only time, with what became of the e-mail. */
export function GivenLinkDialog({ shown, onClose }: GivenLinkDialogProps) {
  return (
    <ShownOnceDialog
      open={shown !== null}
      title="Hand over the one-time link"
      lead={
        shown !== null && (
          <>
            Whoever opens it signs in as <bdi>{shortName(shown.name, 80)}</bdi>: send it on a way that only
            they read. It works once, until <Moment at={shown.link.expires_at} />, and is shown now and never
            again; a new one ends it.
          </>
        )
      }
      text={shown?.link.url ?? ""}
      copyLabel="Copy the link"
      doneWord="Done"
      onClose={onClose}
    >
      {shown !== null && <MailOutcome link={shown.link} />}
    </ShownOnceDialog>
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
