import type { ReactNode } from "react";
import { StatusMark } from "../../../ui/status/StatusBadge.tsx";
import "./incidents.css";

type ReasonItemProps = {
  status: string;
  title: ReactNode;
  /** What follows from it. */
  text: ReactNode;
  aside?: ReactNode;
  actions?: ReactNode;
};

/** One thing that needs somebody: mark, sentence, consequence, and what can be done. */
export function ReasonItem({ status, title, text, aside, actions }: ReasonItemProps) {
  return (
    <article className="incident">
      <StatusMark status={status} />
      <div>
        <h3>{title}</h3>
        <div className="text-2">{text}</div>
        {(actions !== undefined || aside !== undefined) && (
          <div className="incident-actions">
            {actions}
            {aside}
          </div>
        )}
      </div>
    </article>
  );
}
