import { type ReactNode, useState } from "react";
import type { LiveEntity } from "../../api/live/live-messages.ts";
import { useLiveRow } from "../../api/live/use-live.ts";
import { useLiveList } from "../../api/live/use-live-list.ts";
import { describeError } from "../../api/problem.ts";
import type {
  FlowRunSummary,
  LlmRequestSummary,
  TaskSummary,
  UnitSummary,
  UserSummary,
} from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { Segmented, Tabs } from "../../ui/disclosure/Tabs.tsx";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { useSearchParams } from "../../ui/link/search-params.ts";
import { DataStates } from "../../ui/page/DataStates.tsx";
import { EmptyState } from "../../ui/page/EmptyState.tsx";
import { SkeletonRows } from "../../ui/page/Skeleton.tsx";
import { lookOfStatus } from "../../ui/status/status-tone.ts";
import { type Column, DataTable } from "../../ui/table/DataTable.tsx";
import { NewRowsPill, Pager } from "../../ui/table/Pager.tsx";
import { shortName } from "../../ui/value/visible-text.ts";
import { flowRunColumns } from "../flow-runs/public.ts";
import { llmRequestColumns } from "../llm-requests/public.ts";
import { AuditEntries } from "../settings/public.ts";
import { taskColumns } from "../tasks/public.ts";
import { unitColumns } from "../units/public.ts";

const useLiveUnit = (unit: UnitSummary) => useLiveRow("unit", unit);
const useLiveTask = (task: TaskSummary) => useLiveRow("task", task);
const useLiveRun = (run: FlowRunSummary) => useLiveRow("flow_run", run);
const useLiveRequest = (request: LlmRequestSummary) => useLiveRow("llm_request", request);

type ListAddress = { word: string; href: string };

const addressOf: Record<string, (user_id: string) => ListAddress> = {
  units: (user_id) => ({ word: "Open in Units", href: paths.units({ user_id }) }),
  tasks: (user_id) => ({ word: "Open in Tasks", href: paths.tasks({ user_id }) }),
  runs: (user_id) => ({ word: "Open in Flow Runs", href: paths.flowRuns({ user_id }) }),
  requests: (user_id) => ({ word: "Open in LLM Requests", href: paths.llmRequests({ user_id }) }),
  activity: (q) => ({ word: "Open in the audit log", href: paths.settingsAudit({ q }) }),
};

/** What an account asked for, what ran for it, and what was done by it and with it: each newest first. */
export function UserTabs({ user }: { user: UserSummary }) {
  const [search, change] = useSearchParams();
  const selected = search.tab ?? "units";
  const elsewhere = addressOf[selected]?.(user.id);
  const tabs = [
    { key: "units", title: "Units", count: user.unit_count, content: () => <UnitsOf userId={user.id} /> },
    { key: "tasks", title: "Tasks", content: () => <TasksOf userId={user.id} /> },
    { key: "runs", title: "Flow runs", content: () => <RunsOf userId={user.id} /> },
    {
      key: "requests",
      title: "LLM requests",
      count: user.llm_request_count,
      content: () => <RequestsOf userId={user.id} />,
    },
    { key: "activity", title: "Activity", content: () => <ActivityOf userId={user.id} /> },
  ];
  return (
    <section className="card" aria-label={`Activity of ${shortName(user.name)}`}>
      <Tabs
        label={`Activity of ${shortName(user.name)}`}
        tabs={tabs}
        selected={selected}
        onSelect={(tab) => change({ tab: tab === "units" ? "" : tab })}
        actions={
          elsewhere !== undefined && (
            <AppLink className="text-2 no-wrap hide-phone" href={elsewhere.href}>
              {elsewhere.word}
            </AppLink>
          )
        }
      />
    </section>
  );
}

type OfUserProps = { userId: string };

function UnitsOf({ userId }: OfUserProps) {
  return (
    <OwnList
      entity="unit"
      path="/content/units"
      userId={userId}
      label="Units"
      words={["unit", "units"]}
      columns={unitColumns}
      useRow={useLiveUnit}
      empty={<EmptyState icon="unit" title="Units this account asks for appear here" />}
    />
  );
}

function TasksOf({ userId }: OfUserProps) {
  return (
    <OwnList
      entity="task"
      path="/task-queue/tasks"
      userId={userId}
      label="Tasks"
      words={["task", "tasks"]}
      columns={taskColumns}
      useRow={useLiveTask}
      empty={<EmptyState icon="task" title="Tasks this account starts appear here" />}
    />
  );
}

function RunsOf({ userId }: OfUserProps) {
  return (
    <OwnList
      entity="flow_run"
      path="/flow-engine/runs"
      userId={userId}
      label="Flow runs"
      words={["run", "runs"]}
      columns={flowRunColumns}
      useRow={useLiveRun}
      empty={<EmptyState icon="flow" title="Runs of this account's tasks appear here" />}
    />
  );
}

function RequestsOf({ userId }: OfUserProps) {
  return (
    <OwnList
      entity="llm_request"
      path="/llm/requests"
      userId={userId}
      label="LLM requests"
      words={["request", "requests"]}
      columns={llmRequestColumns}
      useRow={useLiveRequest}
      empty={<EmptyState icon="request" title="Requests made for this account appear here" />}
    />
  );
}

function ActivityOf({ userId }: OfUserProps) {
  const [by, setBy] = useState("both");
  return (
    <>
      <div className="user-activity-tools">
        <Segmented
          label="Whose doing"
          options={[
            { value: "both", word: "By and on the person" },
            { value: "them", word: "By the person" },
          ]}
          value={by}
          onChange={setBy}
        />
      </div>
      <AuditEntries
        filters={by === "both" ? { q: userId } : { actor_id: userId }}
        label="Activity"
        openName="entry"
        empty={
          <EmptyState
            icon="clock"
            title="What this person does, and what is done to the account, appears here"
          >
            Sign-ins, changes, retries, publications and the like, as the audit log has them.
          </EmptyState>
        }
      />
    </>
  );
}

type OwnListProps<Row> = {
  entity: LiveEntity;
  path: string;
  userId: string;
  label: string;
  /** One and several of them. */
  words: [string, string];
  columns: Column<Row>[];
  useRow: (row: Row) => Row;
  empty: ReactNode;
};

function OwnList<Row extends { id: string; status: string }>(props: OwnListProps<Row>) {
  const { entity, path, userId, label, words, columns, useRow, empty } = props;
  const { list, waiting, showWaiting } = useLiveList<Row>(entity, path, { user_id: userId });
  return (
    <DataStates
      data={list.rows}
      failure={list.error === null ? null : describeError(list.error)}
      skeleton={<SkeletonRows rows={8} label={`Loading: ${label}`} />}
      onReload={list.reload}
      reloading={list.reloading}
    >
      {(rows) =>
        rows.length === 0 ? (
          empty
        ) : (
          <>
            <NewRowsPill count={waiting} one={words[0]} many={words[1]} onShow={showWaiting} />
            <DataTable
              label={label}
              columns={columns}
              rows={rows}
              rowKey={(row) => row.id}
              statusWord={(row) => lookOfStatus(row.status).word}
              useRow={useRow}
            />
            <Pager
              shown={rows.length}
              total={list.total}
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
