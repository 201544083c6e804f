import type { TaskDetail } from "../../api/detail-rows.ts";
import { Notice } from "../../ui/page/ErrorBlock.tsx";
import { useNow } from "../../ui/value/clock.ts";
import { LongText } from "../../ui/value/LongText.tsx";
import { Moment } from "../../ui/value/Moment.tsx";
import { useQueueStatus } from "./task-api.ts";
import { waitingOf } from "./task-words.ts";

/** Says what a queued task waits for; nothing once a worker has it. */
export function TaskWaiting({ task }: { task: TaskDetail }) {
  const queued = task.status === "pending" || task.status === "retry";
  const queue = useQueueStatus(queued && task.connection_id === null);
  const waiting = waitingOf(task, queue.data, useNow());
  if (waiting === null) return null;
  return (
    <Notice
      tone={waiting.isStuck ? "bad" : "idle"}
      icon={waiting.isStuck ? "cross" : "hollow"}
      title={<LongText text={waiting.title} />}
      role="status"
    >
      <p>
        {waiting.words}
        {waiting.at !== null && (
          <>
            {" "}
            That is at <Moment at={waiting.at} />.
          </>
        )}
      </p>
    </Notice>
  );
}
