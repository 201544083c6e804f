import type { TaskDetail } from "../../api/detail-rows.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { Card, Facts } from "../../ui/page/Card.tsx";
import { Elapsed, Moment } from "../../ui/value/Moment.tsx";
import { shortName } from "../../ui/value/visible-text.ts";
import { RunOrigin, RunProgress } from "../engines/public.ts";
import { PersonLink } from "../session/public.ts";

/** What a task makes, for whom, who works on it and since when. */
export function TaskFacts({ task }: { task: TaskDetail }) {
  const isOnPrefect = task.connection_id !== null;
  return (
    <Card padded>
      <Facts
        facts={[
          { name: "Task type", value: task.task_name },
          {
            name: "Carried out",
            value: isOnPrefect && <RunOrigin row={task} what="the run" named />,
          },
          {
            name: "Unit",
            value: task.unit_id !== null && (
              <AppLink className="link" href={paths.unit(task.unit_id)}>
                {shortName(task.unit_title ?? "unit")}
              </AppLink>
            ),
          },
          {
            name: "Asked by",
            value: task.user_id !== null && <PersonLink id={task.user_id}>{task.user_name}</PersonLink>,
          },
          { name: "Mode", value: task.unit_id !== null && !isOnPrefect && task.mode.replaceAll("_", " ") },
          { name: "Queue", value: !isOnPrefect && task.queue_name },
          {
            name: "Progress",
            value: task.completed_at === null && (
              <RunProgress run={task} label={`Progress of ${task.task_name}`} />
            ),
          },
          { name: "Current step", value: task.completed_at === null && task.current_step },
          {
            name: "Worker",
            value: task.worker_host !== null && `${task.worker_host}, process ${task.worker_pid}`,
          },
          { name: "Crashes", value: task.crashes > 0 && task.crashes },
        ]}
      />
      <hr className="card-rule" />
      <Facts
        facts={[
          { name: "Created", value: <Moment at={task.created_at} /> },
          { name: "Started", value: task.started_at !== null && <Moment at={task.started_at} /> },
          { name: "Ended", value: task.completed_at !== null && <Moment at={task.completed_at} /> },
          {
            name: "Duration",
            value: task.started_at !== null && <Elapsed from={task.started_at} to={task.completed_at} />,
          },
          {
            name: "LLM requests",
            value: task.task_name !== "bulk_action" && !isOnPrefect && (
              <AppLink className="link" href={paths.llmRequests({ task_id: task.id })}>
                all of this task
              </AppLink>
            ),
          },
        ]}
      />
    </Card>
  );
}
