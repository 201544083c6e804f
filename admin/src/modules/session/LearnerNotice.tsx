import { usePerson } from "../../api/session/use-session.ts";
import { Button } from "../../ui/page/Button.tsx";
import { useDocumentTitle } from "../../ui/page/document-title.ts";
import { StandAlone } from "./StandAlone.tsx";
import { useRoleWatch } from "./use-role-watch.ts";
import { useSignOut } from "./use-sign-out.ts";

/** What a learner finds at the dashboard: it is not for them, and where to go. */
export function LearnerNotice() {
  useDocumentTitle("Not for learners");
  useRoleWatch();
  const { name } = usePerson();
  const { leave, leaving } = useSignOut();
  return (
    <StandAlone foot="Your account keeps working in the apps that teach.">
      <h1>The dashboard is not for learners</h1>
      <p className="text-2">
        You are signed in as {name}. Your role, learner, reads published lessons in a learning app; the
        dashboard, where courses are made, is not open to it. If you make courses, ask an administrator for
        the role of a viewer or operator.
      </p>
      <Button large busy={leaving} onClick={leave}>
        Sign out
      </Button>
    </StandAlone>
  );
}
