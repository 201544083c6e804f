import { useMemo, useState } from "react";
import type { ActiveJob, CourseGeneration } from "../../../api/monitor-rows.ts";
import { paths } from "../../../paths.ts";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { Button } from "../../../ui/page/Button.tsx";
import { SectionTitle } from "../../../ui/page/Card.tsx";
import { EmptyState } from "../../../ui/page/EmptyState.tsx";
import { formatCount } from "../../../ui/value/format.ts";
import { RoleLink } from "../../session/public.ts";
import { useAnswerMoment } from "../answer-moment.tsx";
import { GenerationJobCard } from "./GenerationJobCard.tsx";
import "./jobs.css";
import { useLeaving } from "./use-leaving.ts";

const fullCards = 4;
const cardsAtFirst = 16;
const idOf = (job: ActiveJob) => job.task_id;

/** What workers execute: the oldest four jobs in full, the further ones as a line each that opens in place. */
export function ActiveJobs({ answer }: { answer: CourseGeneration }) {
  const { active_jobs, active_total, figures } = answer;
  const waiting = figures.queued + figures.paused;
  return (
    <>
      <SectionTitle
        title="Active"
        note={formatCount(active_total)}
        actions={
          <AppLink className="text-2" href={paths.tasks()}>
            {waiting === 0 ? "Tasks and workers" : `${formatCount(waiting)} waiting`}
          </AppLink>
        }
      />
      {active_total === 0 && <NothingActive />}
      <JobList jobs={active_jobs} total={active_total} />
    </>
  );
}

function NothingActive() {
  const { isPast } = useAnswerMoment();
  if (isPast) {
    return (
      <section className="card">
        <EmptyState icon="bolt" title="Nothing was being written at this moment" />
      </section>
    );
  }
  return (
    <section className="card">
      <EmptyState
        icon="bolt"
        title="Nothing is being written"
        action={
          <RoleLink least="operator" large href={paths.newUnit()}>
            New unit
          </RoleLink>
        }
      >
        A job appears here with its stages, lessons, time and cost as soon as a unit is created.
      </EmptyState>
    </section>
  );
}

function JobList({ jobs, total }: { jobs: readonly ActiveJob[]; total: number }) {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [showsAll, setShowsAll] = useState(false);
  const shown = useMemo(() => (showsAll ? jobs : jobs.slice(0, cardsAtFirst)), [jobs, showsAll]);
  const places = useLeaving(shown, idOf);
  const toggle = (id: string) => {
    const next = new Set(opened);
    if (!next.delete(id)) next.add(id);
    setOpened(next);
  };
  let rank = 0;
  return (
    <>
      {places.length > 0 && (
        <div className="jobs">
          {places.map(({ key, item, isLeaving }) => {
            const isFirst = rank < fullCards;
            if (!isLeaving) rank += 1;
            return (
              <div key={key} className={isLeaving ? "job-place job-leaves" : "job-place"} inert={isLeaving}>
                <GenerationJobCard
                  job={item}
                  isFull={isFirst || opened.has(key)}
                  onToggle={isFirst ? undefined : () => toggle(key)}
                />
              </div>
            );
          })}
        </div>
      )}
      <MoreJobs
        shown={Math.min(jobs.length, showsAll ? jobs.length : cardsAtFirst)}
        loaded={jobs.length}
        total={total}
        onShowAll={() => setShowsAll(true)}
      />
    </>
  );
}

type MoreJobsProps = { shown: number; loaded: number; total: number; onShowAll: () => void };

function MoreJobs({ shown, loaded, total, onShowAll }: MoreJobsProps) {
  const beyond = total - loaded;
  if (shown >= total) return null;
  return (
    <div className="jobs-more">
      {loaded > shown && <Button onClick={onShowAll}>Show {formatCount(loaded - shown)} more</Button>}
      {beyond > 0 && (
        <AppLink className="link" href={paths.tasks({ status: "in_progress" })}>
          {formatCount(beyond)} more in Tasks
        </AppLink>
      )}
    </div>
  );
}
