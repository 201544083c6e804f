import { useEffect, useRef } from "react";
import { roleWords } from "../../api/session/roles.ts";
import { useSession } from "../../api/session/use-session.ts";
import { showToast } from "../../ui/overlay/toasts.ts";

/** Says that the role of whoever is signed in was changed meanwhile, and whom to ask. Stands where a change of role does not take it away. */
export function RoleChangeToast(): null {
  const { user } = useSession();
  const former = useRef(user);
  useEffect(() => {
    const before = former.current;
    former.current = user;
    if (user === null || before?.id !== user.id || before.role === user.role) return;
    showToast({
      tone: "idle",
      words: `Your role is ${roleWords[user.role]} now, no longer ${roleWords[before.role]}: an administrator changed it. If that is not right, ask one.`,
    });
  }, [user]);
  return null;
}
