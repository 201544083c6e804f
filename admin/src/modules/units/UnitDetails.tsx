import { useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { UnitDetail } from "../../api/content-rows.ts";
import { useItemQuery } from "../../api/item-query.ts";
import { useLiveRefresh, useLiveState } from "../../api/live/use-live.ts";
import { describeError } from "../../api/problem.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { DataStates } from "../../ui/page/DataStates.tsx";
import { useDocumentTitle } from "../../ui/page/document-title.ts";
import { Breadcrumbs, PageHeader } from "../../ui/page/PageHeader.tsx";
import { SkeletonBlock, SkeletonRows } from "../../ui/page/Skeleton.tsx";
import { ConnectionBanner } from "../engines/public.ts";
import { useNeighbours } from "../lists/public.ts";
import { useRegenerationOutcome } from "./lesson/regeneration.ts";
import { NextStep } from "./next-step/NextStep.tsx";
import { SourceReader } from "./source/SourceReader.tsx";
import { UnitActions } from "./UnitActions.tsx";
import { UnitFacts } from "./UnitFacts.tsx";
import { UnitHero } from "./UnitHero.tsx";
import { UnitParts } from "./UnitParts.tsx";
import { UnitPodcast } from "./UnitPodcast.tsx";
import { UnitTabs } from "./UnitTabs.tsx";
import { UnitTroubles } from "./UnitTroubles.tsx";
import "./unit-details.css";
import { LongText } from "../../ui/value/LongText.tsx";
import { shortName } from "../../ui/value/visible-text.ts";
import { useUnitFlowRuns } from "./use-unit-flow-runs.ts";

/** One unit: what it is, how far it is, its lessons, its runs, and what to do next. A lesson's address opens it in here. */
export function UnitDetails() {
  const { id = "", lesson_id } = useParams({ strict: false });
  const detail = useItemQuery<UnitDetail>(`/content/units/${id}`);
  useLiveRefresh((change) => change.id === id || change.parents.unit_id === id, detail.reload);
  const neighbours = useNeighbours("units", id);
  const unit = detail.data;
  useRegenerationOutcome(unit);
  const live = useLiveState();
  const lesson = unit?.lessons.find((one) => one.id === lesson_id);
  useDocumentTitle(shortName(lesson?.title ?? unit?.title ?? "Unit"));
  const header = (
    <PageHeader
      title={<LongText text={unit?.title ?? "Unit"} limit={200} />}
      status={unit?.status}
      id={id}
      live={live}
      actions={unit === undefined ? undefined : <UnitActions unit={unit} />}
      onReload={detail.reload}
      reloading={detail.reloading}
      loadedAt={detail.loadedAt}
    />
  );
  return (
    <>
      <UnitBreadcrumbs unit={unit} position={lesson?.position} neighbours={neighbours} />
      {unit === undefined && header}
      <DataStates
        data={unit}
        failure={detail.error === null ? null : describeError(detail.error)}
        skeleton={<UnitSkeleton />}
        onReload={detail.reload}
        reloading={detail.reloading}
      >
        {(shown) => <UnitContent unit={shown} lessonId={lesson_id} header={header} />}
      </DataStates>
    </>
  );
}

type UnitBreadcrumbsProps = {
  unit: UnitDetail | undefined;
  position: number | undefined;
  neighbours: ReturnType<typeof useNeighbours>;
};

function UnitBreadcrumbs({ unit, position, neighbours }: UnitBreadcrumbsProps) {
  const units = (
    <AppLink key="units" href={neighbours.listHref}>
      Units
    </AppLink>
  );
  if (unit === undefined) return <Breadcrumbs trail={[units, "one unit"]} neighbours={neighbours} />;
  if (position === undefined)
    return <Breadcrumbs trail={[units, shortName(unit.title)]} neighbours={neighbours} />;
  const whole = (
    <AppLink key="unit" href={paths.unit(unit.id)}>
      {shortName(unit.title)}
    </AppLink>
  );
  return <Breadcrumbs trail={[units, whole, `Lesson ${position}`]} neighbours={neighbours} />;
}

type UnitContentProps = { unit: UnitDetail; lessonId: string | undefined; header: ReactNode };

function UnitContent({ unit, lessonId, header }: UnitContentProps) {
  const runs = useUnitFlowRuns(unit.id).data;
  return (
    <>
      <UnitHero unit={unit} header={header} runs={runs ?? []} />
      <ConnectionBanner of={(runs ?? []).map((run) => run.connection_id)} />
      <UnitTroubles unit={unit} />
      <div className="two-columns">
        <UnitTabs unit={unit} lessonId={lessonId} runs={runs} />
        <aside className="stack" aria-label="About this unit">
          <NextStep unit={unit} runs={runs ?? []} />
          <UnitPodcast unit={unit} />
          <UnitFacts unit={unit} />
          <UnitParts unit={unit} />
        </aside>
      </div>
      <SourceReader unit={unit} />
    </>
  );
}

function UnitSkeleton() {
  return (
    <div className="two-columns">
      <section className="card">
        <SkeletonRows rows={6} label="Loading the unit" />
      </section>
      <aside className="card">
        <SkeletonBlock lines={6} />
      </aside>
    </div>
  );
}
