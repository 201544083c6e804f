import type { LlmRequestSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { StatusBadge } from "../../ui/status/StatusBadge.tsx";
import type { Column } from "../../ui/table/DataTable.tsx";
import { formatCount } from "../../ui/value/format.ts";
import { Elapsed, Moment } from "../../ui/value/Moment.tsx";
import { Money } from "../../ui/value/Money.tsx";

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

/** What the request served, or why it failed. */
function purposeOf(request: LlmRequestSummary): string {
  if (request.error_message !== null) return request.error_message;
  const lesson = request.lesson_position === null ? "" : ` · lesson ${request.lesson_position}`;
  return `${request.unit_title ?? ""}${lesson}`;
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
      <AppLink className="strong" href={paths.llmRequest(request.id)}>
        {request.step_name ?? request.kind}
      </AppLink>
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
    header: "For, or error",
    slack: true,
    cell: (request) => <span className="text-2">{purposeOf(request)}</span>,
  },
  { key: "attempt", header: "Attempt", align: "end", wideOnly: true, cell: (request) => request.attempt },
  {
    key: "sent",
    header: "Sent",
    align: "end",
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
    key: "cost",
    header: "Cost",
    align: "end",
    minWidth: 92,
    phone: "aside",
    cell: (request) => <Money cost_usd={request.cost_usd} offline={request.provider === "offline"} precise />,
  },
];
