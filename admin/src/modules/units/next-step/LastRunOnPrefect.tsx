import type { FlowRunSummary } from "../../../api/rows.ts";
import { paths } from "../../../paths.ts";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { Card } from "../../../ui/page/Card.tsx";
import { RunMarks } from "../../engines/public.ts";

/** Where Prefect wrote a unit last: that its run can be repeated there, beside what our own workers can do. */
export function LastRunOnPrefect({ run }: { run: FlowRunSummary | undefined }) {
  if (run === undefined) return null;
  return (
    <Card title="Written on Prefect last" padded actions={<RunMarks row={run} what="the run" />}>
      <div className="next-step">
        <p className="text-2">
          The same run can be retried there: lessons that arrive again replace those that are here. Our own
          workers know nothing of its steps and begin anew.
        </p>
        <div>
          <AppLink className="button button-large" href={paths.flowRun(run.id)}>
            Retry it on its run…
          </AppLink>
        </div>
      </div>
    </Card>
  );
}
