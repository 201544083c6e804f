import type { LlmRequestDetail } from "../../api/detail-rows.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { StatusMark } from "../../ui/status/StatusBadge.tsx";
import { Elapsed } from "../../ui/value/Moment.tsx";

/** The requests of the same step, one link each; the shown one is marked. */
export function RequestAttempts({ request }: { request: LlmRequestDetail }) {
  return (
    <nav className="attempts" aria-label="Requests of this step">
      {request.siblings.map((sibling, position) => (
        <AppLink
          key={sibling.id}
          href={paths.llmRequest(sibling.id)}
          aria-current={sibling.id === request.id ? "page" : undefined}
        >
          <StatusMark status={sibling.status} small />
          Attempt {position + 1}
          <span className="text-3">
            <Elapsed from={sibling.sent_at} to={sibling.completed_at ?? sibling.sent_at} />
          </span>
        </AppLink>
      ))}
      {request.siblings.length > 1 && (
        <AppLink className="link" href={paths.llmRequest(request.id, { compare: otherAttemptOf(request) })}>
          Compare
        </AppLink>
      )}
    </nav>
  );
}

/** The attempt before this one, or the one after the first: what a reader compares with first. */
function otherAttemptOf({ id, siblings }: Pick<LlmRequestDetail, "id" | "siblings">): string | undefined {
  const position = siblings.findIndex((sibling) => sibling.id === id);
  return siblings[position === 0 ? 1 : position - 1]?.id;
}
