import type { LlmRequestSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { RowLink } from "../../ui/link/list-trail.tsx";
import { StatusBadge } from "../../ui/status/StatusBadge.tsx";
import type { Column } from "../../ui/table/DataTable.tsx";
import { ShortId } from "../../ui/value/CopyId.tsx";
import { formatCount } from "../../ui/value/format.ts";
import { Elapsed, Moment } from "../../ui/value/Moment.tsx";
import { Money } from "../../ui/value/Money.tsx";
import { shortName } from "../../ui/value/visible-text.ts";

/** The model in one word with its provider, or the offline author by its name. */
export function modelOf(request: Pick<LlmRequestSummary, "provider" | "model">): string {
  return request.provider === "offline" ? "offline author" : `${request.provider}/${request.model}`;
}

/** All tokens of a request; null when the provider reported none. */
export function requestTokensOf(request: LlmRequestSummary): number | null {
  if (request.tokens_input === null && request.tokens_output === null) return null;
  return (request.tokens_input ?? 0) + (request.tokens_output ?? 0);
}

function Tokens({ request }: { request: LlmRequestSummary }) {
  const tokens = requestTokensOf(request);
  return tokens === null ? null : <span className="text-2">{formatCount(tokens)}</span>;
}

/** Why the request failed, and the unit that it served or the request that it repeats. */
function Purpose({ request }: { request: LlmRequestSummary }) {
  const { unit_id, lesson_position, replay_of_request_id } = request;
  const unit_title = request.unit_title === null ? null : shortName(request.unit_title);
  const error_message = request.error_message === null ? null : shortName(request.error_message);
  return (
    <span className={error_message === null ? "name-and-part text-2" : "text-2"}>
      {error_message}
      {error_message !== null && unit_title !== null && " · "}
      {unit_id === null ? unit_title : <AppLink href={paths.unit(unit_id)}>{unit_title}</AppLink>}
      {lesson_position !== null && <span> lesson {lesson_position}</span>}
      {replay_of_request_id !== null && (
        <>
          {error_message !== null && " · "}
          <AppLink href={paths.llmRequest(replay_of_request_id)}>
            replay of <ShortId id={replay_of_request_id} />
          </AppLink>
        </>
      )}
    </span>
  );
}

/** What did not have to be paid or computed again: the whole answer, or a part of the input. */
export function cachedWordOf(request: Pick<LlmRequestSummary, "cached" | "tokens_cached">): string {
  if (request.cached) return "answer";
  return request.tokens_cached === null || request.tokens_cached === 0
    ? ""
    : `${formatCount(request.tokens_cached)} tokens`;
}

/** Columns of every list of LLM requests. */
export const llmRequestColumns: Column<LlmRequestSummary>[] = [
  {
    key: "status",
    header: "Status",
    minWidth: 112,
    phone: "mark",
    cell: (request) => <StatusBadge status={request.status} />,
  },
  {
    key: "step",
    header: "Step",
    phone: "title",
    cell: (request) => (
      <RowLink className="strong" href={paths.llmRequest(request.id)}>
        {request.step_name ?? request.kind}
      </RowLink>
    ),
  },
  {
    key: "model",
    header: "Model",
    phone: "detail",
    cell: (request) => <span className="text-2">{modelOf(request)}</span>,
  },
  {
    key: "kind",
    header: "Kind",
    wideOnly: true,
    cell: (request) => <span className="text-2">{request.kind}</span>,
  },
  {
    key: "purpose",
    header: "Unit, or error",
    slack: true,
    cell: (request) => <Purpose request={request} />,
  },
  { key: "attempt", header: "Attempt", align: "end", above: 1280, cell: (request) => request.attempt },
  {
    key: "sent",
    header: "Time",
    align: "end",
    above: 920,
    cell: (request) => (
      <span className="text-2">
        <Moment at={request.sent_at ?? request.created_at} />
      </span>
    ),
  },
  {
    key: "latency",
    header: "Latency",
    align: "end",
    minWidth: 96,
    phone: "aside-detail",
    cell: (request) => (
      <Elapsed
        from={request.sent_at}
        to={request.status === "pending" ? null : (request.completed_at ?? request.sent_at)}
      />
    ),
  },
  {
    key: "tokens",
    header: "Tokens",
    align: "end",
    minWidth: 84,
    wideOnly: true,
    cell: (request) => <Tokens request={request} />,
  },
  {
    key: "cached",
    header: "Cached",
    align: "end",
    above: 1280,
    cell: (request) => <span className="text-2">{cachedWordOf(request)}</span>,
  },
  {
    key: "cost",
    header: "Cost",
    align: "end",
    minWidth: 92,
    phone: "aside",
    cell: (request) => <Money cost_usd={request.cost_usd} offline={request.provider === "offline"} precise />,
  },
];
