import { ApiError } from "../../../api/problem.ts";
import { useSession } from "../../../api/session/use-session.ts";
import { paths } from "../../../paths.ts";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { FormRefusal } from "../fields/FormRefusal.tsx";
import { useWait } from "../fields/use-wait.ts";
import { StandAlone } from "../StandAlone.tsx";
import { NeedsSetUp } from "../sign-in/NeedsSetUp.tsx";

const deadCodes = new Set(["link_invalid", "invalid_request", "validation_failed"]);

/** A link that does not work, or not any more, and what to do about it. */
export function DeadLink({ error }: { error: Error }) {
  const { needs_set_up, is_local, user } = useSession();
  const waitS = useWait(error);
  const isDead = error instanceof ApiError && (error.status === 404 || deadCodes.has(error.code));
  return (
    <StandAlone>
      <h1>This link does not work</h1>
      {isDead ? (
        <p className="text-2">
          It was used already, has expired, was replaced by a newer one, or is not complete. A link works
          once.
        </p>
      ) : (
        <FormRefusal error={error} waitS={waitS} />
      )}
      {needs_set_up ? (
        <NeedsSetUp local={is_local} />
      ) : (
        <p className="text-2">
          If you were invited, or asked for a new password, ask an administrator for a new link.
        </p>
      )}
      <AppLink className="button button-large" href={user === null ? paths.signIn() : paths.dashboard()}>
        {user === null ? "Go to the sign-in page" : "Go to the dashboard"}
      </AppLink>
    </StandAlone>
  );
}
