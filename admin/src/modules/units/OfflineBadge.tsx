import "./unit-details.css";

/** Says that no model had a hand in a text: it is quoted from the source. */
export function OfflineBadge() {
  return (
    <span className="offline-badge" title="The offline author quotes the source and invents nothing.">
      No AI model wrote this
    </span>
  );
}
