import { memo } from "react";
import type { HealthPart } from "../../api/monitor-rows.ts";
import { Card } from "../../ui/page/Card.tsx";
import { Moment } from "../../ui/value/Moment.tsx";
import { HealthIcon, nameOfHealthPart, stateWordOf, toneOfHealth, worstFirst } from "../navigation/public.ts";
import "./health-card.css";

/** What health is made of, each part with since when and what it means. */
export const HealthCard = memo(function HealthCard({ parts }: { parts: HealthPart[] }) {
  return (
    <div className="health-place trails">
      <Card title="Health">
        {parts.length === 0 ? (
          <p className="card-pad text-3">Nothing about health was recorded at this moment.</p>
        ) : (
          <ul className="health-rows">
            {worstFirst(parts).map((part) => (
              <HealthRow key={`${part.kind} ${part.name}`} part={part} />
            ))}
          </ul>
        )}
      </Card>
    </div>
  );
});

function HealthRow({ part }: { part: HealthPart }) {
  const isFaulty = part.state === "bad" || part.state === "warn";
  return (
    <li className={isFaulty ? `health-faulty is-${toneOfHealth(part.state)}` : undefined}>
      <HealthIcon tone={toneOfHealth(part.state)} />
      <span className="strong cut" title={nameOfHealthPart(part)}>
        {nameOfHealthPart(part)}
      </span>
      <span className="health-sentence text-2" title={isFaulty ? undefined : part.sentence}>
        {part.sentence}
        {part.until !== null && (
          <>
            {" "}
            <span className="no-wrap">
              Until <Moment at={part.until} />.
            </span>
          </>
        )}
        {part.meaning !== "" && <span className="health-meaning text-3">{part.meaning}</span>}
      </span>
      <span className="health-since">
        <span className="health-state">{stateWordOf(part)}</span>
        {part.since !== null && (
          <>
            {" since "}
            <Moment at={part.since} />
          </>
        )}
      </span>
    </li>
  );
}
