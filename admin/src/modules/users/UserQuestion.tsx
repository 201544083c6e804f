import { useMutation } from "@tanstack/react-query";
import type { UserSummary } from "../../api/rows.ts";
import { ConfirmDialog } from "../../ui/overlay/Dialog.tsx";
import { showToast } from "../../ui/overlay/toasts.ts";
import { formatQuantity } from "../../ui/value/format.ts";
import { shortName } from "../../ui/value/visible-text.ts";
import { Refusal } from "../settings/public.ts";
import { changeUser, endSessionsOf, resetSecondFactor, useUserRefresh } from "./users-api.ts";

/** What is asked before it is done. What was asked stays while the dialog closes. */
export type UserQuestionKind = "deactivate" | "activate" | "sessions" | "second_factor";

type UserQuestionProps = {
  user: UserSummary;
  question: { kind: UserQuestionKind; open: boolean };
  /** Whether it is the account of whoever asks. */
  isOwn: boolean;
  onClose: () => void;
};

type Asked = {
  title: string;
  confirmWord: string;
  dangerous: boolean;
  /** What follows, before it is done. */
  consequences: (name: string, isOwn: boolean) => string;
  run: (id: string) => Promise<{ user?: UserSummary; words: (name: string) => string }>;
};

const questions: Record<UserQuestionKind, Asked> = {
  deactivate: {
    title: "Deactivate this account?",
    confirmWord: "Deactivate the account",
    dangerous: true,
    consequences: (name) =>
      `All sessions and API tokens of “${name}” end at once, and nobody can sign in with the account. What runs for it goes on; units and costs stay. It can be activated again.`,
    run: async (id) => ({
      user: await changeUser(id, { is_active: false }),
      words: (name) => `“${name}” is deactivated: all sessions and tokens have ended.`,
    }),
  },
  activate: {
    title: "Activate this account?",
    confirmWord: "Activate the account",
    dangerous: false,
    consequences: (name) =>
      `“${name}” can sign in again as before, in the same role. Sessions and tokens that ended stay ended.`,
    run: async (id) => ({
      user: await changeUser(id, { is_active: true }),
      words: (name) => `“${name}” is active again.`,
    }),
  },
  sessions: {
    title: "End all sessions?",
    confirmWord: "End all sessions",
    dangerous: true,
    consequences: (name, isOwn) =>
      isOwn
        ? "You are signed out everywhere at once, here too. Your API tokens stay."
        : `“${name}” is signed out everywhere at once and must sign in again. API tokens stay; deactivating the account ends those too.`,
    run: async (id) => {
      const ended = await endSessionsOf(id);
      return {
        words: () =>
          ended === 0
            ? "There was no session to end."
            : `${formatQuantity(ended, "session")} ${ended === 1 ? "has" : "have"} ended.`,
      };
    },
  },
  second_factor: {
    title: "Reset the second factor?",
    confirmWord: "Reset the second factor",
    dangerous: true,
    consequences: (name) =>
      `The authenticator app and the backup codes of “${name}” no longer count, and all sessions end at once. Until a new one is set up the password alone lets them in: make sure that it is they who ask.`,
    run: async (id) => ({
      user: await resetSecondFactor(id),
      words: (name) => `The second factor of “${name}” is off.`,
    }),
  },
};

/** Asks before an account is changed in a way that ends something, and does it. */
export function UserQuestion({ user, question, isOwn, onClose }: UserQuestionProps) {
  const refresh = useUserRefresh();
  const { title, confirmWord, dangerous, consequences, run } = questions[question.kind];
  const name = shortName(user.name, 80);
  const action = useMutation({
    mutationFn: () => run(user.id),
    onSuccess: ({ user: changed, words }) => {
      onClose();
      refresh(changed);
      showToast({ tone: "ok", words: words(name) });
    },
  });
  return (
    <ConfirmDialog
      open={question.open}
      title={title}
      confirmWord={confirmWord}
      dangerous={dangerous}
      busy={action.isPending}
      failure={action.error !== null && <Refusal error={action.error} />}
      onConfirm={() => action.mutate()}
      onClose={() => {
        action.reset();
        onClose();
      }}
    >
      <p>{consequences(name, isOwn)}</p>
    </ConfirmDialog>
  );
}
