import type { UserSummary } from "../../api/rows.ts";
import { Icon } from "../../ui/icon/Icon.tsx";
import "../../ui/status/status-badge.css";
import { useWordsOfNow } from "../../ui/value/clock.ts";
import { isInvitationOver, signInWords } from "./user-words.ts";

type SignInWayProps = {
  user: UserSummary;
  /** With what follows from it; else that stands in the tooltip. */
  explained?: boolean;
};

/** How somebody signs in, or until when they are invited; an invitation that ends while it is on show says so by itself. */
export function SignInWay({ user, explained = false }: SignInWayProps) {
  const word = useWordsOfNow((nowMs) => signInWords(user, nowMs).word);
  const explains = useWordsOfNow((nowMs) => signInWords(user, nowMs).explains);
  const isOver = useInvitationOver(user);
  return (
    <>
      <span className={isOver ? "status is-warn" : "text-2"} title={explained ? undefined : explains}>
        {isOver && <Icon name="triangle" small />}
        {word}
      </span>
      {explained && <span className="user-role-meaning">{explains}</span>}
    </>
  );
}

/** The same within a line of other words, of somebody who was invited and has not come. */
export function OpenInvitation({ user }: { user: UserSummary }) {
  const isOver = useInvitationOver(user);
  if (!isOver && user.sign_in !== "invited") return null;
  return (
    <>
      <SignInWay user={user} /> ·{" "}
    </>
  );
}

/** Whether somebody's invitation is over by now. */
export function useInvitationOver(user: UserSummary): boolean {
  return useWordsOfNow((nowMs) => (isInvitationOver(user, nowMs) ? "over" : "")) !== "";
}
