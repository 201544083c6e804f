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
import { NextStep } from "./next-step/NextStep.tsx";
import { UnitActions } from "./UnitActions.tsx";
import { UnitFacts } from "./UnitFacts.tsx";
import { UnitHero } from "./UnitHero.tsx";
import { UnitParts } from "./UnitParts.tsx";
import { UnitPodcast } from "./UnitPodcast.tsx";
import { UnitTabs } from "./UnitTabs.tsx";
import { UnitTroubles } from "./UnitTroubles.tsx";
import "./unit-details.css";

/** One unit: what it is, how far it is, its lessons, its runs, and what to do next. A lesson's address opens it in here. */
export function UnitDetails() {
  const { id = "", lesson_id } = useParams({ strict: false });
  const detail = useItemQuery<UnitDetail>(`/content/units/${id}`);
  useLiveRefresh((change) => change.id === id || change.parents.unit_id === id, detail.reload);
  const unit = detail.data;
  const live = useLiveState();
  const lesson = unit?.lessons.find((one) => one.id === lesson_id);
  useDocumentTitle(lesson?.title ?? unit?.title ?? "Unit");
  const header = (
    <PageHeader
      title={unit?.title ?? "Unit"}
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
      <UnitBreadcrumbs unit={unit} position={lesson?.position} />
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

function UnitBreadcrumbs({ unit, position }: { unit: UnitDetail | undefined; position: number | undefined }) {
  const units = (
    <AppLink key="units" href={paths.units()}>
      Units
    </AppLink>
  );
  if (unit === undefined) return <Breadcrumbs trail={[units, "one unit"]} />;
  if (position === undefined) return <Breadcrumbs trail={[units, unit.title]} />;
  const whole = (
    <AppLink key="unit" href={paths.unit(unit.id)}>
      {unit.title}
    </AppLink>
  );
  return <Breadcrumbs trail={[units, whole, `Lesson ${position}`]} />;
}

type UnitContentProps = { unit: UnitDetail; lessonId: string | undefined; header: ReactNode };

function UnitContent({ unit, lessonId, header }: UnitContentProps) {
  return (
    <>
      <UnitHero unit={unit} header={header} />
      <UnitTroubles unit={unit} />
      <div className="two-columns">
        <UnitTabs unit={unit} lessonId={lessonId} />
        <aside className="stack" aria-label="About this unit">
          <NextStep unit={unit} />
          <UnitPodcast unit={unit} />
          <UnitFacts unit={unit} />
          <UnitParts unit={unit} />
        </aside>
      </div>
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
