import { useCallback } from "react";
import type { Query } from "../../api/client.ts";
import { useLiveRow, useLiveState } from "../../api/live/use-live.ts";
import { useLiveList } from "../../api/live/use-live-list.ts";
import { describeError } from "../../api/problem.ts";
import type { LlmRequestSummary } from "../../api/rows.ts";
import { FilterLine, FilterSearch, FilterSelect } from "../../ui/filter/Filters.tsx";
import { IdChips } from "../../ui/filter/IdChips.tsx";
import { NoMatches } from "../../ui/filter/NoMatches.tsx";
import { StatusFilter } from "../../ui/filter/StatusFilter.tsx";
import { useSearchParams } from "../../ui/link/search-params.ts";
import { useDocumentTitle } from "../../ui/page/document-title.ts";
import { EmptyState } from "../../ui/page/EmptyState.tsx";
import { PageHeader } from "../../ui/page/PageHeader.tsx";
import { lookOfStatus } from "../../ui/status/status-tone.ts";
import { ListCard } from "../../ui/table/ListCard.tsx";
import { formatTotal, NewRowsPill } from "../../ui/table/Pager.tsx";
import { llmRequestColumns } from "./llm-request-columns.tsx";

const statuses = ["pending", "failed", "in_doubt", "completed", "cancelled"];
const kindOptions = ["", "text", "object", "speech", "image"].map((kind) => ({
  value: kind,
  word: kind || "any",
}));
const filterNames = [
  "status",
  "q",
  "kind",
  "provider",
  "model",
  "step_run_id",
  "flow_run_id",
  "task_id",
  "unit_id",
  "user_id",
] as const;
const idNames = {
  unit_id: "Unit",
  task_id: "Task",
  flow_run_id: "Flow run",
  step_run_id: "Step",
  user_id: "User",
};

/** The values among the rows on show, and the one in force although no row may have it. */
export function optionsOf(values: string[], current: string | undefined): { value: string; word: string }[] {
  const known = new Set(current === undefined || current === "" ? values : [...values, current]);
  return [{ value: "", word: "any" }, ...[...known].sort().map((value) => ({ value, word: value }))];
}

const useLiveRequest = (request: LlmRequestSummary) => useLiveRow("llm_request", request);

/** Every attempt of every call to a model, newest first. */
export function LlmRequestsList() {
  useDocumentTitle("LLM Requests");
  const [search] = useSearchParams();
  const filters: Query = Object.fromEntries(filterNames.map((name) => [name, search[name]]));
  const { list, waiting, showWaiting } = useLiveList<LlmRequestSummary>(
    "llm_request",
    "/llm/requests",
    filters,
  );
  const filtered = filterNames.some((name) => search[name]);
  return (
    <>
      <PageHeader
        title="LLM Requests"
        count={list.total === null ? undefined : formatTotal(list.total)}
        live={useLiveState()}
        onReload={list.reload}
        reloading={list.reloading}
        loadedAt={list.loadedAt}
      />
      <RequestFilters rows={list.rows ?? []} />
      <NewRowsPill count={waiting} one="request" many="requests" onShow={showWaiting} />
      <ListCard
        label="LLM requests"
        list={list}
        failure={list.error === null ? null : describeError(list.error)}
        columns={llmRequestColumns}
        statusWord={(request) => lookOfStatus(request.status).word}
        useRow={useLiveRequest}
        empty={
          filtered ? (
            <NoMatches what="request" names={filterNames} />
          ) : (
            <EmptyState icon="request" title="Every call to a model appears here">
              With its messages, answer, tokens, cost and time. The offline author's work is listed too and
              says that no model wrote it.
            </EmptyState>
          )
        }
      />
    </>
  );
}

function RequestFilters({ rows }: { rows: LlmRequestSummary[] }) {
  const [search, change] = useSearchParams();
  const setText = useCallback((q: string) => change({ q }), [change]);
  return (
    <FilterLine note="newest first">
      <StatusFilter statuses={statuses} />
      <FilterSelect
        name="Kind"
        value={search.kind ?? ""}
        options={kindOptions}
        onChange={(kind) => change({ kind })}
      />
      <FilterSelect
        name="Provider"
        value={search.provider ?? ""}
        options={optionsOf(
          rows.map((request) => request.provider),
          search.provider,
        )}
        onChange={(provider) => change({ provider })}
      />
      <FilterSelect
        name="Model"
        value={search.model ?? ""}
        options={optionsOf(
          rows.map((request) => request.model),
          search.model,
        )}
        onChange={(model) => change({ model })}
      />
      <IdChips names={idNames} />
      <FilterSearch value={search.q ?? ""} placeholder="Step, model or id" onChange={setText} />
    </FilterLine>
  );
}
