import { paths } from "../../../paths.ts";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { useSearchParams } from "../../../ui/link/search-params.ts";
import { Card } from "../../../ui/page/Card.tsx";
import { StatusMark } from "../../../ui/status/StatusBadge.tsx";
import { Moment } from "../../../ui/value/Moment.tsx";
import { Money } from "../../../ui/value/Money.tsx";
import "./replay.css";
import type { LlmRequestDetail } from "../../../api/detail-rows.ts";

/** Every time this request was sent again, newest first, each one click from the comparison. */
export function ReplaysCard({ request }: { request: LlmRequestDetail }) {
  const [search] = useSearchParams();
  const { replays } = request;
  if (replays.length === 0) return null;
  return (
    <Card title="Replays" count={replays.length} note="newest first">
      <ul className="replays">
        {replays.map((replay) => (
          <li key={replay.id}>
            <AppLink href={paths.llmRequest(request.id, { ...search, compare: replay.id })}>
              <StatusMark status={replay.status} />
              <span className="cut strong">{replay.model}</span>
              <Money cost_usd={replay.cost_usd} precise />
              <span className="replay-when text-3 small">
                <Moment at={replay.created_at} />, compare
              </span>
            </AppLink>
          </li>
        ))}
      </ul>
    </Card>
  );
}
