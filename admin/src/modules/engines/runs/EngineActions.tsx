import type { EngineAction } from "../../../api/engine-rows.ts";
import { Icon } from "../../../ui/icon/Icon.tsx";
import { Moment } from "../../../ui/value/Moment.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";
import { actionLook } from "../engine-words.ts";
import { askedWordOf, outcomeSentenceOf } from "./outside-words.ts";
import "./runs.css";

/** What was asked of Prefect, newest first, and what became of each. The newest is read out when it changes. */
export function EngineActions({ actions, most = 5 }: { actions: readonly EngineAction[]; most?: number }) {
  if (actions.length === 0) return null;
  return (
    <ol className="engine-actions" aria-label="Asked of Prefect, newest first">
      {actions.slice(0, most).map((action, position) => {
        const look = actionLook(action.status);
        return (
          <li key={action.id}>
            <Icon name={look.icon} small className={`is-${look.tone}`} />
            <span className="engine-action-words" role={position === 0 ? "status" : undefined}>
              <b className="strong">{askedWordOf(action.kind)}</b>{" "}
              <span className="text-2">
                {action.requested_by_name !== null && `asked by ${shortName(action.requested_by_name, 60)}. `}
                {outcomeSentenceOf(action)}
              </span>
            </span>
            <span className="text-3 small no-wrap">
              <Moment at={action.settled_at ?? action.created_at} />
            </span>
          </li>
        );
      })}
    </ol>
  );
}
