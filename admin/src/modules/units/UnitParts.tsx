import type { UnitDetail } from "../../api/content-rows.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { Card } from "../../ui/page/Card.tsx";
import { ShortId } from "../../ui/value/CopyId.tsx";
import { Moment } from "../../ui/value/Moment.tsx";
import { Money } from "../../ui/value/Money.tsx";
import { modelOf } from "../llm-requests/public.ts";
import "./unit-details.css";
import { useUnitRequests } from "./unit-requests.ts";

const parts = [
  ["source", "source text"],
  ["supplement", "added source text"],
  ["metadata", "title, objectives and plan"],
  ["cover_description", "idea of the cover"],
  ["cover", "cover"],
  ["podcast", "podcast text"],
  ["podcast_audio", "podcast audio"],
] as const;

/** The parts of a unit beside its lessons, each with the request that made it. */
export function UnitParts({ unit }: { unit: UnitDetail }) {
  const requests = useUnitRequests(unit.id);
  const made = parts.flatMap(([key, word]) => {
    const requestId = unit.written_by[key];
    return requestId === undefined ? [] : [{ key, word, requestId, request: requests.get(requestId) }];
  });
  if (made.length === 0) return null;
  return (
    <Card title="Made by">
      <ul className="unit-parts">
        {made.map(({ key, word, requestId, request }) => (
          <li key={key}>
            <span>{word}</span>
            <AppLink className="link" href={paths.llmRequest(requestId)}>
              <ShortId id={requestId} />
            </AppLink>
            {request !== undefined && (
              <span className="text-3 small unit-part-facts">
                <Money cost_usd={request.cost_usd} offline={request.provider === "offline"} precise /> ·{" "}
                <Moment at={request.completed_at ?? request.created_at} /> · {modelOf(request)}
              </span>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
