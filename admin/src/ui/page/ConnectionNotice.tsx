import { Notice } from "./ErrorBlock.tsx";
import { describeLiveState, type LiveState } from "./LiveMark.tsx";

/** Shown above old rows when the page no longer moves by itself; nothing while all is well or about to be. */
export function ConnectionNotice({ state }: { state: LiveState }) {
  if (state.kind !== "down") return null;
  return (
    <Notice tone="warn" icon="away" title="The server does not answer" role="status">
      <p>
        What you see is {describeLiveState(state).replace("not live, ", "")} and may be out of date. The page
        reconnects by itself; work on the server does not depend on this page.
      </p>
    </Notice>
  );
}
