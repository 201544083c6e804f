import { useLiveRow } from "../../api/live/use-live.ts";
import { useLiveList } from "../../api/live/use-live-list.ts";
import { describeError } from "../../api/problem.ts";
import type { LlmRequestSummary } from "../../api/rows.ts";
import { DataStates } from "../../ui/page/DataStates.tsx";
import { EmptyState } from "../../ui/page/EmptyState.tsx";
import { SkeletonRows } from "../../ui/page/Skeleton.tsx";
import { lookOfStatus } from "../../ui/status/status-tone.ts";
import { DataTable } from "../../ui/table/DataTable.tsx";
import { NewRowsPill, Pager } from "../../ui/table/Pager.tsx";
import { shortName } from "../../ui/value/visible-text.ts";
import { llmRequestColumns } from "../llm-requests/public.ts";

const leftOut = ["kind", "attempt", "tokens"];
const columns = llmRequestColumns
  .filter((column) => !leftOut.includes(column.key))
  .map((column) =>
    column.slack
      ? { ...column, header: "For", cell: (request: LlmRequestSummary) => <Purpose request={request} /> }
      : column,
  );

/** The lesson that a request served; its unit is the page. Why it failed stands in the tooltip. */
function Purpose({ request }: { request: LlmRequestSummary }) {
  return (
    <span
      className="text-2"
      title={request.error_message === null ? undefined : shortName(request.error_message)}
    >
      {request.lesson_position === null ? "the unit" : `lesson ${request.lesson_position}`}
    </span>
  );
}

const useLiveRequest = (request: LlmRequestSummary) => useLiveRow("llm_request", request);

/** Every call that was made for a unit, newest first. */
export function UnitRequests({ unitId }: { unitId: string }) {
  const { list, waiting, showWaiting } = useLiveList<LlmRequestSummary>("llm_request", "/llm/requests", {
    unit_id: unitId,
  });
  return (
    <DataStates
      data={list.rows}
      failure={list.error === null ? null : describeError(list.error)}
      skeleton={<SkeletonRows rows={8} label="Loading requests" />}
      onReload={list.reload}
      reloading={list.reloading}
    >
      {(rows) =>
        rows.length === 0 ? (
          <EmptyState icon="request" title="Requests appear here once generation starts" />
        ) : (
          <>
            <NewRowsPill count={waiting} one="request" many="requests" onShow={showWaiting} />
            <DataTable
              label="Requests of this unit"
              columns={columns}
              rows={rows}
              rowKey={(request) => request.id}
              statusWord={(request) => lookOfStatus(request.status).word}
              useRow={useLiveRequest}
            />
            <Pager
              shown={rows.length}
              total={list.total}
              hasOlder={list.hasOlder}
              loadingOlder={list.loadingOlder}
              olderError={list.olderError}
              onOlder={list.loadOlder}
            />
          </>
        )
      }
    </DataStates>
  );
}
