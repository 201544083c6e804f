import type { ActiveJob } from "../../../api/monitor-rows.ts";
import { useWordsSince } from "../answer-moment.tsx";
import { timeLeftOf } from "../monitor-words.ts";

type EstimateProps = { job: Pick<ActiveJob, "forecast" | "progress"> };

/** How far a job is, in percent; while nobody can say nothing large stands there, the line below says why. */
export function JobPercentage({ job: { progress } }: EstimateProps) {
  if (progress.percentage === null) {
    return <span className="job-percentage" />;
  }
  return <span className="job-percentage">{Math.round(progress.percentage)} %</span>;
}

/** The time left, counting down between two answers. */
export function TimeLeft({ job: { forecast } }: EstimateProps) {
  const short = useWordsSince((sinceMs) => timeLeftOf(forecast, sinceMs).short);
  const range = useWordsSince((sinceMs) => timeLeftOf(forecast, sinceMs).range);
  return (
    <span className="job-left" title={range === "" ? undefined : range}>
      {short}
    </span>
  );
}

/** The range that the time left lies in for eight of ten jobs, or why it is unknown. */
export function TimeLeftRange({ job: { forecast } }: EstimateProps) {
  return <span className="cut">{useWordsSince((sinceMs) => timeLeftOf(forecast, sinceMs).range)}</span>;
}
