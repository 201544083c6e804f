import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { ShortId } from "../../ui/value/CopyId.tsx";
import { Moment } from "../../ui/value/Moment.tsx";
import { Money } from "../../ui/value/Money.tsx";
import { modelOf } from "../llm-requests/public.ts";
import "./provenance.css";
import { useUnitRequests } from "./unit-requests.ts";

type ProvenanceProps = {
  unitId: string;
  /** The request that made the part, or undefined where none is recorded. */
  requestId: string | undefined;
  /** "written", "spoken", "drawn". */
  verb: string;
};

/** Which request made a part, at what cost and when. In the margin on wide screens, below the part otherwise. */
export function Provenance({ unitId, requestId, verb }: ProvenanceProps) {
  const request = useUnitRequests(unitId).get(requestId ?? "");
  if (requestId === undefined) return null;
  return (
    <p className="provenance">
      <span>
        {verb} by request{" "}
        <AppLink className="link" href={paths.llmRequest(requestId)}>
          <ShortId id={requestId} />
        </AppLink>
      </span>
      {request !== undefined && (
        <span>
          <Money cost_usd={request.cost_usd} offline={request.provider === "offline"} precise /> ·{" "}
          <Moment at={request.completed_at ?? request.created_at} />
        </span>
      )}
      {request !== undefined && <span className="cut">{modelOf(request)}</span>}
    </p>
  );
}
