import { useCallback } from "react";
import type { Query } from "../../api/client.ts";
import { useItemQuery } from "../../api/item-query.ts";
import { useLiveRefresh, useLiveRow, useLiveState } from "../../api/live/use-live.ts";
import { useLiveList } from "../../api/live/use-live-list.ts";
import { describeError } from "../../api/problem.ts";
import type { LessonSummary, UnitSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { FilterLine, FilterSearch } from "../../ui/filter/Filters.tsx";
import { NoMatches } from "../../ui/filter/NoMatches.tsx";
import { StatusFilter } from "../../ui/filter/StatusFilter.tsx";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { useOpenKeys, useSearchParams } from "../../ui/link/search-params.ts";
import { DataStates } from "../../ui/page/DataStates.tsx";
import { useDocumentTitle } from "../../ui/page/document-title.ts";
import { EmptyState } from "../../ui/page/EmptyState.tsx";
import { PageHeader } from "../../ui/page/PageHeader.tsx";
import { SkeletonRows } from "../../ui/page/Skeleton.tsx";
import { lookOfStatus } from "../../ui/status/status-tone.ts";
import { ListCard } from "../../ui/table/ListCard.tsx";
import { formatTotal, NewRowsPill } from "../../ui/table/Pager.tsx";
import { LessonAccordion } from "./lesson/LessonAccordion.tsx";
import { unitColumns } from "./unit-columns.tsx";

const statuses = ["in_progress", "paused", "partial", "failed", "completed", "draft", "cancelled"];
const filterNames = ["status", "q"] as const;

const newUnit = (
  <AppLink className="button button-primary" href={paths.newUnit()}>
    New unit
  </AppLink>
);

const useLiveUnit = (unit: UnitSummary) => useLiveRow("unit", unit);

/** Every unit, newest first; a row opens to its lessons in place. */
export function UnitsList() {
  useDocumentTitle("Units");
  const [search, change] = useSearchParams();
  const setText = useCallback((q: string) => change({ q }), [change]);
  const filters: Query = Object.fromEntries(filterNames.map((name) => [name, search[name]]));
  const { list, waiting, showWaiting } = useLiveList<UnitSummary>("unit", "/content/units", filters);
  const [openKeys, toggle] = useOpenKeys("open");
  const filtered = filterNames.some((name) => search[name]);
  return (
    <>
      <PageHeader
        title="Units"
        count={list.total === null ? undefined : formatTotal(list.total)}
        live={useLiveState()}
        actions={list.rows?.length === 0 && !filtered ? undefined : newUnit}
        onReload={list.reload}
        reloading={list.reloading}
        loadedAt={list.loadedAt}
      />
      <FilterLine note="newest first">
        <StatusFilter statuses={statuses} />
        <FilterSearch value={search.q ?? ""} placeholder="Part of a title" onChange={setText} />
      </FilterLine>
      <NewRowsPill count={waiting} one="unit" many="units" onShow={showWaiting} />
      <ListCard
        label="Units"
        list={list}
        failure={list.error === null ? null : describeError(list.error)}
        columns={unitColumns}
        statusWord={(unit) => lookOfStatus(unit.status).word}
        useRow={useLiveUnit}
        expansion={{
          openKeys,
          onToggle: toggle,
          label: (unit) => `Lessons of ${unit.title}`,
          render: (unit) => <LessonsOfUnit unitId={unit.id} />,
        }}
        empty={
          filtered ? (
            <NoMatches what="unit" names={filterNames} />
          ) : (
            <EmptyState icon="unit" title="Units appear here" action={newUnit}>
              A unit is made from a topic or your own text and becomes lessons with exercises, audio and a
              cover.
            </EmptyState>
          )
        }
      />
    </>
  );
}

function LessonsOfUnit({ unitId }: { unitId: string }) {
  const lessons = useItemQuery<LessonSummary[]>(`/content/units/${unitId}/lessons`);
  useLiveRefresh((change) => change.entity === "lesson" && change.parents.unit_id === unitId, lessons.reload);
  return (
    <DataStates
      data={lessons.data}
      failure={lessons.error === null ? null : describeError(lessons.error)}
      skeleton={<SkeletonRows rows={3} label="Loading lessons" />}
      onReload={lessons.reload}
      reloading={lessons.reloading}
    >
      {(rows) => <LessonsList lessons={rows} />}
    </DataStates>
  );
}

function LessonsList({ lessons }: { lessons: LessonSummary[] }) {
  const [openIds, toggle] = useOpenKeys("lesson");
  if (lessons.length === 0) return <p className="card-pad text-3">No lesson is written yet.</p>;
  return <LessonAccordion lessons={lessons} openIds={openIds} onToggle={toggle} />;
}
