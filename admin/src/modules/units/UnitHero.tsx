import type { ReactNode } from "react";
import type { UnitDetail } from "../../api/content-rows.ts";
import type { FlowRunSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { Icon } from "../../ui/icon/Icon.tsx";
import { type Stage, StageStrip } from "../../ui/status/StageStrip.tsx";
import { formatQuantity } from "../../ui/value/format.ts";
import { LongText } from "../../ui/value/LongText.tsx";
import { Money } from "../../ui/value/Money.tsx";
import { OfflineBadge } from "./OfflineBadge.tsx";
import { arrivedStageOf, isOnPrefect, knownCostOf, runOnPrefect, stageOnPrefect } from "./on-prefect.ts";
import { stageAddress } from "./stage-link.ts";
import { stripStageOf } from "./strip-stage.ts";
import "./unit-details.css";
import { shortName } from "../../ui/value/visible-text.ts";

const failedLessons = (unit: UnitDetail) =>
  unit.lessons_failed === 0 ? [] : [`${formatQuantity(unit.lessons_failed, "lesson")} failed`];

function factsOf(unit: UnitDetail): string[] {
  const planned = formatQuantity(unit.target_lesson_count, "lesson");
  if (unit.lessons.length === 0) return [unit.learner_level, `${planned} planned`];
  return [
    unit.learner_level,
    formatQuantity(unit.lessons_completed, "lesson"),
    ...failedLessons(unit),
    formatQuantity(unit.exercise_count, "exercise"),
    unit.published_at === null ? "not published" : "published",
  ];
}

/** The stages of a unit with the way to their runs; while Prefect writes it, how far its run is. */
function stagesOf(unit: UnitDetail, runs: readonly FlowRunSummary[]): Stage[] {
  const run = runOnPrefect(unit, runs);
  const goesOn = unit.status === "in_progress" || unit.status === "paused";
  if (goesOn && (run !== undefined || isOnPrefect(unit))) {
    return [{ ...stageOnPrefect(run), ...(run === undefined ? {} : { href: paths.flowRun(run.id) }) }];
  }
  return unit.stages.map((stage) => ({
    ...stripStageOf(arrivedStageOf(stage, unit), unit),
    href: stageAddress(unit.id, stage, runs),
  }));
}

type UnitHeroProps = { unit: UnitDetail; header: ReactNode; runs: readonly FlowRunSummary[] };

/** Cover beside header, facts and stages of a unit. */
export function UnitHero({ unit, header, runs }: UnitHeroProps) {
  const stages = stagesOf(unit, runs);
  return (
    <section className="unit-hero" aria-label="Summary">
      <Cover unit={unit} />
      <div className="unit-summary">
        {header}
        {unit.description && (
          <p className="unit-description">
            <LongText text={unit.description} />
          </p>
        )}
        <p className="row wraps text-2 unit-facts-line">
          <span>
            {factsOf(unit).join(" · ")}
            {unit.status !== "draft" && <UnitCost unit={unit} />}
          </span>
          {unit.author === "offline" && <OfflineBadge />}
        </p>
        <StageStrip label="Stages" stages={stages} />
      </div>
    </section>
  );
}

function UnitCost({ unit }: { unit: UnitDetail }) {
  const cost = knownCostOf(unit);
  return (
    <>
      {" · "}
      <Money cost_usd={cost} offline={unit.author === "offline"} />
      {cost === null && " cost"}
    </>
  );
}

function Cover({ unit }: { unit: UnitDetail }) {
  if (unit.cover_media_id === null) {
    return (
      <span className="unit-cover unit-cover-missing">
        <Icon name="image" />
        <span className="visually-hidden">No cover yet</span>
      </span>
    );
  }
  const alt = shortName(unit.cover_alt ?? `Cover of ${unit.title}`);
  return (
    <img
      className="unit-cover"
      src={`/api/v1/media/${unit.cover_media_id}`}
      alt={alt}
      title={alt}
      width={132}
      height={132}
    />
  );
}
