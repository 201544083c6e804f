import { memo, useMemo, useState } from "react";
import { useLiveState } from "../../api/live/use-live.ts";
import type { CourseGeneration } from "../../api/monitor-rows.ts";
import { describeError } from "../../api/problem.ts";
import { paths } from "../../paths.ts";
import { useSearchParams } from "../../ui/link/search-params.ts";
import { Button } from "../../ui/page/Button.tsx";
import { DataStates } from "../../ui/page/DataStates.tsx";
import { useDocumentTitle } from "../../ui/page/document-title.ts";
import { Notice } from "../../ui/page/ErrorBlock.tsx";
import { PageHeader } from "../../ui/page/PageHeader.tsx";
import { SkeletonBlock } from "../../ui/page/Skeleton.tsx";
import { ConnectionBanner, MonitorDisagreements } from "../engines/public.ts";
import { RoleLink } from "../session/public.ts";
import { AnswerMomentProvider } from "./answer-moment.tsx";
import { MetricsSection } from "./charts/MetricsSection.tsx";
import { OutcomeChart } from "./charts/OutcomeChart.tsx";
import "./dashboard.css";
import { FiringAlerts } from "./FiringAlerts.tsx";
import { HealthCard } from "./HealthCard.tsx";
import { HealthWorkers } from "./HealthWorkers.tsx";
import { JobHistory } from "./history/JobHistory.tsx";
import { NeedsAttention } from "./incidents/NeedsAttention.tsx";
import { ActiveJobs } from "./jobs/ActiveJobs.tsx";
import { QueuedJobs } from "./jobs/QueuedJobs.tsx";
import { MonitorFigures } from "./MonitorFigures.tsx";
import { useCourseGeneration } from "./monitor-api.ts";
import { pastWordsOf, readMoment } from "./time-travel/moments.ts";
import { PastNotice } from "./time-travel/PastNotice.tsx";
import { TimeTravel } from "./time-travel/TimeTravel.tsx";

// The answer comes twice a second while work goes on; what did not move in it is not drawn again.
const Metrics = memo(MetricsSection);
const Outcomes = memo(OutcomeChart);
const Health = memo(HealthCard);

const newUnit = (
  <RoleLink least="operator" look="primary" href={paths.newUnit()}>
    New unit
  </RoleLink>
);

/** What is being written, what waits, what needs somebody and what has ended: now, or as it was at a past moment (`?at=`). */
export function Dashboard() {
  const [search, change] = useSearchParams();
  const { at, wrong } = readMoment(search.at, Date.now());
  const monitor = useCourseGeneration(at);
  const live = useLiveState();
  const travel = (to: string | null) => change({ at: to ?? "" });
  useDocumentTitle(
    at === null ? "Course generation" : `Course generation at ${pastWordsOf(new Date(at), new Date())}`,
  );
  return (
    <>
      <PageHeader
        title="Course generation"
        live={at === null ? live : undefined}
        actions={at === null && newUnit}
        onReload={monitor.reload}
        reloading={monitor.reloading}
        loadedAt={monitor.loadedAt}
      />
      {wrong !== null && <WrongMoment text={wrong} onTravel={travel} />}
      {at === null && <ConnectionBanner />}
      {at !== null && <PastNotice at={at} isReading={monitor.isOfAnotherMoment} onTravel={travel} />}
      <DataStates
        data={monitor.data}
        failure={monitor.error === null ? null : describeError(monitor.error)}
        skeleton={<SkeletonBlock lines={10} label="Loading the jobs" />}
        onReload={monitor.reload}
        reloading={monitor.reloading}
      >
        {(answer) => (
          <Monitor
            answer={answer}
            at={at}
            readAt={monitor.loadedAt}
            isOfAnotherMoment={monitor.isOfAnotherMoment}
            onTravel={travel}
            onChanged={monitor.reload}
          />
        )}
      </DataStates>
    </>
  );
}

type TravelProps = { onTravel: (at: string | null) => void };

function WrongMoment({ text, onTravel }: TravelProps & { text: string }) {
  return (
    <Notice
      tone="warn"
      icon="triangle"
      role="status"
      title="The moment in the address cannot be shown"
      actions={<Button onClick={() => onTravel(null)}>Got it</Button>}
    >
      <p>
        “<bdi>{text.slice(0, 80)}</bdi>” is no past time such as 2026-11-21T12:04:31Z. You see how it is now.
      </p>
    </Notice>
  );
}

const busyAbove = 5;
const calmBelow = 3;

/** Whether the jobs are the longer column, so that health stands beside them instead of below. It does not jump with every job. */
function useBusy(jobs: number): boolean {
  const [isBusy, setBusy] = useState(jobs > busyAbove);
  if (isBusy ? jobs < calmBelow : jobs > busyAbove) setBusy(!isBusy);
  return isBusy;
}

type MonitorProps = TravelProps & {
  answer: CourseGeneration;
  /** The moment that is asked for; the answer may still be of another. */
  at: string | null;
  readAt: number | undefined;
  isOfAnotherMoment: boolean;
  onChanged: () => void;
};

function Monitor({ answer, at, readAt = 0, isOfAnotherMoment, onTravel, onChanged }: MonitorProps) {
  const isPast = answer.at !== null || at !== null;
  // The page calls with a new function each time, which is no reason to draw the cards again.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the answer and its moment stand for all
  const moment = useMemo(
    () => ({ as_of: answer.as_of, readAt, isPast, onChanged }),
    [answer.as_of, readAt, isPast],
  );
  const isBusy = useBusy(answer.active_total);
  const stale = isOfAnotherMoment ? "is-of-another-moment" : "";
  return (
    <AnswerMomentProvider value={moment}>
      <FiringAlerts alerts={answer.alerts} isPast={isPast} />
      <MonitorFigures answer={answer} isPast={isPast} />
      {answer.recorded_since !== null && <TimeTravel answer={answer} at={at} onTravel={onTravel} />}
      <div className={`two-columns ${stale}`} aria-busy={isOfAnotherMoment}>
        <div className="stack" key={isPast ? "past" : "now"}>
          <ActiveJobs answer={answer} />
          <QueuedJobs answer={answer} />
          {!isBusy && <Health parts={answer.health} />}
        </div>
        <aside className="stack">
          <NeedsAttention answer={answer} isPast={isPast} onChanged={onChanged} />
          {!isPast && <MonitorDisagreements />}
          <HealthWorkers />
          {isBusy && <Health parts={answer.health} />}
        </aside>
      </div>
      <Metrics at={at} />
      {answer.history.length > 0 && <Outcomes at={at} />}
      <JobHistory
        jobs={answer.history}
        endedThatDay={answer.figures.finished_today + answer.figures.failed_today}
        at={at}
      />
    </AnswerMomentProvider>
  );
}
