import { useEffect, useState } from "react";
import { describeError } from "../../api/problem.ts";
import { refreshSession } from "../../api/session/session-store.ts";
import { Button } from "../../ui/page/Button.tsx";
import { ErrorBlock } from "../../ui/page/ErrorBlock.tsx";
import { StandAlone } from "./StandAlone.tsx";

const quietMs = 400;

/** On show until the server has said who is signed in; it says so only when that takes long enough to be noticed. */
export function Starting() {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), quietMs);
    return () => clearTimeout(timer);
  }, []);
  if (!late) return null;
  return (
    <p className="starting" role="status">
      Asking the server who is signed in…
    </p>
  );
}

/** The server does not say who is signed in. The page asks again by itself. */
export function ServerAway({ error }: { error: Error }) {
  const [asking, setAsking] = useState(false);
  const words = describeError(error);
  const again = () => {
    setAsking(true);
    // A further failure is told by the page's own state.
    refreshSession()
      .catch(() => undefined)
      .finally(() => setAsking(false));
  };
  return (
    <StandAlone wide>
      <ErrorBlock
        title={words.title}
        raw={words.raw}
        actions={
          <Button busy={asking} onClick={again}>
            Try again
          </Button>
        }
      >
        <p>{words.text}</p>
        <p>You are not signed out by this. The page tries again by itself.</p>
      </ErrorBlock>
    </StandAlone>
  );
}
