import type { ApiRows } from "../../api/client.ts";
import { useItemQuery } from "../../api/item-query.ts";
import { useLiveRow, useLiveState } from "../../api/live/use-live.ts";
import { useLiveList } from "../../api/live/use-live-list.ts";
import { describeError } from "../../api/problem.ts";
import type { LlmRequestSummary } from "../../api/rows.ts";
import { NoMatches } from "../../ui/filter/NoMatches.tsx";
import { ListTrail } from "../../ui/link/list-trail.tsx";
import { useDocumentTitle } from "../../ui/page/document-title.ts";
import { EmptyState } from "../../ui/page/EmptyState.tsx";
import { PageHeader } from "../../ui/page/PageHeader.tsx";
import { lookOfStatus } from "../../ui/status/status-tone.ts";
import { ListCard } from "../../ui/table/ListCard.tsx";
import { formatTotal, NewRowsPill } from "../../ui/table/Pager.tsx";
import { ListFilterBar, useListFilters } from "../lists/public.ts";
import { llmRequestColumns } from "./llm-request-columns.tsx";

const useLiveRequest = (request: LlmRequestSummary) => useLiveRow("llm_request", request);

type KnownModel = Pick<ApiRows["known_model"], "provider" | "model">;

/** The names that filters can be set to: every model that was ever used or is configured, and the rows on show. */
function namesAmong(rows: readonly LlmRequestSummary[], models: readonly KnownModel[]) {
  const known = [...rows, ...models];
  return {
    provider: known.map(({ provider }) => provider),
    model: known.map(({ model }) => model),
    step_name: rows.flatMap((request) => request.step_name ?? []),
  };
}

/** Every attempt of every call to a model, newest first. */
export function LlmRequestsList() {
  useDocumentTitle("LLM Requests");
  const filters = useListFilters("llm-requests");
  const { list, waiting, showWaiting } = useLiveList<LlmRequestSummary>(
    "llm_request",
    filters.definition.source,
    filters.query,
  );
  const models = useItemQuery<KnownModel[]>("/llm/models");
  return (
    <ListTrail value={filters.trail}>
      <PageHeader
        title="LLM Requests"
        count={list.total === null ? undefined : formatTotal(list.total)}
        live={useLiveState()}
        onReload={list.reload}
        reloading={list.reloading}
        loadedAt={list.loadedAt}
      />
      <ListFilterBar filters={filters} suggestions={namesAmong(list.rows ?? [], models.data ?? [])} />
      <NewRowsPill count={waiting} one="request" many="requests" onShow={showWaiting} />
      <ListCard
        label="LLM requests"
        list={list}
        failure={list.error === null ? null : describeError(list.error)}
        columns={llmRequestColumns}
        statusWord={(request) => lookOfStatus(request.status).word}
        useRow={useLiveRequest}
        empty={
          filters.filtered ? (
            <NoMatches what="request" onClear={filters.clear} />
          ) : (
            <EmptyState icon="request" title="Every call to a model appears here">
              With its messages, answer, tokens, cost and time. The offline author's work is listed too and
              says that no model wrote it.
            </EmptyState>
          )
        }
      />
    </ListTrail>
  );
}
