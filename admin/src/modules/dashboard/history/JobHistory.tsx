import { memo, useEffect, useMemo, useRef, useState } from "react";
import { useListQuery } from "../../../api/list-query.ts";
import type { FinishedJob } from "../../../api/monitor-rows.ts";
import { describeError } from "../../../api/problem.ts";
import { paths } from "../../../paths.ts";
import { NoMatches } from "../../../ui/filter/NoMatches.tsx";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { useSearchParams } from "../../../ui/link/search-params.ts";
import { DataStates } from "../../../ui/page/DataStates.tsx";
import { EmptyState } from "../../../ui/page/EmptyState.tsx";
import { SkeletonRows } from "../../../ui/page/Skeleton.tsx";
import { lookOfStatus } from "../../../ui/status/status-tone.ts";
import { DataTable } from "../../../ui/table/DataTable.tsx";
import { formatTotal, NewRowsPill, Pager } from "../../../ui/table/Pager.tsx";
import { formatCount } from "../../../ui/value/format.ts";
import "../dashboard.css";
import { clearedHistory, HistoryFilterLine } from "./HistoryFilterLine.tsx";
import { historyColumns } from "./history-columns.tsx";
import { historyQueryOf, readHistoryFilters } from "./history-filters.ts";

const historyPath = "/admin/course-generation/history";
/** As many as the monitor's answer carries. */
const answered = 20;

type JobHistoryProps = {
  /** The last twenty, newest end first. */
  jobs: FinishedJob[];
  /** How many ended on the day of the figures. */
  endedThatDay: number;
  at: string | null;
};

/** Jobs that ended, newest end first: the last twenty come with the monitor's answer, older and filtered ones by pages. */
export const JobHistory = memo(function JobHistory({ jobs, endedThatDay, at }: JobHistoryProps) {
  const [search, change] = useSearchParams();
  const text = JSON.stringify(readHistoryFilters(search));
  const filters = useMemo(() => readHistoryFilters(JSON.parse(text)), [text]);
  const filtered = Object.keys(filters).length > 0;
  const [wantsOlder, setWantsOlder] = useState(false);
  const isEmpty = jobs.length === 0 && !filtered;
  return (
    <section className="card" aria-labelledby="history-title">
      <header className="card-header">
        <h2 id="history-title">History</h2>
        <span className="text-3 cut">{noteOf(endedThatDay, at)}</span>
        <span className="spacer" />
        <AppLink className="text-2" href={paths.tasks()}>
          All tasks
        </AppLink>
      </header>
      {isEmpty ? (
        <EmptyState icon="table" title={at === null ? "No job has ended yet" : "No job had ended by then"}>
          Finished, failed and cancelled jobs appear here with what came of them, their time and their cost.
        </EmptyState>
      ) : (
        <>
          <HistoryFilterLine filters={filters} change={change} />
          {filtered || wantsOlder ? (
            <PagedHistory
              filters={filters}
              at={at}
              newest={jobs[0]?.id}
              onClear={() => change(clearedHistory)}
            />
          ) : (
            <RecentHistory jobs={jobs} onOlder={() => setWantsOlder(true)} />
          )}
        </>
      )}
    </section>
  );
});

function noteOf(ended: number, at: string | null): string {
  const day = at === null ? "today" : "that day";
  return ended === 0 ? `none ended ${day}` : `${formatCount(ended)} ended ${day}`;
}

const idOf = (job: FinishedJob) => job.id;
const wordOf = (job: FinishedJob) => lookOfStatus(job.outcome).word;

function RecentHistory({ jobs, onOlder }: { jobs: FinishedJob[]; onOlder: () => void }) {
  return (
    <>
      <DataTable
        label="Finished units"
        columns={historyColumns}
        rows={jobs}
        rowKey={idOf}
        statusWord={wordOf}
      />
      <Pager
        shown={jobs.length}
        total={null}
        hasOlder={jobs.length >= answered}
        loadingOlder={false}
        olderError={null}
        onOlder={onOlder}
      />
    </>
  );
}

type PagedHistoryProps = {
  filters: ReturnType<typeof readHistoryFilters>;
  at: string | null;
  /** The job that ended last of all; another one means that the top of the list may have moved. */
  newest: string | undefined;
  onClear: () => void;
};

function PagedHistory({ filters, at, newest, onClear }: PagedHistoryProps) {
  const query = useMemo(() => historyQueryOf(filters, at, Date.now()), [filters, at]);
  const list = useListQuery<FinishedJob>(historyPath, query);
  const loaded = list.rows?.length ?? 0;
  const { waiting, showWaiting } = useNewEnds(newest, loaded > answered * 3, list.reload);
  const filtered = Object.keys(filters).length > 0;
  return (
    <DataStates
      data={list.rows}
      failure={list.error === null ? null : describeError(list.error)}
      skeleton={<SkeletonRows rows={8} label="Loading finished jobs" />}
      onReload={list.reload}
      reloading={list.reloading}
    >
      {(rows) =>
        rows.length === 0 && filtered ? (
          <NoMatches what="finished job" onClear={onClear} />
        ) : (
          <>
            <NewRowsPill count={waiting} one="finished job" many="finished jobs" onShow={showWaiting} />
            <DataTable
              label="Finished units"
              columns={historyColumns}
              rows={rows}
              rowKey={idOf}
              statusWord={wordOf}
              hasMore={list.hasOlder}
              onVisible={list.see}
            />
            <Pager
              shown={rows.length}
              total={list.total === null ? null : formatTotal(list.total)}
              hasOlder={list.hasOlder}
              loadingOlder={list.loadingOlder}
              olderError={list.olderError}
              onOlder={list.loadOlder}
            />
          </>
        )
      }
    </DataStates>
  );
}

/**
 * Reads the list again when another job has ended. Where the reader has gone on to older pages it would shrink to its first
 * one: there new ends are only counted and wait until they are asked for.
 */
function useNewEnds(
  newest: string | undefined,
  isFarDown: boolean,
  reload: () => void,
): { waiting: number; showWaiting: () => void } {
  const [seen, setSeen] = useState(newest);
  const [waiting, setWaiting] = useState(0);
  const read = useRef(reload);
  useEffect(() => {
    read.current = reload;
  });
  useEffect(() => {
    if (newest === seen) return;
    setSeen(newest);
    if (isFarDown) setWaiting((count) => count + 1);
    else {
      setWaiting(0);
      read.current();
    }
  }, [newest, seen, isFarDown]);
  const showWaiting = () => {
    setWaiting(0);
    reload();
  };
  return { waiting: isFarDown ? waiting : 0, showWaiting };
}
