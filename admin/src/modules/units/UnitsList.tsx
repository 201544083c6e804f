import { useItemQuery } from "../../api/item-query.ts";
import { useLiveRefresh, useLiveRow, useLiveState } from "../../api/live/use-live.ts";
import { useLiveList } from "../../api/live/use-live-list.ts";
import { describeError } from "../../api/problem.ts";
import type { LessonSummary, UnitSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { NoMatches } from "../../ui/filter/NoMatches.tsx";
import { ListTrail } from "../../ui/link/list-trail.tsx";
import { useOpenKeys } from "../../ui/link/search-params.ts";
import { DataStates } from "../../ui/page/DataStates.tsx";
import { useDocumentTitle } from "../../ui/page/document-title.ts";
import { EmptyState } from "../../ui/page/EmptyState.tsx";
import { PageHeader } from "../../ui/page/PageHeader.tsx";
import { SkeletonRows } from "../../ui/page/Skeleton.tsx";
import { lookOfStatus } from "../../ui/status/status-tone.ts";
import { ListCard } from "../../ui/table/ListCard.tsx";
import { formatTotal, NewRowsPill } from "../../ui/table/Pager.tsx";
import { useRowSelection } from "../../ui/table/row-selection.ts";
import { shortName } from "../../ui/value/visible-text.ts";
import { BulkBar } from "../bulk/public.ts";
import { ListFilterBar, useListFilters } from "../lists/public.ts";
import { RoleLink } from "../session/public.ts";
import { LessonAccordion } from "./lesson/LessonAccordion.tsx";
import { unitColumns } from "./unit-columns.tsx";

const newUnit = (
  <RoleLink least="operator" look="primary" href={paths.newUnit()}>
    New unit
  </RoleLink>
);

const useLiveUnit = (unit: UnitSummary) => useLiveRow("unit", unit);

/** Every unit, newest first; a row opens to its lessons in place. */
export function UnitsList() {
  useDocumentTitle("Units");
  const filters = useListFilters("units");
  const { list, waiting, showWaiting } = useLiveList<UnitSummary>(
    "unit",
    filters.definition.source,
    filters.query,
  );
  const [openKeys, toggle] = useOpenKeys("open");
  const selection = useRowSelection(filters.trail);
  const { filtered } = filters;
  return (
    <ListTrail value={filters.trail}>
      <PageHeader
        title="Units"
        count={list.total === null ? undefined : formatTotal(list.total)}
        live={useLiveState()}
        actions={list.rows?.length === 0 && !filtered ? undefined : newUnit}
        onReload={list.reload}
        reloading={list.reloading}
        loadedAt={list.loadedAt}
      />
      <ListFilterBar
        filters={filters}
        suggestions={{ author: ["offline", ...(list.rows ?? []).flatMap((unit) => unit.author ?? [])] }}
      />
      <NewRowsPill count={waiting} one="unit" many="units" onShow={showWaiting} />
      <ListCard
        label="Units"
        list={list}
        failure={list.error === null ? null : describeError(list.error)}
        columns={unitColumns}
        statusWord={(unit) => lookOfStatus(unit.status).word}
        useRow={useLiveUnit}
        selection={selection}
        selectionBar={
          <BulkBar entity="unit" selection={selection} filters={filters.query} total={list.total} />
        }
        expansion={{
          openKeys,
          onToggle: toggle,
          label: (unit) => `Lessons of ${shortName(unit.title)}`,
          render: (unit) => <LessonsOfUnit unitId={unit.id} />,
        }}
        empty={
          filtered ? (
            <NoMatches what="unit" onClear={filters.clear} />
          ) : (
            <EmptyState icon="unit" title="Units appear here" action={newUnit}>
              A unit is made from a topic or your own text and becomes lessons with exercises, audio and a
              cover.
            </EmptyState>
          )
        }
      />
    </ListTrail>
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
