import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { Session } from "../../../api/account-rows.ts";
import { describeError } from "../../../api/problem.ts";
import { paths } from "../../../paths.ts";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { ConfirmDialog } from "../../../ui/overlay/Dialog.tsx";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { Button } from "../../../ui/page/Button.tsx";
import { DataStates } from "../../../ui/page/DataStates.tsx";
import { useDocumentTitle } from "../../../ui/page/document-title.ts";
import { PageHeader } from "../../../ui/page/PageHeader.tsx";
import { SkeletonRows } from "../../../ui/page/Skeleton.tsx";
import { formatQuantity } from "../../../ui/value/format.ts";
import { Refusal } from "../Refusal.tsx";
import "../settings.css";
import { SessionRow } from "./SessionRow.tsx";
import { endOtherSessions, endSession, useSessions, useSessionsRefresh } from "./sessions-api.ts";

/** Where one is signed in, and the way to end it. */
export function SessionsPage() {
  useDocumentTitle("Sessions");
  const sessions = useSessions();
  const [question, setQuestion] = useState<Question | null>(null);
  const others = (sessions.data ?? []).filter(({ is_current }) => !is_current).length;
  return (
    <>
      <PageHeader
        title="Sessions"
        breadcrumbs={[
          <AppLink key="settings" href={paths.settings()}>
            Settings
          </AppLink>,
          "Sessions",
        ]}
        count={sessions.data?.length}
        actions={
          sessions.data !== undefined && (
            <Button
              disabledReason={others === 0 ? "You are signed in nowhere else." : undefined}
              onClick={() => setQuestion({ session: null, others, open: true })}
            >
              End all others
            </Button>
          )
        }
        onReload={sessions.reload}
        reloading={sessions.reloading}
        loadedAt={sessions.loadedAt}
      />
      <p className="settings-lead text-2">
        Each browser that you signed in with. End one that you do not know, and then change your password
        under{" "}
        <AppLink className="link" href={paths.settingsAccount()}>
          Account
        </AppLink>
        .
      </p>
      <DataStates
        data={sessions.data}
        failure={sessions.error === null ? null : describeError(sessions.error)}
        skeleton={<SkeletonRows rows={3} label="Loading your sessions" />}
        onReload={sessions.reload}
        reloading={sessions.reloading}
      >
        {(shown) => (
          <ul className="card" aria-label="Sessions">
            {shown.map((session) => (
              <SessionRow
                key={session.id}
                session={session}
                onEnd={() => setQuestion({ session, others, open: true })}
              />
            ))}
          </ul>
        )}
      </DataStates>
      <SessionQuestion question={question} onAsk={setQuestion} />
    </>
  );
}

/** What is asked before it is done: the end of one session, or of all others (`session` null). */
type Question = { session: Session | null; others: number; open: boolean };

type SessionQuestionProps = { question: Question | null; onAsk: (question: Question | null) => void };

function SessionQuestion({ question, onAsk }: SessionQuestionProps) {
  const refresh = useSessionsRefresh();
  const one = question?.session ?? null;
  const close = () => onAsk(question === null ? null : { ...question, open: false });
  const ending = useMutation({
    mutationFn: async () => {
      if (one === null) return endOtherSessions();
      await endSession(one.id);
      return 1;
    },
    onSuccess: (ended) => {
      close();
      showToast({
        tone: "ok",
        words: ended === 1 ? "One session has ended." : `${formatQuantity(ended, "session")} have ended.`,
      });
    },
    onSettled: refresh,
  });
  return (
    <ConfirmDialog
      open={question?.open ?? false}
      title={one === null ? "End all other sessions?" : "End this session?"}
      confirmWord={one === null ? "End all others" : "End the session"}
      dangerous
      busy={ending.isPending}
      failure={ending.error !== null && <Refusal error={ending.error} />}
      onConfirm={() => ending.mutate()}
      onClose={() => {
        ending.reset();
        close();
      }}
    >
      <p>
        {one === null
          ? `${formatQuantity(question?.others ?? 0, "other session")} ${question?.others === 1 ? "ends" : "end"} at once: whoever uses ${question?.others === 1 ? "it" : "them"} must sign in again. This one stays. API tokens stay too.`
          : "It ends at once: whoever uses that browser must sign in again. Work on the server goes on."}
      </p>
    </ConfirmDialog>
  );
}
