import "./page-header.css";

/** How fresh a page is. */
export type LiveState =
  | { kind: "live" }
  | { kind: "connecting" }
  | { kind: "reconnecting"; asOf: string | null }
  | { kind: "down"; asOf: string | null };

/** Words for a state of the live connection; `asOf` is a time of day. */
export function describeLiveState(state: LiveState): string {
  if (state.kind === "live") return "live";
  if (state.kind === "connecting") return "connecting";
  const since = state.asOf === null ? "" : `, as of ${state.asOf}`;
  return state.kind === "reconnecting" ? `reconnecting${since}` : `not live${since}`;
}

/** The dot and word beside a title that say whether the page moves by itself. */
export function LiveMark({ state }: { state: LiveState }) {
  return (
    <span className={`live live-${state.kind}`} role="status">
      <i className="live-dot" />
      {describeLiveState(state)}
    </span>
  );
}
