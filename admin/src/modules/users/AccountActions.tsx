import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { describeError } from "../../api/problem.ts";
import type { UserSummary } from "../../api/rows.ts";
import { usePerson } from "../../api/session/use-session.ts";
import { showToast } from "../../ui/overlay/toasts.ts";
import { Button } from "../../ui/page/Button.tsx";
import { Card } from "../../ui/page/Card.tsx";
import { EditUserDialog } from "./EditUserDialog.tsx";
import { EraseDialog } from "./EraseDialog.tsx";
import { NewLinkButton } from "./NewLinkButton.tsx";
import { UserQuestion, type UserQuestionKind } from "./UserQuestion.tsx";
import { type ActionReasons, actionReasons, linkKindFor } from "./user-words.ts";
import { downloadPersonalData } from "./users-api.ts";

/** What was asked for, anew each time; it stays while its dialog closes. */
type Asked = { what: "edit" | "erase" | UserQuestionKind; askedAt: number; open: boolean };

/** Everything an administrator can do with an account, each with what it does or why it cannot be done. */
export function AccountActions({ user }: { user: UserSummary }) {
  const ownId = usePerson().id;
  const [asked, setAsked] = useState<Asked | null>(null);
  const ask = (what: Asked["what"]) => setAsked({ what, askedAt: Date.now(), open: true });
  const reasons = actionReasons({ user, ownId });
  const isInvitation = linkKindFor(user) === "invitation";
  return (
    <Card title="What can be done">
      <ul className="user-actions">
        <Action title="Name, e-mail address and role" words="What the person is called and may do.">
          <Button icon="pencil" disabledReason={reasons.edit} onClick={() => ask("edit")}>
            Edit
          </Button>
        </Action>
        <Action
          title={isInvitation ? "New invitation" : "One-time link"}
          words={
            isInvitation
              ? "For somebody whose link was lost or has expired."
              : "For somebody who cannot sign in any more."
          }
        >
          <NewLinkButton user={user} reason={reasons.link} />
        </Action>
        <Action title="Sessions" words="Signs the person out everywhere, at once.">
          <Button disabledReason={reasons.sessions} onClick={() => ask("sessions")}>
            End all sessions
          </Button>
        </Action>
        <Action
          title="Second factor"
          words="Takes it off for somebody who lost their device and backup codes."
        >
          <Button disabledReason={reasons.secondFactor} onClick={() => ask("second_factor")}>
            Reset
          </Button>
        </Action>
        <Standing user={user} reason={reasons.standing} onAsk={ask} />
        <PersonalData user={user} />
        <Action title="Erase" words="Removes what names the person, for ever; units and costs stay.">
          <Button look="danger" disabledReason={reasons.erase} onClick={() => ask("erase")}>
            Erase…
          </Button>
        </Action>
      </ul>
      <Dialogs user={user} ownId={ownId} reasons={reasons} asked={asked} onAsk={setAsked} />
    </Card>
  );
}

function Action({ title, words, children }: { title: string; words: string; children: ReactNode }) {
  return (
    <li>
      <div>
        <h3>{title}</h3>
        <p className="text-2">{words}</p>
      </div>
      {children}
    </li>
  );
}

type StandingProps = {
  user: UserSummary;
  reason: string | undefined;
  onAsk: (what: "activate" | "deactivate") => void;
};

function Standing({ user, reason, onAsk }: StandingProps) {
  if (user.is_active) {
    return (
      <Action title="Deactivate" words="All sessions and API tokens end at once; it can be activated again.">
        <Button look="danger" disabledReason={reason} onClick={() => onAsk("deactivate")}>
          Deactivate
        </Button>
      </Action>
    );
  }
  return (
    <Action title="Activate" words="Lets the person sign in again, in the same role.">
      <Button disabledReason={reason} onClick={() => onAsk("activate")}>
        Activate
      </Button>
    </Action>
  );
}

function PersonalData({ user }: { user: UserSummary }) {
  const saving = useMutation({
    mutationFn: () => downloadPersonalData(user.id),
    onSuccess: (name) => showToast({ tone: "ok", words: `${name} is saved.` }),
    onError: (error) => {
      const { title, text } = describeError(error);
      showToast({ tone: "bad", words: `${title}. ${text}` });
    },
  });
  return (
    <Action title="Personal data" words="Everything that is stored about the person, as a JSON file.">
      <Button icon="file" busy={saving.isPending} onClick={() => saving.mutate()}>
        Export
      </Button>
    </Action>
  );
}

type DialogsProps = {
  user: UserSummary;
  ownId: string;
  reasons: ActionReasons;
  asked: Asked | null;
  onAsk: (asked: Asked) => void;
};

function Dialogs({ user, ownId, reasons, asked, onAsk }: DialogsProps) {
  if (asked === null) return null;
  const { what, askedAt, open } = asked;
  const close = () => onAsk({ ...asked, open: false });
  const props = { user, open, onClose: close };
  return (
    <>
      {what === "edit" && (
        <EditUserDialog key={askedAt} emailReason={reasons.email} roleReason={reasons.role} {...props} />
      )}
      {what === "erase" && <EraseDialog key={askedAt} {...props} />}
      {what !== "edit" && what !== "erase" && (
        <UserQuestion
          key={askedAt}
          user={user}
          question={{ kind: what, open }}
          isOwn={user.id === ownId}
          onClose={close}
        />
      )}
    </>
  );
}
