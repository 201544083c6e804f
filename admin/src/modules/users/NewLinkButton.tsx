import { useState } from "react";
import type { UserSummary } from "../../api/rows.ts";
import { Button } from "../../ui/page/Button.tsx";
import { GivenLinkDialog, type ShownLink } from "./GivenLinkDialog.tsx";
import { NewLinkDialog } from "./NewLinkDialog.tsx";
import { linkKindFor } from "./user-words.ts";

type NewLinkButtonProps = {
  user: UserSummary;
  /** Why nobody can be given a link. */
  reason: string | undefined;
  /** Without the button nothing new is begun; a link that was just made stays on show. */
  offered?: boolean;
};

/** Gives somebody a one-time link: asks first, then shows it this once. */
export function NewLinkButton({ user, reason, offered = true }: NewLinkButtonProps) {
  const [asking, setAsking] = useState({ askedAt: 0, open: false });
  const [given, setGiven] = useState<ShownLink | null>(null);
  return (
    <>
      {offered && (
        <Button disabledReason={reason} onClick={() => setAsking({ askedAt: Date.now(), open: true })}>
          {linkKindFor(user) === "invitation" ? "New invitation" : "New link"}
        </Button>
      )}
      {asking.askedAt > 0 && (
        <NewLinkDialog
          key={asking.askedAt}
          user={user}
          open={asking.open}
          onClose={() => setAsking((now) => ({ ...now, open: false }))}
          onGiven={(link) => setGiven({ name: user.name, link })}
        />
      )}
      <GivenLinkDialog shown={given} onClose={() => setGiven(null)} />
    </>
  );
}
