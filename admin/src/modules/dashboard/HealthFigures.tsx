import type { QueueStatus } from "../../api/detail-rows.ts";
import { FigureStrip } from "../../ui/page/Card.tsx";
import { formatCount, formatDuration, formatQuantity } from "../../ui/value/format.ts";
import { HealthMark, useHealth } from "../navigation/public.ts";

function waitingNoteOf(queue: QueueStatus): string {
  if (queue.pending + queue.retry === 0) return "nothing waits";
  return `oldest ${formatDuration(queue.oldest_waiting_seconds * 1000)}`;
}

/** Health, queue and workers in one line. */
export function HealthFigures({ queue }: { queue: QueueStatus }) {
  const health = useHealth();
  const author = health.parts.find((part) => part.name === "Author");
  return (
    <FigureStrip
      label="Health, queue and workers"
      figures={[
        {
          label: "Health",
          value: (
            <span className="status">
              <HealthMark health={health} />
            </span>
          ),
          note: author?.words,
        },
        {
          label: "Running",
          value: formatCount(queue.in_progress),
          note: `${queue.running} of ${formatQuantity(queue.capacity, "slot")} busy`,
        },
        { label: "Queued", value: formatCount(queue.pending + queue.retry), note: waitingNoteOf(queue) },
        {
          label: "Paused",
          value: formatCount(queue.paused),
          note: queue.paused === 0 ? "nothing waits for a person" : "for a budget or a person",
        },
        {
          label: "Workers",
          value: formatCount(queue.workers_healthy),
          note: queue.workers_healthy === 0 ? "none is alive" : `of ${queue.workers_total} healthy`,
        },
      ]}
    />
  );
}
