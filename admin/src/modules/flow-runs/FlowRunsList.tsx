import { useCallback } from "react";
import type { Query } from "../../api/client.ts";
import { useLiveRow, useLiveState } from "../../api/live/use-live.ts";
import { useLiveList } from "../../api/live/use-live-list.ts";
import { describeError } from "../../api/problem.ts";
import type { FlowRunSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { FilterLine, FilterSearch, FilterSelect } from "../../ui/filter/Filters.tsx";
import { IdChips } from "../../ui/filter/IdChips.tsx";
import { NoMatches } from "../../ui/filter/NoMatches.tsx";
import { StatusFilter } from "../../ui/filter/StatusFilter.tsx";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { useOpenKeys, useSearchParams } from "../../ui/link/search-params.ts";
import { useDocumentTitle } from "../../ui/page/document-title.ts";
import { EmptyState } from "../../ui/page/EmptyState.tsx";
import { PageHeader } from "../../ui/page/PageHeader.tsx";
import { lookOfStatus } from "../../ui/status/status-tone.ts";
import { ListCard } from "../../ui/table/ListCard.tsx";
import { formatTotal, NewRowsPill } from "../../ui/table/Pager.tsx";
import { FlowRunSteps } from "./FlowRunSteps.tsx";
import { flowRunColumns } from "./flow-run-columns.tsx";

const statuses = ["running", "failed", "paused", "completed", "cancelled"];
const flows = ["unit_creation", "lesson_creation", "lesson_podcast", "unit_podcast", "unit_art_creation"];
const flowOptions = [{ value: "", word: "any" }, ...flows.map((flow) => ({ value: flow, word: flow }))];
const filterNames = ["status", "q", "flow_name", "task_id", "unit_id"] as const;

const useLiveRun = (run: FlowRunSummary) => useLiveRow("flow_run", run);

/** Every run of every flow, newest first; a row opens to its steps in place. */
export function FlowRunsList() {
  useDocumentTitle("Flow Runs");
  const [search] = useSearchParams();
  const filters: Query = Object.fromEntries(filterNames.map((name) => [name, search[name]]));
  const { list, waiting, showWaiting } = useLiveList<FlowRunSummary>(
    "flow_run",
    "/flow-engine/runs",
    filters,
  );
  const [openKeys, toggle] = useOpenKeys("open");
  const filtered = filterNames.some((name) => search[name]);
  return (
    <>
      <PageHeader
        title="Flow Runs"
        count={list.total === null ? undefined : formatTotal(list.total)}
        live={useLiveState()}
        onReload={list.reload}
        reloading={list.reloading}
        loadedAt={list.loadedAt}
      />
      <FlowRunFilters />
      <NewRowsPill count={waiting} one="run" many="runs" onShow={showWaiting} />
      <ListCard
        label="Flow runs"
        list={list}
        failure={list.error === null ? null : describeError(list.error)}
        columns={flowRunColumns}
        statusWord={(run) => lookOfStatus(run.status).word}
        useRow={useLiveRun}
        expansion={{
          openKeys,
          onToggle: toggle,
          label: (run) => `Steps of ${run.flow_name} for ${run.unit_title ?? "no unit"}`,
          render: (run) => <FlowRunSteps run={run} />,
        }}
        empty={filtered ? <NoMatches what="run" names={filterNames} /> : <NoFlowRuns />}
      />
    </>
  );
}

function FlowRunFilters() {
  const [search, change] = useSearchParams();
  const setText = useCallback((q: string) => change({ q }), [change]);
  return (
    <FilterLine note="newest first">
      <StatusFilter statuses={statuses} />
      <FilterSelect
        name="Flow"
        value={search.flow_name ?? ""}
        options={flowOptions}
        onChange={(flow_name) => change({ flow_name })}
      />
      <IdChips names={{ unit_id: "Unit", task_id: "Task" }} />
      <FilterSearch value={search.q ?? ""} placeholder="Title or id" onChange={setText} />
    </FilterLine>
  );
}

function NoFlowRuns() {
  const newUnit = (
    <AppLink className="button button-primary button-large" href={paths.newUnit()}>
      New unit
    </AppLink>
  );
  return (
    <EmptyState icon="flow" title="Runs appear here while a unit is written" action={newUnit}>
      Each unit is made by several flows: its plan, one per lesson, the podcast and the cover.
    </EmptyState>
  );
}
