import { useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { describeError } from "../../api/problem.ts";
import { signOut } from "../../api/session/session-store.ts";
import { paths } from "../../paths.ts";
import { showToast } from "../../ui/overlay/toasts.ts";

/** Ends the session and shows the sign-in page, or stays where one is; says so when the server did not hear of it. */
export function useSignOut({ stay = false } = {}): { leave: () => void; leaving: boolean } {
  const router = useRouter();
  const [leaving, setLeaving] = useState(false);
  const leave = () => {
    setLeaving(true);
    signOut()
      .then(() => (stay ? undefined : router.navigate({ href: paths.signIn(), replace: true })))
      .catch((error: unknown) => {
        const words = describeError(error);
        showToast({ tone: "bad", words: `You are still signed in. ${words.title}. ${words.text}` });
      })
      .finally(() => setLeaving(false));
  };
  return { leave, leaving };
}
