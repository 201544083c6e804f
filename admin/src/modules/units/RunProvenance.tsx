import type { Lesson } from "../../api/content-rows.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { ShortId } from "../../ui/value/CopyId.tsx";
import { Moment } from "../../ui/value/Moment.tsx";
import { shortName } from "../../ui/value/visible-text.ts";
import { RunOrigin } from "../engines/public.ts";
import "./provenance.css";
import { useUnitFlowRuns } from "./use-unit-flow-runs.ts";

type RunProvenanceProps = {
  lesson: Pick<Lesson, "unit_id" | "flow_run_id" | "created_at">;
};

/** Which run of Prefect returned a lesson, and when; nothing for lessons of our own workers. */
export function RunProvenance({ lesson: { unit_id, flow_run_id, created_at } }: RunProvenanceProps) {
  const runs = useUnitFlowRuns(unit_id).data;
  const run = runs?.find(({ id }) => id === flow_run_id);
  if (run === undefined || run.connection_id === null) return null;
  return (
    <p className="provenance">
      <span>
        written by Prefect run{" "}
        <AppLink className="link" href={paths.flowRun(run.id)}>
          {run.external_run_name === null ? <ShortId id={run.id} /> : shortName(run.external_run_name, 60)}
        </AppLink>
      </span>
      <span>
        <Moment at={created_at} />
      </span>
      <span className="cut">
        {shortName(run.flow_name, 60)} <RunOrigin row={run} what="the run" />
      </span>
    </p>
  );
}
