import { Icon } from "../icon/Icon.tsx";
import "./status-badge.css";
import { lookOfStatus } from "./status-tone.ts";

type StatusBadgeProps = {
  status: string;
  /** A tinted pill stands beside page titles only; tables show icon and word. */
  pill?: boolean;
  /** Replaces the word where a list says it shorter or in context. */
  word?: string;
};

/** A status as icon and word. */
export function StatusBadge({ status, pill = false, word }: StatusBadgeProps) {
  const look = lookOfStatus(status);
  return (
    <span className={`status is-${look.tone} ${pill ? "status-pill" : ""}`}>
      <Icon name={look.icon} />
      <span className={look.struck ? "status-word status-struck" : "status-word"}>{word ?? look.word}</span>
    </span>
  );
}

/** The mark of a status alone, with its word for assistive technology. For narrow lists whose text names the status. */
export function StatusMark({ status, small = false }: { status: string; small?: boolean }) {
  const look = lookOfStatus(status);
  return (
    <>
      <Icon name={look.icon} small={small} className={`is-${look.tone}`} />
      <span className="visually-hidden">{look.word}</span>
    </>
  );
}
