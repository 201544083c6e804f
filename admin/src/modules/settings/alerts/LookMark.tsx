import { Icon } from "../../../ui/icon/Icon.tsx";
import "../../../ui/status/status-badge.css";
import type { AlertLook } from "./alert-words.ts";

/** How an alert or a message stands, as icon and word. */
export function LookMark({ look }: { look: AlertLook }) {
  return (
    <span className={`status is-${look.tone}`}>
      <Icon name={look.icon} />
      <span className="status-word">{look.word}</span>
    </span>
  );
}
