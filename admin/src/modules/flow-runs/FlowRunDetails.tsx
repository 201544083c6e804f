import { useParams } from "@tanstack/react-router";
import type { FlowRunDetail } from "../../api/detail-rows.ts";
import { useLiveState } from "../../api/live/use-live.ts";
import { loadPayloadText } from "../../api/payload-text.ts";
import { describeError } from "../../api/problem.ts";
import { paths } from "../../paths.ts";
import { PayloadView } from "../../ui/content/PayloadView.tsx";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { Card } from "../../ui/page/Card.tsx";
import { DataStates } from "../../ui/page/DataStates.tsx";
import { useDocumentTitle } from "../../ui/page/document-title.ts";
import { PageHeader } from "../../ui/page/PageHeader.tsx";
import { SkeletonBlock, SkeletonRows } from "../../ui/page/Skeleton.tsx";
import { shortName } from "../../ui/value/visible-text.ts";
import { ConnectionBanner, OnPrefectCard, RunMarks, RunProgress } from "../engines/public.ts";
import { useNeighbours } from "../lists/public.ts";
import { FlowRunFacts } from "./FlowRunFacts.tsx";
import { FlowRunFailure } from "./FlowRunFailure.tsx";
import { FlowRunLogs } from "./FlowRunLogs.tsx";
import { runPayloadPath, useFlowRun } from "./flow-run-api.ts";
import { nameOfRun, partOf } from "./flow-run-words.ts";
import { RunTimeline } from "./RunTimeline.tsx";

/** One run: what went wrong in words, its timeline, steps, child flows, log and facts. */
export function FlowRunDetails() {
  const { id } = useParams({ strict: false });
  return id === undefined ? null : <FlowRunPage key={id} id={id} />;
}

function FlowRunPage({ id }: { id: string }) {
  const detail = useFlowRun(id);
  const neighbours = useNeighbours("flows", id);
  const run = detail.data;
  const title =
    run === undefined ? "Flow run" : `${shortName(nameOfRun(run) ?? run.flow_name)} ${partOf(run)}`.trim();
  useDocumentTitle(title);
  return (
    <>
      <PageHeader
        title={<TitleOfRun title={title} run={run} />}
        breadcrumbs={breadcrumbsOf(run, neighbours.listHref)}
        neighbours={neighbours}
        status={run?.status}
        id={id}
        live={useLiveState()}
        onReload={detail.reload}
        reloading={detail.reloading}
        loadedAt={detail.loadedAt}
      />
      <ConnectionBanner of={[run?.connection_id]} />
      <DataStates
        data={run}
        failure={detail.error === null ? null : describeError(detail.error)}
        skeleton={<DetailSkeleton />}
        onReload={detail.reload}
        reloading={detail.reloading}
      >
        {(shown) => <FlowRunContent run={shown} />}
      </DataStates>
    </>
  );
}

/** The headline, for a run of Prefect with its origin. */
function TitleOfRun({ title, run }: { title: string; run: FlowRunDetail | undefined }) {
  if (run === undefined || run.connection_id === null) return title;
  return (
    <span className="row wraps">
      {title} <RunMarks row={run} what="the run" named />
    </span>
  );
}

function breadcrumbsOf(run: FlowRunDetail | undefined, listHref: string) {
  const list = (
    <AppLink key="list" href={listHref}>
      Flow Runs
    </AppLink>
  );
  if (run === undefined) return [list, "one run"];
  if (run.parent_flow_run_id === null) return [list, run.flow_name];
  const parent = (
    <AppLink key="parent" href={paths.flowRun(run.parent_flow_run_id)}>
      {parentNameOf(run)}
    </AppLink>
  );
  return [list, parent, run.flow_name];
}

/** A path such as `unit/lesson:3/lesson_podcast:3` names the flows from the outermost to this one. */
function parentNameOf(run: FlowRunDetail): string {
  const name = run.flow_path.split("/").at(-2);
  if (name === undefined) return "parent run";
  return name === "unit" ? "whole unit" : name.replace(":", " ");
}

function FlowRunContent({ run }: { run: FlowRunDetail }) {
  return (
    <>
      {run.status === "failed" && <FlowRunFailure run={run} />}
      <div className="two-columns">
        <div className="stack">
          <RunTimeline run={run} />
          <div className="stack trails">
            {run.connection_id === null ? <RunPayloads run={run} /> : <PayloadsOnPrefect />}
            <FlowRunLogs run={run} />
          </div>
        </div>
        <aside className="stack">
          {run.connection_id !== null && (
            <OnPrefectCard
              flowRunId={run.id}
              progress={<RunProgress run={run} label={`Progress of ${run.flow_name}`} />}
            />
          )}
          <FlowRunFacts run={run} />
        </aside>
      </div>
    </>
  );
}

function RunPayloads({ run }: { run: FlowRunDetail }) {
  return (
    <>
      <Card title="Input" padded>
        <PayloadView
          value={run.input}
          characters={run.input_characters}
          load={(onProgress) => loadPayloadText(runPayloadPath(run.id, "input"), onProgress)}
          label="input"
          missing="not kept any more"
        />
      </Card>
      <Card title="Output" padded>
        <PayloadView
          value={run.output}
          characters={run.output_characters}
          load={(onProgress) => loadPayloadText(runPayloadPath(run.id, "output"), onProgress)}
          label="output"
          missing={run.status === "completed" ? "not kept any more" : "none: the run is not completed"}
        />
      </Card>
    </>
  );
}

function PayloadsOnPrefect() {
  return (
    <Card title="Input and output" padded>
      <p className="text-2">
        They stay on Prefect: only the run's state, steps, progress and log are read from there.
      </p>
    </Card>
  );
}

function DetailSkeleton() {
  return (
    <div className="two-columns">
      <section className="card">
        <SkeletonRows rows={10} label="Loading the run" />
      </section>
      <aside className="card">
        <SkeletonBlock lines={8} />
      </aside>
    </div>
  );
}
