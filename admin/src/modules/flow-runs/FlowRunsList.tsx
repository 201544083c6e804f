import { useLiveRow, useLiveState } from "../../api/live/use-live.ts";
import { useLiveList } from "../../api/live/use-live-list.ts";
import { describeError } from "../../api/problem.ts";
import type { FlowRunSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { NoMatches } from "../../ui/filter/NoMatches.tsx";
import { ListTrail } from "../../ui/link/list-trail.tsx";
import { useOpenKeys } from "../../ui/link/search-params.ts";
import { useDocumentTitle } from "../../ui/page/document-title.ts";
import { EmptyState } from "../../ui/page/EmptyState.tsx";
import { PageHeader } from "../../ui/page/PageHeader.tsx";
import { lookOfStatus } from "../../ui/status/status-tone.ts";
import { ListCard } from "../../ui/table/ListCard.tsx";
import { formatTotal, NewRowsPill } from "../../ui/table/Pager.tsx";
import { useRowSelection } from "../../ui/table/row-selection.ts";
import { shortName } from "../../ui/value/visible-text.ts";
import { BulkBar } from "../bulk/public.ts";
import { ConnectionBanner } from "../engines/public.ts";
import { ListFilterBar, useListFilters } from "../lists/public.ts";
import { RoleLink } from "../session/public.ts";
import { FlowRunSteps } from "./FlowRunSteps.tsx";
import { flowRunColumns } from "./flow-run-columns.tsx";
import { nameOfRun } from "./flow-run-words.ts";

const useLiveRun = (run: FlowRunSummary) => useLiveRow("flow_run", run);

/** Every run of every flow, newest first; a row opens to its steps in place. */
export function FlowRunsList() {
  useDocumentTitle("Flow Runs");
  const filters = useListFilters("flows");
  const { list, waiting, showWaiting } = useLiveList<FlowRunSummary>(
    "flow_run",
    filters.definition.source,
    filters.query,
  );
  const [openKeys, toggle] = useOpenKeys("open");
  const selection = useRowSelection(filters.trail);
  return (
    <ListTrail value={filters.trail}>
      <PageHeader
        title="Flow Runs"
        count={list.total === null ? undefined : formatTotal(list.total)}
        live={useLiveState()}
        onReload={list.reload}
        reloading={list.reloading}
        loadedAt={list.loadedAt}
      />
      <ConnectionBanner of={(list.rows ?? []).map((run) => run.connection_id)} />
      <ListFilterBar
        filters={filters}
        suggestions={{ flow_name: (list.rows ?? []).map((run) => run.flow_name) }}
      />
      <NewRowsPill count={waiting} one="run" many="runs" onShow={showWaiting} />
      <ListCard
        label="Flow runs"
        list={list}
        failure={list.error === null ? null : describeError(list.error)}
        columns={flowRunColumns}
        statusWord={(run) => lookOfStatus(run.status).word}
        useRow={useLiveRun}
        selection={selection}
        selectionBar={
          <BulkBar entity="flow_run" selection={selection} filters={filters.query} total={list.total} />
        }
        expansion={{
          openKeys,
          onToggle: toggle,
          label: (run) => `Steps of ${run.flow_name} for ${shortName(nameOfRun(run) ?? "no unit")}`,
          render: (run) => <FlowRunSteps run={run} />,
        }}
        empty={filters.filtered ? <NoMatches what="run" onClear={filters.clear} /> : <NoFlowRuns />}
      />
    </ListTrail>
  );
}

function NoFlowRuns() {
  const newUnit = (
    <RoleLink least="operator" look="primary" large href={paths.newUnit()}>
      New unit
    </RoleLink>
  );
  return (
    <EmptyState icon="flow" title="Runs appear here while a unit is written" action={newUnit}>
      Each unit is made by several flows: its plan, one per lesson, the podcast and the cover.
    </EmptyState>
  );
}
